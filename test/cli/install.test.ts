import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { damageIn } from '../../src/backend/load-native';
import { installInto, type Tools } from '../../src/cli/install';
import { main } from '../../src/cli/main';
import { cacheDirectory, TENSORFLOW_VERSION, wheelFor } from '../../src/cli/platform';
import type { Progress } from '../../src/cli/progress';
import { version } from '../../src/version';

const ROOT = join(__dirname, '../..');
const PLATFORM = 'linux-x64';
const LIBRARY = `tensorflow-${TENSORFLOW_VERSION}-${PLATFORM}`;
const ADDON = `addon-4.22.0-2-napi8-tensorflow-${TENSORFLOW_VERSION}-${PLATFORM}`;
const SILENT: Progress = { say: () => {}, step: () => {}, update: () => {} };
const wheel = wheelFor(PLATFORM);
const LIBRARIES = Object.keys(wheel.libraries);

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
      for (const name of LIBRARIES) writeFileSync(join(scratch, 'tensorflow', name), `library ${name}`);
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
  for (const name of LIBRARIES) {
    expect(readFileSync(join(tfjsNode, 'deps', 'lib', name), 'utf8')).toBe(`library ${name}`);
  }
  expect(readdirSync(join(tfjsNode, 'lib', 'napi-v8')).sort()).toEqual(['keras-ts.json', 'tfjs_binding.node']);
}

describe('installing', () => {
  test('fetches, compiles, places, and leaves nothing else', async () => {
    const tools = fakeTools();
    await install(tools);
    expect(tools.calls).toEqual(['fetch', 'compile', 'try', 'try']);
    expectInstalled();
    expect(lstatSync(join(tfjsNode, 'deps', 'lib', LIBRARIES[0] as string)).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(join(tfjsNode, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8'))).toEqual({
      tensorflow: TENSORFLOW_VERSION,
      platform: `${process.platform}-${process.arch}`,
      files: ['lib/napi-v8/tfjs_binding.node', ...LIBRARIES.map((name) => `deps/lib/${name}`)],
      sizes: ['addon', ...LIBRARIES.map((name) => `library ${name}`)].map(({ length }) => length),
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
    expect(tools.calls).toEqual(['fetch', 'try', 'try']);
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
      expect(readdirSync(cache)).toEqual([]);
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
    await install(fakeTools());
    await expect(install(broken)).rejects.toThrow('wrong machine');
    expect(existsSync(addonFile())).toBe(false);
  });

  test('what does not load never gets into the cache', async () => {
    const broken = fakeTools({
      tryAddon: async (addon) => {
        expect(readFileSync(join(dirname(addon), '../../deps/lib', LIBRARIES[0] as string), 'utf8')).toMatch('library');
        throw new Error('cut short');
      },
    });
    await expect(install(broken)).rejects.toThrow('cut short');
    expect(readdirSync(cache)).toEqual([]);
    expect(readdirSync(tfjsNode)).toEqual([]);
  });

  test.each([
    ['win32-x64', 'WSL 2'],
    ['linux-x64-musl', 'It needs glibc, and this is Linux with musl (Alpine): use an image with Debian'],
    ['darwin-x64', '`--upstream` runs'],
  ])('on %s, that no wheel is for, it says what to do', async (platform, advice) => {
    const installing = installInto(tfjsNode, SILENT, { cache, platform, tools: fakeTools() });
    await expect(installing).rejects.toMatchObject({
      message: `TensorFlow ${TENSORFLOW_VERSION} has no C library for ${platform}`,
      mend: expect.stringContaining(advice),
    });
  });

  test('a copy needs the cache no more', async () => {
    await installInto(tfjsNode, SILENT, { cache, platform: PLATFORM, tools: fakeTools(), copy: true });
    expectInstalled();
    rmSync(cache, { recursive: true });
    for (const name of LIBRARIES) {
      expect(readFileSync(join(tfjsNode, 'deps', 'lib', name), 'utf8')).toBe(`library ${name}`);
    }
  });

  test.each(['ENOSPC', 'EDQUOT'])('a full disk is called that (%s)', async (code) => {
    const full = fakeTools({
      compileAddon: async () => {
        throw Object.assign(new Error(`${code}: something, write`), { code });
      },
    });
    await expect(install(full)).rejects.toMatchObject({
      message: `the disk of ${cache} is full`,
      mend: expect.stringContaining('KERAS_TS_CACHE'),
    });
    expect(readdirSync(cache)).toEqual([]);
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
        for (const name of Object.keys(wheel.libraries)) writeFileSync(scratch + '/tensorflow/' + name, 'library ' + name);
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
    expect(readdirSync(join(tfjsNode, 'deps', 'lib')).sort()).toEqual([...LIBRARIES].sort());
    const stamp = readFileSync(join(tfjsNode, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8');
    expect((JSON.parse(stamp) as { files: string[] }).files).toHaveLength(3);
  });
});

describe('a cache that is damaged', () => {
  const libraryFile = (): string => join(cache, LIBRARY, LIBRARIES[0] as string);
  const cachedAddon = (): string => join(cache, ADDON, 'lib', 'napi-v8', 'tfjs_binding.node');

  test.each<[string, () => void, string, string]>([
    ['a library cut short', () => truncateSync(libraryFile(), 3), LIBRARY, 'fetch'],
    ['a library of the same size', () => writeFileSync(libraryFile(), 'x'.repeat(29)), LIBRARY, 'fetch'],
    ['a library lost', () => rmSync(libraryFile()), LIBRARY, 'fetch'],
    ['an empty folder', () => emptyFolder(join(cache, LIBRARY)), LIBRARY, 'fetch'],
    ['a list cut short', () => truncateSync(join(cache, LIBRARY, 'keras-ts.json'), 20), LIBRARY, 'fetch'],
    ['an addon cut short', () => truncateSync(cachedAddon(), 1), ADDON, 'compile'],
  ])('%s is made again, and the folder named', async (_, damage, folder, step) => {
    await install(fakeTools());
    damage();
    const [tools, said] = [fakeTools(), [] as string[]];
    await install(tools, { ...SILENT, say: (line) => said.push(line) });
    expect(tools.calls).toEqual([step, 'try', 'try']);
    expect(said[0]).toMatch(`${join(cache, folder)} was damaged (`);
    expectInstalled();
    await install(fakeTools(), { ...SILENT, say: (line) => said.push(line) });
    expect(said).toHaveLength(2);
  });

  test('a folder made before there were lists is taken over if its libraries are the known ones', async () => {
    const bytes = (name: string): string => `library ${name}`;
    const known = (name: string): string => createHash('sha256').update(bytes(name)).digest('hex');
    const libraries = Object.fromEntries(LIBRARIES.map((name) => [name, known(name)]));
    const options = { cache, platform: PLATFORM, wheel: { ...wheel, libraries } };
    await install(fakeTools());
    rmSync(join(cache, LIBRARY, 'keras-ts.json'));
    const [taken, refused] = [fakeTools(), fakeTools()];
    await installInto(tfjsNode, SILENT, { ...options, tools: taken });
    expect(taken.calls).toEqual(['try']);
    rmSync(join(cache, LIBRARY, 'keras-ts.json'));
    await install(refused);
    expect(refused.calls).toEqual(['fetch', 'try', 'try']);
  });

  test('two that find it at once both mend it', async () => {
    await install(fakeTools());
    truncateSync(libraryFile(), 3);
    await Promise.all([install(fakeTools()), install(fakeTools())]);
    expectInstalled();
  });

  test('is not loaded: the sizes noted in node_modules are looked at first', async () => {
    await install(fakeTools());
    expect(damageIn(tfjsNode)).toBeUndefined();
    truncateSync(libraryFile(), 3);
    const place = join(tfjsNode, 'deps', 'lib', LIBRARIES[0] as string);
    expect(damageIn(tfjsNode)).toBe(`${place} is damaged: 3 bytes instead of 29`);
    rmSync(cache, { recursive: true });
    expect(damageIn(tfjsNode)).toBe(`${place} is gone`);
    rmSync(join(tfjsNode, 'lib', 'napi-v8', 'keras-ts.json'));
    expect(damageIn(tfjsNode)).toBeUndefined();
  });
});

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
}

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
    expect(out).toMatch(/^Usage: keras-ts install-tensorflow \[options\]\n/);
    for (const [args, problem] of [
      [['install-tensorflow', '--optinal'], "unknown argument '--optinal'"],
      [['instal'], "unknown argument 'instal'"],
      [['install-tensorflow', 'now'], "unknown argument 'now'"],
      [['install-tensorflow', '-v'], "unknown argument '-v'"],
      [['install-tensorflow', '--wheel'], '--wheel expects a file'],
      [['install-tensorflow', '--verify=no'], '--verify takes no value'],
      [[], 'a command is missing'],
    ] as const) {
      expect(command([...args])).toEqual({ out: '', err: `keras-ts: ${problem}\n\n${out}`, code: 2 });
    }
  });

  test('--version prints the version', () => {
    expect(command(['--version'])).toEqual({ out: `${version}\n`, err: '', code: 0 });
  });

  test("tfjs-node's own installer, a binary from another host, runs only when it is asked for", () => {
    const [bin, asked] = [join(directory, 'bin'), join(directory, 'asked')];
    mkdirSync(bin);
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$@" > ${asked}\necho no such host\nexit 1\n`, { mode: 0o755 });
    const env = { PATH: bin, HOME: directory, KERAS_TS_CACHE: cache }; // no compiler, no Python
    const install = (option: string): string =>
      spawnSync(process.execPath, [launcher, 'install-tensorflow', option], { env, encoding: 'utf8' }).stderr;
    expect(install('--verify')).toMatch(/could not be installed: no C\+\+ compiler \(tried c\+\+, g\+\+, clang\+\+\)/);
    expect(existsSync(asked)).toBe(false);
    expect(install('--upstream')).toMatch(/the installer of @tensorflow\/tfjs-node failed: no such host/);
    expect(readFileSync(asked, 'utf8')).toBe('rebuild @tensorflow/tfjs-node --ignore-scripts=false\n');
  });

  test('the launcher hands over unless all files have the sizes that they were installed with', async () => {
    const root = join(directory, 'node_modules', 'keras-ts');
    tfjsNode = join(directory, 'node_modules', '@tensorflow', 'tfjs-node');
    for (const folder of [join(root, 'scripts'), join(root, 'dist', 'cli'), tfjsNode])
      mkdirSync(folder, { recursive: true });
    copyFileSync(launcher, join(root, 'scripts', 'keras-ts.js'));
    writeFileSync(join(root, 'dist', 'cli', 'main.js'), "exports.main = async (args) => console.log(args.join(' '));");
    writeFileSync(join(tfjsNode, 'package.json'), '{}');
    const run = (...args: string[]): string =>
      spawnSync(process.execPath, [join(root, 'scripts', 'keras-ts.js'), ...args], { encoding: 'utf8' }).stdout;
    expect(run('install-tensorflow')).toBe('install-tensorflow\n');
    await install(fakeTools());
    expect(run('install-tensorflow', '--optional')).toBe('');
    expect(run('install-tensorflow', '--verify')).toBe('install-tensorflow --verify\n');
    truncateSync(join(cache, LIBRARY, LIBRARIES[0] as string), 3);
    expect(run('install-tensorflow')).toBe('install-tensorflow\n');
    rmSync(cache, { recursive: true });
    expect(run('install-tensorflow')).toBe('install-tensorflow\n');
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
