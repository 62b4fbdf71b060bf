/** Nothing is left behind: tensors, native handles, sessions, files; also where a step fails. */
import fs from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { Layer, layers, metrics, optimizers, Sequential, setBackend } from '../../src';
import type { NativeBackend } from '../../src/backend/binding';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import { native } from '../../src/backend/native';
import type { Variable } from '../../src/backend/variable';
import type { Shape } from '../../src/base/errors';
import type { Model } from '../../src/models';
import { gatherRows } from '../../src/ops/gather';
import { filled } from '../ops/backends';
import { expectEqual, noticesOf } from './compiledSupport';

const binding = (): NativeBackend['binding'] => (native() as NativeBackend).binding;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The folders of graphs that this process has made. */
let made: jest.SpyInstance<string>;
beforeEach(() => {
  made = jest.spyOn(fs, 'mkdtempSync') as unknown as typeof made;
});
afterEach(() => made.mockRestore());

/** Expects graphs to have been made and none of their folders to be there still. */
function expectNoFiles(): void {
  const folders = made.mock.results.map(({ value }) => value as string);
  expect(folders.length).toBeGreaterThan(0);
  expect(folders.filter((folder) => fs.existsSync(folder))).toEqual([]);
}

/** What there is now. */
const count = (): Record<string, number> => ({
  tensors: tf.memory().numTensors,
  bytes: tf.memory().numBytes,
  handles: binding().getNumOfTensors(),
  sessions: binding().getNumOfSavedModels(),
});

function network(extra: Layer[] = []): Model {
  const model = Sequential([
    layers.Input({ shape: [3] }),
    ...extra,
    layers.Dense(4, { kernelRegularizer: 'l2', kernelConstraint: 'unit_norm' }),
    layers.BatchNormalization({ name: 'norm' }),
    layers.Dense(1),
  ]);
  const optimizer = optimizers.Adam(0.01, { useEma: true, emaOverwriteFrequency: 5, clipnorm: 1 });
  model.compile({ optimizer, loss: 'mse', metrics: [metrics.MeanAbsoluteError()] });
  return model;
}

const x = filled([40, 3]);
const y = filled([40, 1], 2);
const quiet = { verbose: 0 } as const;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects what is garbage, and lets the sessions of dropped models end. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    gc();
    await pause(10);
  }
}

// Models of other test files, which ran in this process, must not end in between.
beforeAll(() => ready().then(collect));

test('thousands of steps leave nothing behind', async () => {
  const model = network([layers.Dropout(0.2), layers.GaussianNoise(0.1)]);
  const counts: Record<string, number>[] = [];
  const callbacks = [{ onEpochEnd: () => void counts.push(count()) }];
  const fit = (): Promise<unknown> => model.fit(x, y, { batchSize: 2, epochs: 100, callbacks, ...quiet });
  await fit();
  const before = count();
  expect(counts.at(-1)).toEqual(counts[10]);
  await fit();
  expect(count()).toEqual(before);
  await model.evaluate(x, y, { batchSize: 1, ...quiet });
  tf.dispose(await model.predict(x, { batchSize: 1, ...quiet }));
  const after = count();
  for (let i = 0; i < 10; i++) {
    await model.evaluate(x, y, { batchSize: 1, ...quiet });
    tf.dispose(await model.predict(x, { batchSize: 1, ...quiet }));
    tf.dispose([model.predictOnBatch(x), model.getWeights()]);
  }
  expect(count()).toEqual(after);
  expect(after['sessions']).toBe(before['sessions']);
  expectNoFiles();
  model.dispose();
});

test('models that come and go leave nothing behind', async () => {
  const live = async (): Promise<void> => {
    const random = [layers.Dropout(0.2), layers.GaussianNoise(0.1), layers.Dense(3, { activityRegularizer: 'l2' })];
    const model = network(random);
    await model.fit(x, y, { batchSize: 10, epochs: 3, validationSplit: 0.5, ...quiet });
    Reflect.set(model.getLayer('norm'), 'momentum', 0.5);
    await model.fit(x, y, { batchSize: 10, epochs: 3, ...quiet });
    const { compilation } = model;
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    compilation.dispose(); // an optimizer may be used again
    await model.fit(x, y, { batchSize: 10, epochs: 3, ...quiet });
    model.dispose();
  };
  await live();
  const before = count();
  for (let i = 0; i < 5; i++) await live();
  expect(count()).toEqual(before);
  expectNoFiles();
});

test('sessions of models that are dropped without dispose end with them; the weights stay right', async () => {
  const sessions = binding().getNumOfSavedModels();
  const held: Variable[] = [];
  const live = async (): Promise<Variable> => {
    const model = network();
    await model.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
    const { optimizer, metrics } = model.compilation;
    held.push(...model.weights, ...optimizer.variables, ...metrics.flatMap(({ variables }) => variables));
    return optimizer.iterations;
  };
  const steps = [await live(), await live(), await live()];
  for (let i = 0; i < 10 && binding().getNumOfSavedModels() > sessions; i++) await collect();
  expect(binding().getNumOfSavedModels()).toBe(sessions);
  expect(steps.map(({ value }) => value.dataSync()[0])).toEqual([20, 20, 20]);
  for (const variable of held) variable.dispose();
});

test('compile again frees the graphs, and the state of the old optimizer stays with it', async () => {
  const before = count();
  const model = network();
  await model.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
  expect(count()['sessions']).toBe((before['sessions'] as number) + 1);
  const { optimizer, compilation } = model;
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  expect(count()['sessions']).toBe(before['sessions']);
  expect(optimizer?.iterations.value.dataSync()[0]).toBe(20);
  compilation.dispose();
  model.dispose();
  expect(count()).toEqual(before);
});

/** Rows of a table, by numbers that come as floats. */
class Table extends Layer {
  static override readonly className: string = 'Table';
  override call(numbers: tf.Tensor): tf.Tensor {
    return gatherRows(filled([5, 3]), numbers.mean(1).toInt() as tf.Tensor1D).mul(numbers);
  }
  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

test('a batch that makes a step fail: an error as in eager mode, and training goes on', async () => {
  const model = network([new Table({ name: 'table' })]);
  const good = tf.tidy(() => x.mul(0).add(2));
  const run = jest.spyOn(GraphSession.prototype, 'run');
  expect(await noticesOf(() => model.fit(good, y, { batchSize: 2, ...quiet }))).toEqual([]);
  const compiled = run.mock.calls.length;
  expect(compiled).toBeGreaterThan(15);
  const [before, bad] = [count(), tf.fill([4, 3], 9)];
  for (let i = 0; i < 3; i++) {
    const fit = model.fit(bad, tf.zeros([4, 1]), { batchSize: 4, epochs: 20, shuffle: false, ...quiet });
    await expect(fit).rejects.toThrow('indices[0] = 9 is not in [0, 5)');
  }
  await model.fit(good, y, { batchSize: 2, ...quiet });
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(compiled + 19); // the first step is compared with its graph
  expect(model.getWeights().every((weight) => weight.dataSync().every(Number.isFinite))).toBe(true);
  const after = count();
  tf.dispose(bad);
  expect(after['sessions']).toBe(before['sessions']);
  // The addon keeps inputs of a run that failed: data and row numbers.
  expect((after['handles'] as number) - (before['handles'] as number)).toBeLessThanOrEqual(30);
  run.mockRestore();
  model.dispose();
});

test('recordings that are refused leave nothing behind', async () => {
  class Peek extends Table {
    override call(inputs: tf.Tensor): tf.Tensor {
      return inputs.mul(2).add(inputs.square().dataSync()[0] as number);
    }
  }
  const live = async (): Promise<void> => {
    const model = network([new Peek()]);
    const notices = await noticesOf(() => model.fit(x, y, { batchSize: 10, epochs: 3, ...quiet }));
    expect(notices.length).toBe(1);
    model.dispose();
  };
  await live();
  const before = count();
  await live();
  expect(count()).toEqual(before);
});

test('code of a user that is recorded while it is done leaves nothing behind', async () => {
  const own = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yTrue.sub(yPred).square().mean(-1);
  const live = async (): Promise<void> => {
    const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(4, { activation: 'tanh' }), layers.Dense(1)]);
    model.compile({ optimizer: 'adam', loss: own, metrics: [own] });
    const notices = await noticesOf(async () => {
      await model.fit(x, y, { batchSize: 6, epochs: 8, validationSplit: 0.2, ...quiet });
      for (const batchSize of [2, 3, 5]) await model.evaluate(x, y, { batchSize, ...quiet });
      await model.fit(y, y, { batchSize: 6, epochs: 1, ...quiet }).catch(() => undefined); // does not fit
    });
    expect(notices).toEqual([]);
    model.dispose();
  };
  await live();
  const before = count();
  await live();
  expect(count()).toEqual(before);
});

test('weights trained in a session are there after a change of the backend', async () => {
  const model = network();
  await model.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
  const other = network();
  await other.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
  const expected = Array.from((model(x) as tf.Tensor).dataSync());
  other.setWeights(model.getWeights());
  await other.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
  const weights = other.weights.map(({ value }) => value);
  await setBackend('cpu');
  try {
    expectEqual((model(x) as tf.Tensor).dataSync(), expected, 'output', 10);
    expect(weights.every((weight) => Array.from(weight.dataSync()).every(Number.isFinite))).toBe(true);
    await other.fit(x, y, { batchSize: 10, ...quiet });
  } finally {
    await setBackend('tensorflow');
  }
  await other.fit(x, y, { batchSize: 10, epochs: 5, ...quiet });
  for (const each of [model, other]) each.dispose();
});
