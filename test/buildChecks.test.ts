/** The checks of `npm run check` find what they are for. */
import { readFileSync } from 'node:fs';
import { hostProblems, unusedHalves } from '../scripts/check-host';
import { importProblems } from '../scripts/check-imports';
import { packProblems } from '../scripts/check-package';
import { readProblems, unusedReads } from '../scripts/check-reads';
import { sizeLine, sizeProblems } from '../scripts/check-size';
import { functionsOf, importsOf, linesOfCode, readSources } from '../scripts/sources';
import { namespaces, packageFields } from '../scripts/sub-paths';
import { version } from '../src/version';

/** Files by path, for a check. */
function files(texts: Record<string, string>) {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

describe('imports', () => {
  test('of every kind are found, with those that are gone at run time marked', () => {
    const text = `
      import { a } from './a';
      import type { B } from './b';
      import { type C } from './c';
      export * from './d';
      export type { E } from './e';
      const f = require('./f');
      const g = await import('./g');
      type H = import('./h').H;
      // import './comment'
      const notOne = "import './string'";`;
    const found = importsOf({ path: 'src/x.ts', text });
    const names = (typeOnly: boolean): string[] =>
      found.filter((one) => one.typeOnly === typeOnly).map(({ specifier }) => specifier);
    expect(names(false)).toEqual(['./a', './d', './f', './g']);
    expect(names(true)).toEqual(['./b', './c', './e', './h']);
    expect(found[0]?.line).toBe(2);
  });

  test('may go down', () => {
    const texts = {
      'src/index.ts': "export * from './layers';",
      'src/layers/index.ts': "export * from './core/dense';",
      'src/layers/core/dense.ts':
        "import '../../ops/matmul'; import '../../backend/registrations'; import '@tensorflow/tfjs-core';",
      'src/ops/matmul.ts': "import '../backend/native';",
      'src/backend/native.ts': '',
      'src/backend/registrations.ts': "import '@tensorflow/tfjs';",
      'src/base/registry.ts': '',
    };
    expect(importProblems(files(texts))).toEqual([]);
  });

  test.each([
    ['up', { 'src/ops/a.ts': "import type { L } from '../layers/l';" }, /src\/ops\/a.ts:1 .*ops stands below layers/],
    ['up to saving', { 'src/layers/a.ts': "import '../saving/zip';" }, /layers stands below saving/],
    ['into the reference', { 'src/reference/a.ts': "import '../base/errors';" }, /reference imports nothing of ours/],
    [
      'of the binding',
      { 'src/layers/a.ts': "import '../backend/native';" },
      /only backend and ops know the native binding/,
    ],
    ['of the union', { 'src/backend/a.ts': "import '@tensorflow/tfjs';" }, /only .*registrations.ts knows the union/],
    ['of a zip', { 'src/models/a.ts': "import { zip } from 'fflate';" }, /only base knows the packing of zip/],
    ['of a part unknown', { 'src/other/a.ts': "import '../backend/errors';" }, /other has no place/],
  ])('may not go %s', (_, texts, message) => {
    const problems = importProblems(files(texts));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test('of the core come with what is registered in it, at every entry', () => {
    const texts = {
      'src/ops/index.ts': "import './a';",
      'src/ops/a.ts': "import * as tf from '@tensorflow/tfjs-core';",
      'src/metrics/index.ts': "import type * as tf from '@tensorflow/tfjs-core';",
      'src/backend/registrations.ts': "import '@tensorflow/tfjs';",
    };
    expect(importProblems(files(texts))).toEqual([
      'src/ops/index.ts loads @tensorflow/tfjs-core without src/backend/registrations: import that, too',
    ]);
    const mended = { ...texts, 'src/ops/index.ts': "import '../backend/registrations'; import './a';" };
    expect(importProblems(files(mended))).toEqual([]);
  });

  test('may not go in a circle, of parts or of files', () => {
    const parts = {
      'src/losses/a.ts': "import '../metrics/a';",
      'src/metrics/a.ts': "import '../losses/b';",
      'src/losses/b.ts': '',
    };
    expect(importProblems(files(parts))).toEqual(['parts import each other: losses -> metrics -> losses']);
    const loaded = { 'src/ops/a.ts': "import './b';", 'src/ops/b.ts': "import { a } from './a';" };
    const problem = 'files import each other, be it types: src/ops/a -> src/ops/b -> src/ops/a';
    expect(importProblems(files(loaded))).toEqual([problem]);
    const types = { 'src/ops/a.ts': "import './b';", 'src/ops/b.ts': "import type { A } from './a';" };
    expect(importProblems(files(types))).toEqual([problem]);
  });
});

describe('the host', () => {
  const problemsOf = (text: string, path = 'src/models/a.ts'): string[] => hostProblems([{ path, text }]);

  test.each([
    ["const a = process.env['A'];", 'names `process`'],
    ["if (typeof process === 'object') f();", 'names `process`'],
    ['function f(a: ReturnType<typeof process.cwd>) {}', 'names `process`'],
    ['const { pid } = process;', 'names `process`'],
    ['f({ process });', 'names `process`'],
    ['globalThis.process?.exit();', 'names `process`'],
    ["globalThis['process'];", 'names `process`'],
    ['const a = f(Buffer.from([]));', 'names `Buffer`'],
    ['let a: Buffer;', 'names `Buffer`'],
    ['class A extends B<Buffer> {}', 'names `Buffer`'],
    ["const a = require('a');", 'names `require`'],
    ["const a = require.resolve('a');", 'names `require`'],
    ['f(__dirname);', 'names `__dirname`'],
    ["import { join } from 'node:path';", "imports 'node:path'"],
    ["import { join } from 'path';", "imports 'path'"],
    ["import type { Stats } from 'node:fs';", "imports 'node:fs'"],
    ["let a: typeof import('node:fs');", "imports 'node:fs'"],
    ["const a = await import('fs/promises');", "imports 'fs/promises'"],
    ["import { host } from '#host';", "imports '#host'"],
  ])('is not named: %s', (text, problem) => {
    expect(problemsOf(`\n${text}`)).toEqual([expect.stringContaining(`src/models/a.ts:2 ${problem}: `)]);
    expect(problemsOf(text, 'src/host/optional.ts')).toHaveLength(1);
    expect(problemsOf(text, 'src/backend/engine.ts')).toHaveLength(1);
  });

  test.each([
    '// process, Buffer, require',
    "const a = 'process.env';",
    'a.process.require();',
    'const a = { process: 1 }; class A { Buffer = 1; require() {} }',
    'interface A { process: number; require?(name: string): void }',
    "import { a } from './process'; import { b } from 'echarts';",
  ])('is another thing than its name: %s', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  test('is named in the Node halves, all of which exist', () => {
    const text = "import 'node:fs'; process.exit(Buffer.length);";
    for (const path of ['src/host/node.ts', 'src/cli/main.ts', 'src/datasets/a.ts', 'src/backend/wasm.ts']) {
      expect(problemsOf(text, path)).toEqual([]);
    }
    expect(problemsOf("import { host } from '#host';", 'src/host/index.ts')).toEqual([]);
    expect(unusedHalves([{ path: 'src/host/node.ts', text }])).toContainEqual(expect.stringMatching(/commands/));
    const files = readSources('src');
    expect([...hostProblems(files), ...unusedHalves(files)]).toEqual([]);
  });
});

describe('values read at once', () => {
  const problemsOf = (text: string, path = 'src/models/a.ts'): string[] => readProblems([{ path, text }]);

  test.each(['x.dataSync()', 'f(x).arraySync()[0]', 'const read = x.bufferSync', 'backend.readSync(id)'])(
    'are found: %s',
    (text) => {
      expect(problemsOf(`\n${text}`)).toEqual([expect.stringContaining('src/models/a.ts:2 calls')]);
      expect(problemsOf(text, 'src/layers/core/a.ts')).toHaveLength(1);
      expect(problemsOf(text, 'src/plot/a.ts')).toEqual([]);
      expect(problemsOf(text, 'src/models/compile/logs.ts')).toEqual([]);
    },
  );

  test('words in comments and names alike are none', () => {
    expect(problemsOf('// x.dataSync()\nawait x.data(); const dataSync = 1; f(dataSync);')).toEqual([]);
  });

  test('there are none here', () => {
    const files = readSources('src');
    expect([...readProblems(files), ...unusedReads(files)]).toEqual([]);
  });
});

describe('sizes', () => {
  const path = 'src/layers/core/long.ts';
  const lines = (count: number): string => Array.from({ length: count }, (_, i) => `const a${i} = 1;\n`).join('');

  test('count code, not comments or empty lines', () => {
    const text = '/** Doc. */\n\nfunction f() {\n  // why\n  return `a\n  b`; // so\n}\n/* end\n */';
    expect(linesOfCode({ path, text })).toBe(4);
    expect(functionsOf({ path, text })).toEqual([{ name: 'f', line: 3, lines: 5 }]);
  });

  test('are limited: of layer files, of files and of functions', () => {
    const layer = (count: number): string => `${lines(count - 1)}export const A = callable(ALayer);`;
    expect(sizeProblems(files({ [path]: layer(80) }))).toEqual([]);
    expect(sizeProblems(files({ [path]: layer(81) }))[0]).toMatch(
      /long.ts \(without comments\): 81 lines, 80 are allowed/,
    );
    expect(sizeProblems(files({ 'src/ops/a.ts': lines(400) }))).toEqual([]);
    expect(sizeProblems(files({ 'src/ops/a.ts': lines(401) }))[0]).toMatch(/a.ts: 401 lines, 400 are allowed/);
    const long = `const f = () => {\n${lines(59)}};`;
    expect(sizeProblems(files({ 'src/ops/a.ts': long }))[0]).toMatch(/a.ts:1 f: 61 lines, 60 are allowed/);
  });

  test('are told in one line', () => {
    const texts = { [path]: 'const a = 1;\nexport const A = callable(a);', 'src/ops/b.ts': 'const b = 1;' };
    expect(sizeLine(files(texts))).toBe(
      'src: 3 lines of code in 2 files; longest layer file: src/layers/core/long.ts (2 lines of code)',
    );
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

  test('names a module for every namespace of the root', () => {
    const { exports, typesVersions } = manifest;
    expect({ exports, typesVersions }).toEqual(packageFields());
    expect(namespaces("export * as layers from './layers';\nexport { a } from './b';\n")).toEqual(['layers']);
    expect(() => namespaces("export * as layers from './models';\n")).toThrow('a namespace named as its folder');
  });

  test('has the version that the library tells', () => {
    expect(version).toBe(manifest.version);
  });
});

describe('the package', () => {
  const paths = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json', 'scripts/keras-ts.js', 'dist/cli/main.js'];
  const built = ['dist/index.js', 'dist/index.mjs', 'dist/index.d.ts', 'dist/layers/core/dense.js.map'];
  const pack = {
    size: 1e6,
    unpackedSize: 4e6,
    files: [...paths, ...built].map((path) => ({ path, size: 1000 })),
  };

  test('holds what users need, and nothing else', () => {
    expect(packProblems(pack)).toEqual([]);
    const files = [...pack.files.slice(1), { path: 'dist/test/a.ts', size: 1 }, { path: 'out/model.keras', size: 1 }];
    expect(packProblems({ ...pack, files })).toEqual([
      'the package lacks README.md',
      'the package holds dist/test/a.ts, which is not for users',
      'the package holds out/model.keras, which is not for users',
    ]);
  });

  test('is small', () => {
    const files = [...pack.files, { path: 'dist/plot/font.js', size: 1_000_000 }];
    expect(packProblems({ size: 3e6, unpackedSize: 2e7, files })).toEqual([
      'dist/plot/font.js has 1000000 bytes, 200000 are allowed',
      'packed it has 3000000 bytes, 2500000 are allowed',
      'it has 20000000 bytes, 10000000 are allowed',
    ]);
  });
});

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8');

  test('names the licence of every package that is used', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      string,
      object
    >;
    const licences = readme.slice(readme.indexOf('## Licences'));
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    expect(names.filter((name) => !name.startsWith('@tensorflow/') && !licences.includes(name))).toEqual([]);
  });

  test('names every environment variable that the library reads', () => {
    const table = readme.slice(readme.indexOf('### Environment variables'), readme.indexOf('## How fast'));
    const read = readSources('src').flatMap(({ text }) => [
      ...[...text.matchAll(/\benv(?:\.|\[')([A-Z]\w+)/g)].map(([, name]) => name as string),
      ...[...text.matchAll(/\benv\('([A-Z]\w+)'\)/g)].map(([, name]) => name as string),
      ...[...text.matchAll(/const \{ ([A-Z_, ]+) \} = process\.env/g)].flatMap(([, names]) =>
        (names as string).split(', '),
      ),
    ]);
    expect(read).toContain('KERAS_TS_CACHE');
    expect(read).toContain('KERAS_TS_BACKEND');
    expect(read.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
  });
});
