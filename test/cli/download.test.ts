/** The installer with real pip, a real compiler and a real library, from a package index on this machine that misbehaves. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { compileAddon, findCompiler, tryAddon } from '../../src/cli/addon';
import { type InstallOptions, installInto } from '../../src/cli/install';
import { TENSORFLOW_VERSION, wheelFor } from '../../src/cli/platform';
import { fetchWheel } from '../../src/cli/wheel';
import { type Loopback, startLoopback } from '../datasets/loopback';
import { answerOf, type FakeWheel, LIBRARIES, makeTfjsNode, makeWheel, simpleIndex } from './fakes';

const PLATFORM = 'linux-x64';
const LIBRARY = `tensorflow-${TENSORFLOW_VERSION}-${PLATFORM}`;
const environment = { ...process.env };

let made: string;
let fake: FakeWheel;
let index: Loopback;
let directory: string;
let cache: string;
let tfjsNode: string;
let said: string[];

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'keras-ts-wheel-'));
  fake = makeWheel(made);
  index = await startLoopback();
});
afterAll(async () => {
  rmSync(made, { recursive: true, force: true });
  await index.close();
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keras-ts-install-'));
  cache = join(directory, 'cache');
  tfjsNode = makeTfjsNode(directory);
  said = [];
  index.asked.length = 0;
  // pip asks our index alone, whatever it is set up for here
  for (const name of Object.keys(process.env)) if (/^(PIP_|https?_proxy$)/i.test(name)) delete process.env[name];
  Object.assign(process.env, { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: `${index.origin}simple/` });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  rmSync(directory, { recursive: true, force: true });
});

const progress = { say: (line: string) => said.push(line), step: () => {}, update: () => {} };
const install = (options: InstallOptions = {}): Promise<void> =>
  installInto(tfjsNode, progress, { cache, platform: PLATFORM, wheel: fake.wheel, ...options });
const downloads = (): number => index.asked.filter((path) => path === `/files/${fake.name}`).length;
const folders = (): string[] => readdirSync(cache).map((name) => name.replace(/-.*/, ''));

/** The wheel as it is. */
const whole = (response: ServerResponse): void => void response.end(readFileSync(fake.file));
/** Something of the same size. */
function junk(response: ServerResponse): void {
  response.end(Buffer.alloc(readFileSync(fake.file).length, 7));
}
/** Half of the wheel, then the connection is cut. */
function cut(response: ServerResponse): void {
  const bytes = readFileSync(fake.file);
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
/** Half of the wheel, then nothing more. */
function stalled(response: ServerResponse): void {
  const bytes = readFileSync(fake.file);
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2));
}
/** Lets the index serve the file in some way the first time, in another from then on. */
function serve(first: (response: ServerResponse) => void, later = first): void {
  index.answer = simpleIndex(fake.name, (response) => (downloads() > 1 ? later : first)(response));
}

/** All is there, and works. */
function expectInstalled(): void {
  expect(answerOf(tfjsNode)).toBe('42');
  expect(folders().sort()).toEqual(['addon', 'tensorflow']);
}
/** Nothing is there that was not. */
function expectNothing(): void {
  expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([]);
  expect(readdirSync(tfjsNode)).toEqual(['binding']);
}

describe('the package index', () => {
  test('gives the wheel, of which libraries and headers are kept', async () => {
    serve(whole);
    await install();
    expectInstalled();
    expect(downloads()).toBe(1);
    const kept = readdirSync(join(cache, LIBRARY), { recursive: true }).map(String).sort();
    const headers = ['include', 'include/absl', 'include/absl/log', 'include/absl/log/globals.h'];
    expect(kept).toEqual([...headers, 'keras-ts.json', ...LIBRARIES]);
  });

  test.each([
    ['junk', junk],
    ['half of it', cut],
  ])('gives %s, then the wheel: it is fetched once more', async (_, first) => {
    serve(first, whole);
    await install();
    expect(downloads()).toBe(2);
    expect(said[1]).toMatch(/\. Once more:$/);
    expectInstalled();
  });

  test('gives junk for good: the hashes are told, nothing stays, and the wheel is taken later', async () => {
    serve(junk);
    await expect(install()).rejects.toThrow(
      /^what the package index gives for tensorflow-cpu==2.19.1 is not the wheel .* is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    expect(downloads()).toBe(2);
    expectNothing();
    serve(whole);
    await install();
    expectInstalled();
  });

  test('cuts for good', async () => {
    serve(cut);
    await expect(install()).rejects.toMatchObject({
      name: 'BadDownload',
      mend: expect.stringContaining('`--wheel FILE`'),
    });
    expect(downloads()).toBe(2);
    expectNothing();
  });

  test('stalls: that is noticed, whatever pip would wait', async () => {
    process.env.PIP_DEFAULT_TIMEOUT = '600';
    serve(stalled);
    await expect(install({ stall: 4000 })).rejects.toThrow(
      'the download of tensorflow-cpu==2.19.1 stalled: nothing for 4 s',
    );
    expectNothing();
  });

  test("has no such wheel: pip's own words are passed on, at once", async () => {
    index.answer = (_, response) => void response.end('<html>Please log in</html>');
    await expect(install()).rejects.toThrow(
      /^pip could not download tensorflow-cpu 2.19.1: .*No matching distribution found/s,
    );
    expect(index.asked).toHaveLength(1);
    expectNothing();
  });
});

describe('a wheel at hand', () => {
  beforeEach(() => {
    process.env.PIP_INDEX_URL = 'http://127.0.0.1:9/';
  });

  test('needs no package index and no pip', async () => {
    fakePython('exit 1');
    await install({ file: fake.file });
    expectInstalled();
    expect(index.asked).toEqual([]);
  });

  test('must be the one that is known', async () => {
    const other = makeWheel(directory, { cut: 5000, name: 'other' });
    await expect(install({ file: other.file })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^--wheel: expected the wheel of tensorflow-cpu 2.19.1 .* Received: tensorflow_cpu-.*\.whl \(\d+ bytes, SHA-256 /,
      ),
      mend: expect.stringMatching(/: pip download --no-deps .* --platform manylinux_2_17_x86_64 .*==2.19.1$/),
    });
    await expect(install({ file: join(directory, 'none') })).rejects.toThrow('--wheel: expected a file. Received: ');
    await expect(install({ file: directory })).rejects.toThrow('--wheel: expected a file. Received: ');
    expectNothing();
  });

  test('mends a library that was cut short, which would end the process', async () => {
    await install({ file: fake.file });
    truncateSync(join(cache, LIBRARY, LIBRARIES[0]), 5000);
    expect(answerOf(tfjsNode)).toBe('');
    await install({ file: fake.file });
    expect(said).toContainEqual(expect.stringMatching(/ was damaged \(libtensorflow_cc\.so\.2 has 5000 bytes, not/));
    expectInstalled();
  });

  test('whose library is broken stays out of the cache', async () => {
    const broken = makeWheel(directory, { cut: 20_000, name: 'broken' });
    await expect(install({ file: broken.file, wheel: broken.wheel })).rejects.toThrow(
      /^(c\+\+ could not compile the addon|the addon does not load): /,
    );
    expectNothing();
  });

  test('that lacks the library is refused', async () => {
    const libraries = { ...fake.wheel.libraries, 'libother.so': '' };
    await expect(install({ file: fake.file, wheel: { ...fake.wheel, libraries } })).rejects.toThrow(
      'the wheel could not be unpacked: the wheel lacks tensorflow/libother.so',
    );
    expectNothing();
  });
});

/** Puts a Python first in the path whose pip does something else; it is asked for its version as well. */
function fakePython(pip: string, version = pip): void {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const real = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
  const cases = [`"-m pip --version") ${version};;`, `"-m pip"*) ${pip};;`, `*) exec ${real} "$@";;`];
  writeFileSync(join(bin, 'python3'), ['#!/bin/sh', 'case "$*" in', ...cases, 'esac\n'].join('\n'), { mode: 0o755 });
  process.env.PATH = `${bin}${delimiter}${environment.PATH}`;
}

describe('a full disk', () => {
  const message = (): string => `the disk of ${cache} is full`;

  test('that pip tells of is called that, and not tried again', async () => {
    fakePython(`echo x >> ${directory}/runs; echo "ERROR: [Errno 28] Kein Speicherplatz mehr"; exit 1`, 'exit 0');
    await expect(install()).rejects.toThrow(message());
    expect(readFileSync(join(directory, 'runs'), 'utf8')).toBe('x\n');
    expectNothing();
  });

  test('that the compiler tells of, too', async () => {
    const compiler = join(directory, 'cxx');
    const lines = ['#!/bin/sh', '[ "$1" = --version ] || { echo "ld: No space left on device" >&2; exit 1; }\n'];
    writeFileSync(compiler, lines.join('\n'), { mode: 0o755 });
    process.env.CXX = compiler;
    await expect(install({ file: fake.file })).rejects.toThrow(message());
    expectNothing();
  });
});

describe('what is missing is named', () => {
  test('no Python, no compiler', async () => {
    process.env.PATH = directory;
    delete process.env.CXX;
    const wheel = wheelFor(PLATFORM);
    const target = join(directory, 'target');
    await expect(fetchWheel(wheel, target, progress)).rejects.toThrow('no Python with pip (tried python3, python)');
    await expect(fetchWheel(wheel, target, progress, { file: fake.file })).rejects.toThrow('no Python (tried python3');
    const parts = { tfjsNode, library: directory, wheel };
    await expect(compileAddon(parts, target, progress)).rejects.toThrow('no C++ compiler (tried');
  });

  test('a compiler that cannot compile, before anything is downloaded', async () => {
    serve(whole);
    process.env.CXX = join(directory, 'cxx');
    const lines = ['#!/bin/sh', '[ "$1" = --version ] || { echo "string_view: No such file" >&2; exit 1; }\n'];
    writeFileSync(process.env.CXX, lines.join('\n'), { mode: 0o755 });
    await expect(install()).rejects.toThrow(/cxx cannot compile C\+\+17: string_view: No such file$/);
    expect(index.asked).toEqual([]);
    expect(await findCompiler()).toBe(process.env.CXX);
  });

  test('an addon is tried in another process', async () => {
    const file = join(directory, 'a.node');
    writeFileSync(file, 'not a library');
    await expect(tryAddon(file)).rejects.toThrow(/^the addon does not load: .*a\.node/);
  });
});
