/** The two halves of the host, and what the library does on the one that has a console only. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { host as browser } from '../../src/host/default';
import { host as node } from '../../src/host/node';

afterEach(() => jest.restoreAllMocks());

test('package.json gives Node its half and all others the default one', () => {
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(Object.entries(imports['#host'])).toEqual([
    ['node', './dist/host/node.js'],
    ['default', './dist/host/default.js'],
  ]);
  for (const half of ['node', 'default']) expect(existsSync(`src/host/${half}.ts`)).toBe(true);
});

describe('in Node', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keras-ts-host-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('variables, output, warnings and lines are those of the process', () => {
    expect(node.env('PATH')).toBe(process.env.PATH);
    expect(node.env('KERAS_TS_NOT_SET')).toBeUndefined();
    expect(node.output).toBe(process.stdout);
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    node.print('a\nb\n');
    node.tell('c');
    node.warn('d');
    expect(out.mock.calls).toEqual([['a\nb\n']]);
    expect(err.mock.calls).toEqual([['c\n']]);
    expect(warned.mock.calls).toEqual([['d', 'UserWarning']]);
  });

  test('a notebook is known by who started it', () => {
    const { env } = process;
    try {
      process.env = { ...env, JPY_PARENT_PID: '1' };
      expect(node.isNotebook).toBe(true);
      process.env = { ...env };
      delete process.env.JPY_PARENT_PID;
      expect(node.isNotebook).toBe(false);
    } finally {
      process.env = env;
    }
  });

  test('files are written, continued and measured', () => {
    const { files } = node;
    const path = join(folder, 'a.txt');
    expect(files?.size(path)).toBeUndefined();
    files?.write(path, 'ab');
    files?.append(path, 'c');
    expect(readFileSync(path, 'utf8')).toBe('abc');
    expect(files?.size(path)).toBe(3);
    files?.write(path, new Uint8Array([100]));
    expect(readFileSync(path, 'utf8')).toBe('d');
  });

  test('a file is written whole, with its folder, or not at all', () => {
    const path = join(folder, 'deep', 'er', 'a.txt');
    expect(node.files?.writeWhole(path, 'ab')).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('ab');
    expect(() => node.files?.writeWhole(path, 3 as unknown as string)).toThrow('iterable');
    expect(readFileSync(path, 'utf8')).toBe('ab');
    expect(readdirSync(dirname(path))).toEqual(['a.txt']);
  });

  test('a temporary file keeps its name and its ending, and is of this process', () => {
    expect(node.files?.temporary('heatmap-1.svg')).toBe(join(tmpdir(), 'keras-ts', `heatmap-1-${process.pid}.svg`));
  });

  test('packages are loaded and their files found', () => {
    expect(node.packages?.load('pngjs')).toBe(require('pngjs'));
    expect(node.packages?.locate('pngjs/package.json')).toBe(require.resolve('pngjs/package.json'));
    expect(() => node.packages?.locate('no-such-package/a')).toThrow(
      expect.objectContaining({ code: 'MODULE_NOT_FOUND' }),
    );
  });

  test('a context goes on after an await, beside another one', async () => {
    const store = node.contextStore<{ name: string }>();
    const nameLater = (name: string) =>
      store?.run({ name }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return store.getStore()?.name;
      });
    expect(await Promise.all([nameLater('a'), nameLater('b')])).toEqual(['a', 'b']);
    expect(store?.getStore()).toBeUndefined();
  });
});

describe('elsewhere', () => {
  /** Loads modules of the library on the default half. */
  function loadModule<T extends object>(path: string): T {
    let found: T | undefined;
    jest.isolateModules(() => {
      jest.doMock('#host', () => jest.requireActual('../../src/host/default'));
      found = jest.requireActual<T>(path);
    });
    jest.dontMock('#host');
    return found as T;
  }

  test('there are no variables, files, packages and no standard output', () => {
    const { output, files, packages, isNotebook } = browser;
    expect({ output, files, packages, isNotebook }).toEqual({ isNotebook: false });
    expect(browser.env('PATH')).toBeUndefined();
    expect(browser.contextStore()).toBeUndefined();
  });

  test('the console shows text without an empty line at its end, and warnings', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    browser.print('a\nb\n');
    browser.tell('c');
    browser.warn('d');
    expect(log.mock.calls).toEqual([['a\nb']]);
    expect(warn.mock.calls).toEqual([['c'], ['d']]);
  });

  test('nothing is written to a standard output, nor is a line redrawn', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const output = loadModule<typeof import('../../src/callbacks/output')>('../../src/callbacks/output');
    output.printLine('a');
    const canRedraw = output.canRedraw(output.standardOutput());
    expect(write).not.toHaveBeenCalled();
    expect(canRedraw).toBe(false);
  });

  test('a summary is 80 characters wide, whatever the terminal of Node is', () => {
    const { COLUMNS } = process.env;
    process.env.COLUMNS = '40';
    try {
      const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
      const { Sequential, layers } = loadModule<typeof import('../../src')>('../../src');
      Sequential([layers.Input([3]), layers.Dense(2)]).summary();
      const lines = String(log.mock.calls[0]?.[0]).split('\n');
      expect(Math.max(...lines.map(({ length }) => length))).toBeGreaterThan(40);
      expect(lines.at(-1)).toContain('Non-trainable params: 0');
    } finally {
      if (COLUMNS === undefined) delete process.env.COLUMNS;
      else process.env.COLUMNS = COLUMNS;
    }
  });

  test('what needs files or packages says so', () => {
    const { CSVLogger } = loadModule<typeof import('../../src/callbacks')>('../../src/callbacks');
    expect(() => CSVLogger('a.csv').onTrainBegin()).toThrow('CSVLogger: there is no file system here.');
    const { writeWhole } = loadModule<typeof import('../../src/plot/display')>('../../src/plot/display');
    expect(() => writeWhole('Figure', 'a.svg', '')).toThrow('Figure: files can be written in Node only. Use .svg()');
    const { echarts } = loadModule<typeof import('../../src/host/optional')>('../../src/host/optional');
    expect(() => echarts('curves')).toThrow(
      "curves: a chart needs the npm package 'echarts', which can be loaded in Node only.",
    );
  });

  test('a context lasts until its promise is settled, and ends where its body throws', async () => {
    const { AsyncContext } = loadModule<typeof import('../../src/host/asyncContext')>('../../src/host/asyncContext');
    const context = new AsyncContext<{ name: string }>();
    const names = (): string => context.owners.map(({ name }) => name).join('');
    const name = await context.run({ name: 'a' }, async () => {
      await null;
      return `${context.run({ name: 'b' }, names)} ${names()}`;
    });
    expect(name).toBe('ba a');
    expect(names()).toBe('');
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => context.run({ name: 'c' }, fail)).toThrow('no');
    expect(names()).toBe('');
  });
});
