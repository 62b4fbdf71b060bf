import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { compileAddon, tryAddon } from '../../src/cli/addon';
import { installInto, type Tools } from '../../src/cli/install';
import { main } from '../../src/cli/main';
import { cacheDirectory, TENSORFLOW_VERSION, wheelFor } from '../../src/cli/platform';
import type { Progress } from '../../src/cli/progress';
import { fetchWheel } from '../../src/cli/wheel';

const ROOT = join(__dirname, '../..');
const PLATFORM = 'linux-x64';
const LIBRARY = `tensorflow-${TENSORFLOW_VERSION}-${PLATFORM}`;
const ADDON = `addon-4.22.0-1-napi8-tensorflow-${TENSORFLOW_VERSION}-${PLATFORM}`;
const SILENT: Progress = { say: () => {}, step: () => {}, update: () => {} };
const wheel = wheelFor(PLATFORM) as NonNullable<ReturnType<typeof wheelFor>>;

let directory: string;
let cache: string;
let tfjsNode: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keras-ts-install-'));
  [cache, tfjsNode] = [join(directory, 'cache'), join(directory, 'tfjs-node')];
  mkdirSync(tfjsNode);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Tools that make small files in no time, and count. */
function fakeTools(overrides: Partial<Tools> = {}): Tools & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    async fetchWheel(_, scratch) {
      calls.push('fetch');
      mkdirSync(join(scratch, 'tensorflow', 'include'), { recursive: true });
      for (const name of wheel.libraries) writeFileSync(join(scratch, 'tensorflow', name), `library ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async findCompiler() {
      return 'c++';
    },
    async compileAddon(parts, scratch) {
      calls.push('compile');
      expect(existsSync(join(parts.library, 'include'))).toBe(true);
      mkdirSync(join(scratch, 'lib', 'napi-v8'), { recursive: true });
      writeFileSync(join(scratch, 'lib', 'napi-v8', 'tfjs_binding.node'), 'addon');
    },
    async tryAddon() {
      calls.push('try');
    },
    ...overrides,
  };
}

const install = (tools: Tools, progress = SILENT): Promise<void> =>
  installInto(tfjsNode, progress, { cache, platform: PLATFORM, tools });
const addonFile = (): string => join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');

function expectInstalled(): void {
  expect(readdirSync(cache).sort()).toEqual([ADDON, LIBRARY].sort());
  expect(readFileSync(addonFile(), 'utf8')).toBe('addon');
  for (const name of wheel.libraries) {
    expect(readFileSync(join(tfjsNode, 'deps', 'lib', name), 'utf8')).toBe(`library ${name}`);
  }
  expect(readdirSync(join(tfjsNode, 'lib', 'napi-v8')).sort()).toEqual(['keras-ts.json', 'tfjs_binding.node']);
}

describe('installing', () => {
  test('fetches, compiles, places, and leaves nothing else', async () => {
    const tools = fakeTools();
    await install(tools);
    expect(tools.calls).toEqual(['fetch', 'compile', 'try']);
    expectInstalled();
    expect(lstatSync(join(tfjsNode, 'deps', 'lib', wheel.libraries[0])).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(join(tfjsNode, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8'))).toEqual({
      tensorflow: TENSORFLOW_VERSION,
      platform: `${process.platform}-${process.arch}`,
      files: ['lib/napi-v8/tfjs_binding.node', ...wheel.libraries.map((name) => `deps/lib/${name}`)],
    });
  });

  test('another project takes what the cache holds', async () => {
    await install(fakeTools());
    rmSync(tfjsNode, { recursive: true });
    const tools = fakeTools();
    await install(tools);
    expect(tools.calls).toEqual(['try']);
    expectInstalled();
  });

  test('a library lost from the cache is fetched again, the addon kept', async () => {
    await install(fakeTools());
    rmSync(join(cache, LIBRARY), { recursive: true });
    const tools = fakeTools();
    await install(tools);
    expect(tools.calls).toEqual(['fetch', 'try']);
    expectInstalled();
  });

  test.each(['fetchWheel', 'compileAddon'] as const)(
    'a failing %s leaves nothing half-made, and can be repeated',
    async (step) => {
      const failing = fakeTools({
        [step]: async (_: unknown, scratch: string) => {
          writeFileSync(join(scratch, 'half'), 'made');
          throw new Error('out of luck');
        },
      });
      await expect(install(failing)).rejects.toThrow('out of luck');
      expect(readdirSync(cache)).toEqual(step === 'fetchWheel' ? [] : [LIBRARY]);
      expect(existsSync(addonFile())).toBe(false);
      await install(fakeTools());
      expectInstalled();
    },
  );

  test('without a compiler nothing is downloaded', async () => {
    const findCompiler = async (): Promise<string> => {
      throw new Error('no C++ compiler');
    };
    const tools = fakeTools({ findCompiler });
    await expect(install(tools)).rejects.toThrow('no C++ compiler');
    expect(tools.calls).toEqual([]);
  });

  test('an addon that does not load is taken away again', async () => {
    const broken = fakeTools({
      tryAddon: async () => {
        throw new Error('wrong machine');
      },
    });
    await expect(install(broken)).rejects.toThrow('wrong machine');
    expect(existsSync(addonFile())).toBe(false);
  });

  test('a machine that no wheel is for is told so', async () => {
    const installing = installInto(tfjsNode, SILENT, { cache, platform: 'win32-x64', tools: fakeTools() });
    await expect(installing).rejects.toThrow(`TensorFlow ${TENSORFLOW_VERSION} has no C library for win32-x64`);
  });
});

/** Another process that installs with tools of its own; when it is given, it has begun. */
async function startProcess(tools: string): Promise<ChildProcess> {
  const script = `
    const { installInto } = require(${JSON.stringify(join(ROOT, 'src/cli/install.ts'))});
    const { mkdirSync, readdirSync, writeFileSync } = require('node:fs');
    const tools = ${tools};
    const progress = { say: () => console.log('begun'), step() {}, update() {} };
    installInto(${JSON.stringify(tfjsNode)}, progress, { cache: ${JSON.stringify(cache)}, platform: '${PLATFORM}', tools });`;
  const child = spawn(process.execPath, ['-r', 'tsx/cjs', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const begun = new Promise((resolve) => child.stdout?.once('data', resolve));
  await Promise.race([begun, ended(child)]);
  return child;
}

/** Tools that stop in the middle of the download. */
const HANGING = `{ findCompiler() {}, fetchWheel: (_, scratch) => new Promise(() => {
  writeFileSync(scratch + '/half', 'made');
  setInterval(() => {}, 1000);
}) }`;

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return child.exitCode;
}

describe('interrupted', () => {
  test('by Ctrl-C it cleans up after itself', async () => {
    const child = await startProcess(HANGING);
    expect(readdirSync(cache)).toHaveLength(1); // scratch
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
    expect(readdirSync(cache)).toEqual([]);
  });

  test('by force, the next one cleans up', async () => {
    const child = await startProcess(HANGING);
    child.kill('SIGKILL');
    await ended(child);
    expect(readdirSync(cache)).toHaveLength(1);
    await install(fakeTools());
    expectInstalled();
  });
});

describe('several at once', () => {
  test('one does not wait for another, nor takes its work away', async () => {
    const child = await startProcess(HANGING);
    const [theirs] = readdirSync(cache);
    await install(fakeTools());
    expect(readdirSync(cache)).toContain(theirs);
    child.kill('SIGTERM');
    await ended(child);
    expectInstalled();
  });

  test('two processes that do all the same at the same time both succeed', async () => {
    const marks = join(directory, 'marks');
    mkdirSync(marks);
    // Each step begins and ends in both at once: neither finds what the other makes.
    const tools = `{
      findCompiler() {},
      async fetchWheel(wheel, scratch) {
        await both('fetch');
        mkdirSync(scratch + '/tensorflow/include', { recursive: true });
        for (const name of wheel.libraries) writeFileSync(scratch + '/tensorflow/' + name, 'library ' + name);
        await both('fetched');
      },
      async compileAddon(_, scratch) {
        await both('compile');
        mkdirSync(scratch + '/lib/napi-v8', { recursive: true });
        writeFileSync(scratch + '/lib/napi-v8/tfjs_binding.node', 'addon');
        await both('compiled');
      },
      tryAddon: () => both('try'),
    };
    async function both(step) {
      writeFileSync(${JSON.stringify(marks)} + '/' + step + process.pid, '');
      const count = () => readdirSync(${JSON.stringify(marks)}).filter((name) => name.replace(/\\d+$/, '') === step).length;
      while (count() < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    }`;
    const children = await Promise.all([startProcess(tools), startProcess(tools)]);
    expect(await Promise.all(children.map(ended))).toEqual([0, 0]);
    expect(readdirSync(marks)).toHaveLength(10);
    expectInstalled();
    expect(readdirSync(join(tfjsNode, 'deps', 'lib')).sort()).toEqual([...wheel.libraries].sort());
    const stamp = readFileSync(join(tfjsNode, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8');
    expect((JSON.parse(stamp) as { files: string[] }).files).toHaveLength(3);
  });
});

describe('the wheel', () => {
  const realPath = process.env.PATH;
  afterEach(() => {
    process.env.PATH = realPath;
  });

  /** Puts a Python first in the path whose pip runs a script of ours. */
  function fakePip(script: string): void {
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).stdout.trim();
    const lines = [
      '#!/bin/sh',
      'case "$*" in',
      '*--version*) exit 0;;',
      `"-m pip download"*) ${script};;`,
      `*) exec ${python} "$@";;`,
      'esac',
    ];
    writeFileSync(join(bin, 'python3'), `${lines.join('\n')}\n`, { mode: 0o755 });
    process.env.PATH = `${bin}${delimiter}${realPath}`;
  }
  const python = (code: string): void => {
    expect(spawnSync('python3', ['-c', code]).status).toBe(0);
  };

  test('is downloaded by pip and only libraries and headers are kept', async () => {
    const file = join(directory, 'fake.whl');
    const names = [...wheel.libraries, 'include/tensorflow/c/c_api.h', 'include/Eigen/Core', 'python/big.so'];
    python(`import zipfile
with zipfile.ZipFile(${JSON.stringify(file)}, 'w') as z:
    for name in ${JSON.stringify(names)}: z.writestr('tensorflow/' + name, name)`);
    fakePip(`echo "$@" > ${directory}/args; while [ "$1" != --dest ]; do shift; done; cp ${file} "$2/tensorflow.whl"`);
    const target = join(directory, 'target');
    await fetchWheel(wheel, target, SILENT);
    expect(readdirSync(target)).toEqual(['tensorflow']);
    const kept = readdirSync(join(target, 'tensorflow'), { recursive: true }).map(String);
    const files = kept.filter((name) => lstatSync(join(target, 'tensorflow', name)).isFile());
    expect(files.sort()).toEqual(['include/tensorflow/c/c_api.h', ...wheel.libraries]);
    const args = readFileSync(join(directory, 'args'), 'utf8');
    expect(args).toContain(`tensorflow-cpu==${TENSORFLOW_VERSION}`);
    expect(args).toContain('--platform manylinux_2_17_x86_64');
    expect(args).toContain('--python-version 3.12');
  });

  test("pip's own words are passed on when it fails", async () => {
    fakePip('echo "ERROR: No matching distribution found"; exit 1');
    await expect(fetchWheel(wheel, join(directory, 'target'), SILENT)).rejects.toThrow(
      `pip could not download tensorflow-cpu ${TENSORFLOW_VERSION}: ERROR: No matching distribution found`,
    );
  });

  test('a wheel that lacks the library is refused', async () => {
    const file = join(directory, 'fake.whl');
    python(`import zipfile\nzipfile.ZipFile(${JSON.stringify(file)}, 'w').writestr('tensorflow/a', '')`);
    fakePip(`while [ "$1" != --dest ]; do shift; done; cp ${file} "$2/tensorflow.whl"`);
    await expect(fetchWheel(wheel, join(directory, 'target'), SILENT)).rejects.toThrow(
      `the wheel could not be unpacked: the wheel lacks tensorflow/${wheel.libraries[0]}`,
    );
  });

  test('no Python, no compiler: each is named', async () => {
    process.env.PATH = directory;
    await expect(fetchWheel(wheel, join(directory, 'target'), SILENT)).rejects.toThrow(
      'no Python with pip (tried python3, python)',
    );
    const parts = { tfjsNode, library: directory, wheel };
    await expect(compileAddon(parts, join(directory, 'target'), SILENT)).rejects.toThrow('no C++ compiler (tried');
  });

  test('an addon is tried in another process', async () => {
    const file = join(directory, 'a.node');
    writeFileSync(file, 'not a library');
    await expect(tryAddon(file)).rejects.toThrow(/^the addon does not load: .*a\.node/);
  });
});

describe('the command', () => {
  const launcher = join(ROOT, 'scripts', 'keras-ts.js');
  const command = (args: string[]): { out: string; err: string; code: number | null } => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' });
    return { out: stdout, err: stderr, code: status };
  };

  test('says nothing where everything is installed', () => {
    expect(command(['install-tensorflow'])).toEqual({ out: '', err: '', code: 0 });
    expect(command(['install-tensorflow', '--optional'])).toEqual({ out: '', err: '', code: 0 });
  });

  test('--help prints the usage; mistakes print it on standard error, with exit code 2', () => {
    const { out, err, code } = command(['--help']);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(/^Usage: keras-ts install-tensorflow \[--optional\]\n/);
    for (const [args, problem] of [
      [['install-tensorflow', '--optinal'], "unknown argument '--optinal'"],
      [['instal'], "unknown argument 'instal'"],
      [[], 'a command is missing'],
    ] as const) {
      expect(command([...args])).toEqual({ out: '', err: `keras-ts: ${problem}\n\n${out}`, code: 2 });
    }
  });

  test('launcher and installer name the same TensorFlow', () => {
    expect(readFileSync(launcher, 'utf8')).toContain(`const TENSORFLOW_VERSION = '${TENSORFLOW_VERSION}';`);
  });

  test('is a function as well', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await main(['install-tensorflow', '--help'])).toBe(0);
    expect(write).toHaveBeenCalledTimes(1);
    write.mockRestore();
  });

  test('the cache follows the environment', () => {
    const { KERAS_TS_CACHE, XDG_CACHE_HOME } = process.env;
    Object.assign(process.env, { KERAS_TS_CACHE: '/mine', XDG_CACHE_HOME: '/xdg' });
    expect(cacheDirectory()).toBe('/mine');
    process.env.KERAS_TS_CACHE = '';
    expect(cacheDirectory()).toBe(join('/xdg', 'keras-ts'));
    Object.assign(process.env, { KERAS_TS_CACHE: KERAS_TS_CACHE ?? '', XDG_CACHE_HOME: XDG_CACHE_HOME ?? '' });
  });
});
