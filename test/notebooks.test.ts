import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { flawsOf, missingOf, type Notebook, textOf } from '../scripts/notebooks/contents';
import { EXPECTED, type Expected } from '../scripts/notebooks/expected';
import { choose, parseOptions } from '../scripts/notebooks/options';

const FOLDER = join(__dirname, '..', 'notebooks');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

test('there is a list of what each notebook must show', () => {
  expect(Object.keys(EXPECTED)).toEqual(files.map((name) => name.replace('.ipynb', '')).sort());
});

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  const path = join(FOLDER, `${name}.ipynb`);
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as Notebook;

  test('was run from top to bottom, and its file is sound', () => {
    expect(flawsOf(notebook, statSync(path).size)).toEqual([]);
  });

  test('shows what it should', () => {
    expect(missingOf(notebook, expected)).toEqual([]);
  });
});

/** A small notebook that is as it should be. */
function sound(): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
    cells: [
      { cell_type: 'markdown', id: 'a', source: '# Title' },
      {
        cell_type: 'code',
        id: 'b',
        source: ['console.log(', '20383)'],
        execution_count: 1,
        outputs: [{ output_type: 'stream', name: 'stdout', text: ['\x1b[1m20,', '383\x1b[0m\n'] }],
      },
      {
        cell_type: 'code',
        id: 'c',
        source: 'figure.show()',
        execution_count: 2,
        outputs: [
          { output_type: 'display_data', data: { 'image/svg+xml': '<svg/>' } },
          { output_type: 'display_data', data: { 'image/gif': 'R0lGODlh' } },
          { output_type: 'display_data', data: { 'text/markdown': ['| 27 |'] } },
        ],
      },
    ],
  };
}

type Code = Required<Notebook['cells'][number]>;
const codeOf = (notebook: Notebook, index: number): Code => notebook.cells[index] as Code;

describe('a notebook that is not as it should be', () => {
  const flaws: [string, (notebook: Notebook) => void, RegExp][] = [
    ['another format', (n) => Object.assign(n, { nbformat_minor: 4 }), /format is 4\.4/],
    ['another kernel', (n) => Object.assign(n.metadata, { kernelspec: { name: 'python3' } }), /kernel is python3/],
    ['a cell that was not run', (n) => Object.assign(codeOf(n, 2), { execution_count: null }), /top to bottom: 1 -/],
    ['another order', (n) => Object.assign(codeOf(n, 1), { execution_count: 3 }), /top to bottom: 3 2/],
    ['a warning', (n) => Object.assign(codeOf(n, 1).outputs[0] as object, { name: 'stderr' }), /complains: .*20,383/],
    ['an error', (n) => codeOf(n, 1).outputs.push({ output_type: 'error' }), /complains/],
    ['a path', (n) => Object.assign(codeOf(n, 1), { source: "save('/home/me/a.png')" }), /machine: \/home\/me/],
    ['a path among outputs', (n) => codeOf(n, 1).outputs.push({ output_type: 'x', text: 'in C:\\Users' }), /machine/],
    ['an id twice', (n) => Object.assign(codeOf(n, 2), { id: 'b' }), /ids/],
    [
      'a large animation',
      (n) => Object.assign(codeOf(n, 2).outputs[1]?.data as object, { 'image/gif': 'R'.repeat(500_000) }),
      /GIF is too large: 375 kB/,
    ],
    ['no code', (n) => n.cells.splice(1), /no code/],
  ];

  test.each(flaws)('%s', (_what, spoil, message) => {
    const notebook = sound();
    expect(flawsOf(notebook, 1000)).toEqual([]);
    spoil(notebook);
    expect(flawsOf(notebook, 1000).join('\n')).toMatch(message);
  });

  test('a large file', () => {
    expect(flawsOf(sound(), 3 * 2 ** 20)).toEqual(['it is too large: 3.0 MB']);
  });
});

describe('what must appear', () => {
  const expected: Expected = { texts: ['20,383', /\| 2\d \|/], figures: 1, gifs: 1 };

  test('is found in printed text without colours, and in tables', () => {
    expect(textOf(sound())).toContain('20,383\n');
    expect(missingOf(sound(), expected)).toEqual([]);
  });

  test('is missed: a number, a figure, an animation; sources do not count', () => {
    const wanted = { texts: ['20383', /28/], figures: 2, gifs: 2 };
    expect(missingOf(sound(), wanted)).toEqual([
      'not in its outputs: 20383',
      'not in its outputs: /28/',
      '1 figures, 2 expected',
      '1 animations, 2 expected',
    ]);
  });
});

describe('the command line', () => {
  const known = ['01-image-modeling', '02-the-mathematics', '02-more'];

  test('names notebooks by their beginnings, by file or not at all', () => {
    expect(choose(known, [])).toEqual(known);
    expect(choose(known, ['01', 'notebooks/02-the-mathematics.ipynb', '01-image-modeling'])).toEqual(known.slice(0, 2));
  });

  test.each(['02', '03', ''])('refuses %j, which is none or several', (name) => {
    expect(() => choose(known, [name])).toThrow(`notebooks: expected the name of a notebook, of ${known.join(', ')}`);
  });

  test('options', () => {
    expect(parseOptions(['01'])).toEqual({ names: ['01'], inplace: false, build: true, timeout: 300 });
    expect(parseOptions(['--inplace', '--no-build', '--timeout', '9'])).toEqual({
      names: [],
      inplace: true,
      build: false,
      timeout: 9,
    });
    expect(parseOptions(['--help'])).toBeUndefined();
    expect(() => parseOptions(['--timeout', 'x'])).toThrow('--timeout must be a whole number above 0. Received: x');
    expect(() => parseOptions(['--quick'])).toThrow("Unknown option '--quick'");
  });
});
