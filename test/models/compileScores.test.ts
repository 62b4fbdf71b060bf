/** What evaluate, trainOnBatch and fit report, in every form that compile takes, against real Keras. */
import * as tf from '@tensorflow/tfjs';
import { Input, initializers, layers, losses, Model, metrics, optimizers } from '../../src';
import { ready } from '../../src/backend/engine';
import { resetNames } from '../../src/base/names';
import type { Nested } from '../../src/base/nest';
import { isPlainObject } from '../../src/base/options';
import type { SymbolicTensor } from '../../src/layers/operation';
import type { Model as ModelType } from '../../src/models';
import type { CompileOptions } from '../../src/models/compile/compilation';
import fixture from '../fixtures/scores.json';
import { expectSameScene } from './compiledSupport';

type Numbers = number | Numbers[];
type Entries = [name: string, value: Numbers][];

interface Case {
  title: string;
  outputs: unknown;
  units: number;
  compile: Record<string, unknown>;
  sampleWeight: boolean;
  rate: number;
  scale: number | null;
  namesBefore: string[];
  namesAfter: string[];
  evaluated: Numbers;
  evaluatedRecord: Entries;
  tested: Numbers;
  trained: Numbers;
  trainedRecord: Entries;
  history: Entries;
  weights: Numbers[];
}

const X = [
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
];
const Y = [[1], [2], [3], [4]];
const CLASSES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
];
const WEIGHTS = [1, 2, 3, 4];

/** A metric with a record as result: a matrix, and a number. */
class Parts extends metrics.Metric {
  static override readonly className = 'Parts';

  constructor() {
    super({ name: 'parts' });
  }

  override updateState(): void {}

  override result(): metrics.MetricResults {
    return {
      zed: tf.tensor([
        [0, 1],
        [2, 3],
      ]),
      abc: tf.scalar(1),
    };
  }
}

const absolute = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yTrue.sub(yPred).abs().mean(-1);

/** Keras's snake_case options of the fixture have one word each. */
const OBJECTS: Record<string, (name: string, options: object) => unknown> = {
  $metric: (name, options) =>
    name === 'Parts' ? new Parts() : Reflect.apply(Reflect.get(metrics, name), undefined, [options]),
  $loss: (name, options) => Reflect.apply(Reflect.get(losses, name), undefined, [options]),
  $function: () => absolute,
  $array: (numbers) => Float32Array.from(numbers as unknown as number[]),
};

/** Metrics, losses and functions in place of how JSON has them. */
function decode(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(decode);
  if (!isPlainObject(spec)) return spec;
  for (const [key, make] of Object.entries(OBJECTS)) {
    if (key in spec) return make(spec[key] as string, (spec['options'] ?? {}) as object);
  }
  return Object.fromEntries(Object.entries(spec).map(([key, item]) => [key, decode(item)]));
}

/** The same structure with `f` applied to each leaf, in the order in which it is written. */
function mapInOrder<T>(node: unknown, f: (leaf: string) => T): Nested<T> {
  if (Array.isArray(node)) return node.map((item) => mapInOrder(item, f));
  if (!isPlainObject(node)) return f(node as string);
  return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, mapInOrder(item, f)]));
}

/** Dense layers of the given names, the first with a kernel of zeros, the second of ones ... */
function network({ outputs, units }: Case): ModelType {
  const x = Input({ shape: [2] });
  let count = 0;
  const made = mapInOrder(outputs, (name): SymbolicTensor => {
    const kernelInitializer = initializers.Constant(count++);
    return layers.Dense(units, { kernelInitializer, name, ...(units > 1 && { activation: 'softmax' }) })(x);
  });
  return Model({ inputs: x, outputs: made });
}

function targets({ outputs, units }: Case): Nested<tf.Tensor> {
  let count = 0;
  return mapInOrder(outputs, () => (units > 1 ? tf.tensor(CLASSES) : tf.tensor(Y).mul(++count)));
}

function compileOptions({ compile }: Case, rest: CompileOptions): CompileOptions {
  return { ...(decode(compile) as CompileOptions), ...rest };
}

/** Expects equal numbers, nested in the same way. */
function expectNumbers(actual: unknown, expected: unknown, what: string): void {
  const round = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(round);
    return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  };
  const near = (a: unknown, b: unknown): boolean => {
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => near(item, b[i]));
    return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 2e-5 * Math.max(1, Math.abs(b));
  };
  if (!near(actual, expected)) expect({ [what]: round(actual) }).toEqual({ [what]: round(expected) });
}

function expectEntries(actual: object, expected: Entries, what: string): void {
  expect({ [what]: Object.keys(actual) }).toEqual({ [what]: expected.map(([name]) => name) });
  for (const [name, value] of expected) expectNumbers(Reflect.get(actual, name), value, `${what}: ${name}`);
}

beforeAll(() => ready());

async function expectAsKeras(given: Case, runEagerly: boolean): Promise<void> {
  resetNames();
  const model = network(given);
  const [x, y] = [tf.tensor(X), targets(given) as never];
  const weighted = given.sampleWeight ? { sampleWeight: tf.tensor(WEIGHTS) } : {};
  model.compile(
    compileOptions(given, { optimizer: optimizers.SGD(given.rate, { lossScaleFactor: given.scale }), runEagerly }),
  );
  expect(model.metricsNames).toEqual(given.namesBefore);
  expect(model.metrics.map(({ name }) => name)).toEqual(given.namesBefore);
  const options = { verbose: 0, batchSize: 3, ...weighted } as const;
  expectNumbers(await model.evaluate(x, y, options), given.evaluated, 'evaluate');
  expectEntries(await model.evaluate(x, y, { ...options, returnDict: true }), given.evaluatedRecord, 'evaluate');
  expectNumbers(model.testOnBatch(x, y, weighted), given.tested, 'testOnBatch');
  expectNumbers(model.trainOnBatch(x, y, weighted), given.trained, 'trainOnBatch');
  expectEntries(model.trainOnBatch(x, y, { ...weighted, returnDict: true }), given.trainedRecord, 'trainOnBatch');
  const validationData = given.sampleWeight ? [x, y, weighted.sampleWeight] : [x, y];
  const fit = { ...options, epochs: 2, shuffle: false, validationData: validationData as never };
  // Sorted by name; Keras sorts the values that a record holds by the name of its metric.
  const history = [...given.history].sort(([a], [b]) => (a < b ? -1 : 1));
  expectEntries((await model.fit(x, y, fit)).history, history, 'fit');
  expect(model.metricsNames).toEqual(given.namesAfter);
  model.weights.forEach(({ path, value }, i) => {
    expectNumbers(value.arraySync(), given.weights[i], path);
  });
  model.dispose();
}

const { cases, reductions } = fixture as unknown as { cases: Case[]; reductions: Case[] };
const named = (list: Case[]): [string, Case][] => list.map((each) => [each.title, each]);

describe('lists, records and names', () => {
  beforeAll(() => jest.spyOn(console, 'warn').mockImplementation(() => undefined)); // where an output has no loss
  afterAll(() => jest.restoreAllMocks());

  test.each(named(cases))('%s', (_, given) => expectAsKeras(given, true));
});

describe('losses of samples, sums and means', () => {
  test.each(named(reductions))('%s', (_, given) => expectAsKeras(given, true));
});

/** Training with validation, eagerly and compiled; the last batch is smaller. */
const expectSameCompiled = (given: Case): Promise<void> =>
  expectSameScene(40, async (scene) => {
    const model = network(given);
    const [x, y] = [tf.tensor(X), targets(given) as never];
    const weighted = given.sampleWeight ? { sampleWeight: tf.tensor(WEIGHTS) } : {};
    scene.compile(model, compileOptions(given, { optimizer: optimizers.SGD(0.01, { lossScaleFactor: given.scale }) }));
    const options = { verbose: 0, batchSize: 3, epochs: 12, shuffle: false, validationData: [x, y], ...weighted };
    const { history } = await model.fit(x, y, options as never);
    for (const [name, values] of Object.entries(history)) scene.note(name, (values as unknown as number[][][]).flat(2));
    scene.note('evaluated', [(await model.evaluate(x, y, { verbose: 0, ...weighted })) as number[]].flat(3));
    scene.note('tested', [model.testOnBatch(x, y, weighted) as number[]].flat(3));
    scene.note('weights', model.getWeights());
    model.dispose();
  });

describe('compiled as eagerly', () => {
  const chosen = [...cases, ...reductions].filter(({ title }) =>
    /^none|scaled|array|vector|thresholds|depths/.test(title),
  );
  test.each(named(chosen))('%s', (_, given) => expectSameCompiled(given));
});
