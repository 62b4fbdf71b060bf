/**
 * What an editor tells people who use the package: completions, hovers, signatures and refusals, by the language services
 * of TypeScript 5.9 and 5.0 on the declarations that the build writes.
 */
import { readFileSync } from 'node:fs';
import current from 'typescript';
import { snippetsOf } from '../../scripts/smoke/readme';
import * as keras from '../../src';
import { ACTIVATION_NAMES, FIT_KEYS, HEAD, MODEL_MEMBERS, PROGRAM, REFUSED } from './cases';
import { declarations, Editor } from './editor';

const README = readFileSync('README.md', 'utf8');
const old = jest.requireActual<typeof current>('typescript50');
const files = declarations();
const editors = { '5.9': new Editor(current, files), '5.0': new Editor(old, files) };

/** The members that TypeScript gives all that can be called. */
const OF_FUNCTIONS = ['apply', 'arguments', 'bind', 'caller', 'length', 'prototype'];

test('the declarations say no any', () => {
  const withAny: string[] = [];
  for (const [path, text] of files) {
    // What no declaration of a module of the package leads to.
    if (/declarations-of-keras-ts\/(backend\/(graph|wasm-kernels)|cli)\//.test(path)) continue;
    const source = current.createSourceFile(path, text, current.ScriptTarget.Latest, true);
    const visit = (node: current.Node): void => {
      if (node.kind === current.SyntaxKind.AnyKeyword) withAny.push(`${path}: ${node.parent.getText().slice(0, 80)}`);
      node.forEachChild(visit);
    };
    visit(source);
  }
  expect(withAny).toEqual([]);
});

describe.each(Object.entries(editors))('TypeScript %s', (version, editor) => {
  const completions = (code: string): string[] => {
    editor.open(HEAD + code);
    return editor.completions().sort();
  };

  test('its version', () => {
    expect(editor.compiler.version.startsWith(version)).toBe(true);
  });

  test('a program with every kind of call has no error', () => {
    editor.open(HEAD + PROGRAM);
    expect(editor.errors()).toEqual([]);
  });

  test.each(snippetsOf(README, 'ts').map((code, i) => [i + 1, code] as const))('README: snippet %i', (_, code) => {
    editor.open(code);
    expect(editor.errors()).toEqual([]);
  });

  test('completions: options', () => {
    const compile = ['autoScaleLoss', 'jitCompile', 'loss', 'lossWeights', 'metrics', 'optimizer', 'runEagerly'];
    expect(completions('model.compile({ /*|*/ })')).toEqual([...compile, 'stepsPerExecution', 'weightedMetrics']);
    expect(completions('model.fit(xs, ys, { /*|*/ })')).toEqual(FIT_KEYS);
    expect(completions('model.fit(xs, { /*|*/ })')).toEqual(FIT_KEYS);
    const evaluate = ['batchSize', 'callbacks', 'returnDict', 'sampleWeight', 'steps', 'verbose'];
    expect(completions('model.evaluate(xs, ys, { /*|*/ })')).toEqual(evaluate);
    expect(completions('model.evaluate(xs, { /*|*/ })')).toEqual(evaluate);
    expect(completions('model.predict(xs, { /*|*/ })')).toEqual(['batchSize', 'callbacks', 'steps', 'verbose']);
    expect(completions('layers.Flatten({ /*|*/ })')).toEqual([
      'activityRegularizer',
      'autocast',
      'dataFormat',
      'dtype',
      'inputShape',
      'name',
      'trainable',
    ]);
  });

  test('completions: names, also those that a program declares', () => {
    expect(completions("layers.Dense(1, { activation: '/*|*/' })")).toEqual([...ACTIVATION_NAMES, 'mine'].sort());
    const padding = ['CAUSAL', 'SAME', 'VALID', 'causal', 'same', 'valid'];
    expect(completions("layers.Conv2D(1, 3, { padding: '/*|*/' })")).toEqual(padding);
    const optimizers = ['adadelta', 'adagrad', 'adam', 'adamax', 'adamw', 'nadam', 'rmsprop', 'sgd'];
    expect(completions("model.compile({ optimizer: '/*|*/' })")).toEqual(expect.arrayContaining(optimizers));
    expect(completions("model.compile('/*|*/', 'mse')")).toEqual(expect.arrayContaining(optimizers));
    expect(completions("model.compile({ loss: '/*|*/' })")).toEqual(expect.arrayContaining(['mse', 'crossentropy']));
    expect(completions("model.compile({ metrics: ['/*|*/'] })")).toEqual(expect.arrayContaining(['accuracy', 'auc']));
  });

  test('completions: of a model, without what is inside', () => {
    expect(completions('model./*|*/').filter((name) => !OF_FUNCTIONS.includes(name))).toEqual(MODEL_MEMBERS);
  });

  test.each(REFUSED)('refused: %s', (code, message) => {
    editor.open(HEAD + code);
    expect(editor.errors().join('\n')).toContain(message);
  });

  test('hovers: what is made, and what is known of it', () => {
    const hover = (code: string): { type: string; documentation: string } => {
      editor.open(HEAD + code);
      return editor.hover();
    };
    // TypeScript 5.0 shows none of what has another name where it is called.
    const places = [
      'layers.De/*|*/nse;',
      ...(version === '5.0' ? [] : ['layers.De/*|*/nse(10)', 'new layers.De/*|*/nse(10)']),
    ];
    for (const dense of places) {
      const { documentation } = hover(dense);
      expect(documentation).toContain('Every output depends on every input: `y = activation(x kernel + bias)`.');
      expect(documentation).toContain('Input `(batch, ..., inputs)`, output `(batch, ..., units)`.');
    }
    expect(hover('const p/*|*/s = await two.predict(xs)').type).toMatch(
      /const ps: \[.*Tensor<.*Rank>, .*Tensor<.*Rank>\]$/,
    );
    expect(hover('const s/*|*/s = await model.evaluate(xs)').type).toMatch(/const ss: .*Scores$/);
    expect(hover('const s/*|*/s = await model.evaluate(xs, { returnDict: true })').type).toMatch(
      /const ss: .*ScoreRecord$/,
    );
    expect(hover('model.f/*|*/it(xs, ys)').documentation).toContain('Trains the model on arrays.');
    expect(hover('model.f/*|*/it(data)').documentation).toContain('Trains the model on batches');
  });

  test('signatures: each way to call', () => {
    const labels = (code: string): string[] => {
      editor.open(HEAD + code);
      return editor.signatures().map(({ label }) => label.replace(/keras\.\w+\./g, ''));
    };
    expect(labels('layers.Dense(/*|*/)')).toEqual([
      'Dense(units: number, options?: Omit<DenseOptions, "units"> | undefined',
      'Dense(options: DenseOptions',
    ]);
    expect(labels('model.compile(/*|*/)').at(-1)).toBe('compile(options?: CompileOptions | undefined');
  });
});

/** The names in a namespace under which functions and classes are made public; a class behind a callable one is not told twice. */
function publicNames(namespace: object): string[] {
  const values = Object.entries(namespace).filter(
    (entry): entry is [string, () => unknown] => typeof entry[1] === 'function',
  );
  const wrapped = new Set(values.map(([, value]) => Object.getPrototypeOf(value) as object));
  return values.filter(([, value]) => !wrapped.has(value)).map(([name]) => name);
}

test('every public class and function is documented where people hover', () => {
  const editor = editors['5.9'];
  const names = Object.entries(keras.default).flatMap(([name, value]) => {
    if (name === 'tf') return [];
    if (typeof value === 'function') return [name];
    if (typeof value !== 'object') return [];
    const inner =
      name === 'optimizers' ? publicNames(keras.optimizers.schedules).map((each) => `schedules.${each}`) : [];
    return [...publicNames(value), ...inner].map((each) => `${name}.${each}`);
  });
  let code = "import keras from 'keras-ts';\n";
  const places = names.flatMap((name) =>
    ['', '(null as never)'].map((end) => {
      const place = { name: name + end, at: code.length + `keras.${name}`.length - 1 };
      code += `keras.${name}${end};\n`;
      return place;
    }),
  );
  editor.open(code);
  expect(places.length).toBeGreaterThan(500);
  expect(places.filter(({ at }) => editor.hover(at).documentation === '').map(({ name }) => name)).toEqual([]);
});

test('README names every layer', () => {
  const table = /\n\| Layers \|[\s\S]*?\n\n/.exec(README)?.[0] as string;
  const aliases = [
    'AvgPool2D',
    'Convolution1D',
    'Convolution2D',
    'GlobalAvgPool2D',
    'MaxPool2D',
    'Layer',
    'SymbolicTensor',
  ];
  const names = publicNames(keras.layers).filter((name) => /^[A-Z]/.test(name) && !aliases.includes(name));
  expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});
