/** What to install on which machine, and where the per-user cache is. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InstallError } from './process';

/** TensorFlow's version. `scripts/keras-ts.js` names it too. */
export const TENSORFLOW_VERSION = '2.19.1';
/** tfjs-node's version, whose JavaScript and C++ sources are used. */
export const TFJS_NODE_VERSION = '4.22.0';
/** Any one will do: only the libraries are taken from the wheel, and they are the same in each. */
export const WHEEL_PYTHON = '3.12';

/** The wheel for a machine. */
export interface Wheel {
  /** Project on the Python package index. */
  project: string;
  /** pip's platform tags, best first. */
  tags: string[];
  /** SHA-256 of the wheel that is downloaded, then of those for other Pythons, which `--wheel` takes too. */
  sha256: [string, ...string[]];
  /** File names of the C library and of the one it rests on, and their SHA-256. */
  libraries: Record<string, string>;
}

/** As the Python package index has them since they were published; the libraries were hashed once unpacked. */
const WHEELS: Record<string, Wheel> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    tags: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    sha256: [
      '2cb4b20fa86b04c166db1616fd466d09ec850cc3b47607cf12225469e750c476',
      '0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae',
      '8ae7209194aebf879cb4d0504f39e5cde04896ddbdef4acde3fd0b408ac88bea',
      'ba48a68e0bbcb88e7c87ad81699608d7ca436cc29e28b4edc600ea6ef8f916ae',
    ],
    libraries: {
      'libtensorflow_cc.so.2': '0855f3bb8aa9eb1491d3aa68cea51ef555533feec8d048e80f18f4c88166f955',
      'libtensorflow_framework.so.2': '387ee3a509d75e6459d39ccad1894e108ef3dcc2b7224fab16963a366eadf14a',
    },
  },
  'linux-arm64': {
    project: 'tensorflow',
    tags: ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
    sha256: [
      '4c0e78b6100545fd90934c557f1ce802e6a9a7fdb031025efc298efb4aa2e3bb',
      '22deedc251837f2382d2b287c705705cb089bfaf79b2274b78c08740e02bf188',
      '9077404d1928ee58bfb82ea1b0fce25353420338c259742227c27c4e00377f4b',
      '938fb49b3299a77ccdaa26c0824dfcca3002b260c7bc994cb129d4ec12f31619',
    ],
    libraries: {
      'libtensorflow_cc.so.2': 'bf2e6b0dd172c0a67039d4164bd405a63b390f9947e2cf53de4e52d7b009d4fc',
      'libtensorflow_framework.so.2': 'a68f37d7c7371a0b292c95783be53b9e272d692aa1469f8fc9ec30e7c663af6f',
    },
  },
  'darwin-arm64': {
    project: 'tensorflow',
    tags: ['macosx_12_0_arm64'],
    sha256: [
      '02c69369a82709827c6a5218c6697ee94dcd1397230319cc17c47a3342249354',
      '8a274a1336051bef0e7e042fa5818a9d342e300d9c311c5d7933eb60e2269770',
      'ed3148ee523cb46badd30ea04a6b7fb6056b9bdb7e082de294a86b2fdc01f9e4',
      '04f3b4dbb3ce4b507d853decfb2d116f8d0344d23413e2ad889e1e069fbeb54d',
    ],
    libraries: {
      'libtensorflow_cc.2.dylib': 'bc016ec65d0c28b431635307f2c1a93610fb72e814697fd1b90af3618dfb7c82',
      'libtensorflow_framework.2.dylib': '4f916ada7804bc9074772ba7304734af538417868af6e5fe061d55a32293845d',
    },
  },
};

/** Name of this kind of machine: `linux-x64`. Linux without glibc is a kind of its own. */
export function platformName(): string {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return name;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? `${name}-musl` : name;
}

/**
 * The wheel for a machine.
 *
 * @throws InstallError where none holds the C library: what to do there
 */
export function wheelFor(platform: string): Wheel {
  const wheel = WHEELS[platform];
  if (wheel !== undefined) return wheel;
  throw new InstallError(`TensorFlow ${TENSORFLOW_VERSION} has no C library for ${platform}`, adviceFor(platform));
}

function adviceFor(platform: string): string {
  if (platform.endsWith('-musl')) {
    return 'It needs glibc, and this is Linux with musl (Alpine): use an image with Debian, such as node:22-slim.';
  }
  const upstream =
    "`--upstream` runs tfjs-node's own installer, which fetches an older TensorFlow from storage.googleapis.com.";
  return platform.startsWith('win32-') ? `Use Linux inside Windows: WSL 2. Or, on x64, ${upstream}` : `Or ${upstream}`;
}

/** Directory of the per-user cache; `KERAS_TS_CACHE` overrides. */
export function cacheDirectory(): string {
  const { KERAS_TS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (KERAS_TS_CACHE) return resolve(KERAS_TS_CACHE);
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'keras-ts');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'keras-ts');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'keras-ts');
  return join(homedir(), '.cache', 'keras-ts');
}
