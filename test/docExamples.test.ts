/**
 * Runs the examples of the doc comments and pages of src, and README.md's script: what a comment behind a statement says must be what comes out.
 * `console.log(x); // [ 1, 2 ]` tells what is printed, white space and kinds of quotes aside. `conv1d(x, kernel); // [[1, 2]]`
 * and `tensor.print(); // [0.3333]` tell a value, right to the digits given.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format, inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import ts from 'typescript';
import { readSources } from '../scripts/sources';
import { resetNames } from '../src/base/names';

const home = process.cwd();

interface Example {
  path: string;
  line: number;
  code: string;
}

const DOC = /\/\*\*[\s\S]*?\*\//g;
const TAG = /@example([\s\S]*?)(?=\n\s*@\w+|$)/g;
const FENCE = /```ts\n([\s\S]*?)```/g;
/** A comment that is a value rather than prose: an array, an object, a string, a number or a constant. */
const VALUE = /^(?:[[{'"].*|-?\d[\d.e+-]*|-?Infinity|true|false|null|NaN)$/s;

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** The `@example` parts of all doc comments of a file. */
function examplesIn({ path, text }: { path: string; text: string }): Example[] {
  return [...text.matchAll(DOC)].flatMap((doc) => {
    const body = doc[0].slice(3, -2).replace(/^[ \t]*\*[ \t]?/gm, '');
    return [...body.matchAll(TAG)].map((tag) => {
      const content = tag[1] as string;
      const code = content.includes('```') ? [...content.matchAll(FENCE)].map((fence) => fence[1]).join('\n') : content;
      return { path, line: lineAt(text, doc.index ?? 0) + lineAt(body, tag.index ?? 0) - 1, code };
    });
  });
}

/** The comment that tells the outcome of a statement: behind it, else alone on the lines below it. */
function outcomeOf(source: ts.SourceFile, statement: ts.Statement): string | undefined {
  const text = source.text;
  const behind = ts.getTrailingCommentRanges(text, statement.end);
  if (behind !== undefined)
    return text.slice((behind[0] as ts.CommentRange).pos + 2, (behind[0] as ts.CommentRange).end);
  const below = /^\n((?:\s*\/\/.*(?:\n|$))+)/.exec(text.slice(statement.end))?.[1];
  return below?.replace(/^\s*\/\//gm, '');
}

function isCallOf(expression: ts.Expression, name: RegExp): expression is ts.CallExpression {
  return ts.isCallExpression(expression) && name.test(expression.expression.getText());
}

/** The example with each statement whose outcome is told made into a call of `prints` or `gives`, in JavaScript. */
function compile(code: string): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const edits: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    node.forEachChild(visit);
    if (!ts.isExpressionStatement(node)) return;
    const outcome = outcomeOf(source, node)?.trim();
    const { expression } = node;
    const edit = (text: string): void => void edits.push({ from: node.getStart(), to: node.end, text });
    if (isCallOf(expression, /^console\.log$/)) {
      const printed = expression.arguments.map((argument) => argument.getText()).join(', ');
      edit(outcome === undefined ? `void [${printed}];` : `prints(${JSON.stringify(outcome)}, [${printed}]);`);
    } else if (outcome !== undefined && VALUE.test(outcome)) {
      const tensor = isCallOf(expression, /\.print$/)
        ? expression.expression.getText().replace(/\.print$/, '')
        : undefined;
      edit(`gives(${JSON.stringify(outcome)}, (${tensor ?? expression.getText()}));`);
    }
  };
  visit(source);
  const edited = edits
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to, text: call }) => text.slice(0, from) + call + text.slice(to), code);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true };
  return ts.transpileModule(`${edited}\nexport {};`, { compilerOptions }).outputText;
}

/** Spelt without what does not matter: white space, and quotes of one kind or another. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, '')
    .replace(/["`]/g, "'")
    .replace(/,(?=[\]}])/g, '');
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: null, maxArrayLength: null });
}

function prints(comment: string, values: unknown[]): void {
  const printed = format(...values.map((value) => (typeof value === 'string' ? value : show(value))));
  if (plain(printed) !== plain(comment)) throw new Error(`expected to print: ${comment}\nprinted: ${printed}`);
}

function gives(comment: string, value: unknown): void {
  const shown = show(value instanceof tf.Tensor ? value.arraySync() : value);
  if (!isSame(comment, shown)) throw new Error(`expected: ${comment}\ngot: ${shown}`);
}

const NUMBER = /-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/** Whether two values are spelt alike, numbers compared to the digits after the point that the comment gives. */
function isSame(comment: string, shown: string): boolean {
  const [expected, got] = [comment, shown].map((text) => plain(text).replaceAll("'", '')) as [string, string];
  if (expected.replace(NUMBER, '#') !== got.replace(NUMBER, '#')) return false;
  const numbers = got.match(NUMBER) ?? [];
  return (expected.match(NUMBER) ?? []).every((text, i) => {
    const decimals = /\.(\d+)$/.exec(text)?.[1]?.length;
    const tolerance = decimals === undefined ? 1e-6 * Math.max(1, Math.abs(Number(text))) : 0.501 * 10 ** -decimals;
    return Math.abs(Number(text) - Number(numbers[i])) <= tolerance;
  });
}

type Names = Record<string, unknown>;

/** What an example may use without making it: `model`, compiled, to be trained from 0 on `x` and `y` = 2x. */
const STOCK: Record<string, () => unknown> = {
  x: () => tf.tensor2d([[0], [1], [2], [3]]),
  y: () => tf.tensor2d([[0], [2], [4], [6]]),
  model: () => {
    const { Sequential, layers } = require('../src') as typeof import('../src');
    const model = Sequential([layers.Input({ shape: [1] }), layers.Dense(1, { kernelInitializer: 'zeros' })]);
    model.compile({ optimizer: 'sgd', loss: 'mean_squared_error' });
    return model;
  },
};

/** What an example may use without importing it: tf, the whole library, and before it what the file's module exports. */
function scopeOf(path: string): Names {
  const root = require('../src') as Names;
  const { tf: _tf, default: _default, ...parts } = root;
  const spaces = Object.values(parts).filter((value) => typeof value === 'object' && value !== null) as Names[];
  const places = [dirname(path), path].map((place) => join(home, place)).filter(isModule);
  const own = places.map((place) => require(place) as Names);
  return Object.assign({ tf }, ...spaces, root, ...own, { prints, gives, require: requireForExample });
}

function isModule(path: string): boolean {
  return path.endsWith('.ts') || existsSync(join(path, 'index.ts'));
}

function requireForExample(name: string): unknown {
  if (name === '@tensorflow/tfjs') return tf;
  return name.startsWith('keras-ts') ? require(name.replace('keras-ts', '../src')) : require(name);
}

async function run({ path, code }: Example, given: Names = {}): Promise<void> {
  const AsyncFunction = (async () => undefined).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => unknown;
  const scope = { ...scopeOf(path), ...given };
  const body = compile(code);
  const isUsed = (name: string): boolean =>
    name !== 'default' && new RegExp(`(?<!\\w|(?<!\\.\\.)\\.)${name}\\b`).test(body);
  const isMade = (name: string): boolean => new RegExp(`(?:const|let) (?:[[{][^=]*)?\\b${name}\\b`).test(body);
  const stock = Object.keys(STOCK).filter((name) => isUsed(name) && !isMade(name));
  tf.engine().startScope();
  try {
    for (const name of stock) scope[name] = STOCK[name]?.();
    resetNames();
    const used = Object.keys(scope).filter(isUsed);
    const example = new AsyncFunction('exports', ...used, `{ ${body} }`);
    await example({}, ...used.map((name) => scope[name]));
  } finally {
    tf.engine().endScope();
  }
}

const examples = readSources('src').flatMap(examplesIn);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-examples-'));

beforeAll(async () => {
  await (require('../src') as { ready(): Promise<void> }).ready();
  process.chdir(folder);
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

afterAll(() => {
  jest.restoreAllMocks();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

test.each(examples.map((example) => [`${example.path}:${example.line}`, example] as const))(
  '%s',
  async (_, example) => {
    await run(example);
  },
);

test('README.md: the first script runs, here on a few of the digits', async () => {
  const library = require('../src') as typeof import('../src');
  const loadData = async () => {
    const { train, test } = await library.datasets.mnist.loadData();
    const some = ({ x, y }: typeof train) => ({ x: x.slice([0], [320]), y: y.slice([0], [320]) });
    return { train: some(train), test: some(test) };
  };
  const datasets = { ...library.datasets, mnist: { ...library.datasets.mnist, loadData } };
  const code = [...readFileSync(join(home, 'README.md'), 'utf8').matchAll(FENCE)][0]?.[1] as string;
  const ending = '\ngives("2", [loss, accuracy].filter(Number.isFinite).length);';
  await run({ path: 'README.md', line: 1, code: code + ending }, { require: () => ({ ...library, datasets }) });
});

test.each([...readFileSync('src/layers/COMING-FROM-TF-LAYERS.md', 'utf8').matchAll(FENCE)].map((fence) => fence[1]))(
  'src/layers/COMING-FROM-TF-LAYERS.md, block %#',
  async (code) => {
    await run({ path: 'src/layers/COMING-FROM-TF-LAYERS.md', line: 1, code: code as string });
  },
);

test('an example that tells something else than what comes out fails', async () => {
  const path = 'src/reference/index.ts';
  await expect(run({ path, line: 1, code: 'console.log([1, 2]); // [ 1, 3 ]' })).rejects.toThrow('printed: [ 1, 2 ]');
  await expect(run({ path, line: 1, code: 'outputSize({ input: 28, kernel: 3 }); // 27' })).rejects.toThrow('got: 26');
  await expect(run({ path, line: 1, code: "console.log('a');\n// a\n// b" })).rejects.toThrow('printed: a');
  await run({ path, line: 1, code: 'console.log([1, 2]); // [1, 2]\nfor (const i of [1]) outputSize; // prose' });
});
