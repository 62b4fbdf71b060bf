/** What to install on which machine, and where the per-user cache is. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** TensorFlow's version. `scripts/keras-ts.js` names it too. */
export const TENSORFLOW_VERSION = '2.19.1';
/** tfjs-node's version, whose JavaScript and C++ sources are used. */
export const TFJS_NODE_VERSION = '4.22.0';
/** Any one will do: only the libraries are taken from the wheel. */
export const WHEEL_PYTHON = '3.12';

/** The wheel for a machine. */
export interface Wheel {
  /** Project on the Python package index. */
  project: string;
  /** pip's platform tags, best first. */
  tags: string[];
  /** File names of the C library and of the one it rests on. */
  libraries: [string, string];
}

const LINUX_LIBRARIES: [string, string] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const WHEELS: Record<string, Wheel> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    tags: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    libraries: LINUX_LIBRARIES,
  },
  'linux-arm64': {
    project: 'tensorflow',
    tags: ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
    libraries: LINUX_LIBRARIES,
  },
  'darwin-arm64': {
    project: 'tensorflow',
    tags: ['macosx_12_0_arm64'],
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
  },
};

/** Name of this kind of machine: `linux-x64`. Linux without glibc is a kind of its own. */
export function platformName(): string {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return name;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? `${name}-musl` : name;
}

/** The wheel for a machine; `undefined` where none holds the C library. */
export function wheelFor(platform: string): Wheel | undefined {
  return WHEELS[platform];
}

/** Directory of the per-user cache; `KERAS_TS_CACHE` overrides. */
export function cacheDirectory(): string {
  const { KERAS_TS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (KERAS_TS_CACHE) return KERAS_TS_CACHE;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'keras-ts');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'keras-ts');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'keras-ts');
  return join(homedir(), '.cache', 'keras-ts');
}
