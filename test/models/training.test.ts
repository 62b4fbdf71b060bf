/** Training against real Keras: see `scripts/fixtures/training.py`. Every run is made eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers, regularizers, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model as ModelType } from '../../src/models';
import fixture from '../fixtures/training.json';

interface Numbers {
  shape: number[];
  values: number[];
}
type Data = Numbers | Numbers[];

const tensor = ({ values, shape }: Numbers): tf.Tensor => tf.tensor(values, shape);
const data = (given: Data): tf.Tensor | tf.Tensor[] => (Array.isArray(given) ? given.map(tensor) : tensor(given));

function mlp(units = 3, activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax', options: object = {}): ModelType {
  return Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(5, { activation: 'tanh', ...options }),
    layers.Dense(units, { activation }),
  ]);
}

function cnn(): ModelType {
  return Sequential([
    layers.Input({ shape: [6, 6, 2] }),
    layers.Conv2D(3, 3, {
      padding: 'same',
      strides: 2,
      activation: 'relu',
      kernelRegularizer: regularizers.L2({ l2: 0.01 }),
    }),
    layers.BatchNormalization(),
    layers.MaxPooling2D({ poolSize: 2 }),
    layers.Flatten(),
    layers.Dense(3, { activation: 'softmax' }),
  ]);
}

function twoOutputs(): ModelType {
  const x = Input({ shape: [4], name: 'x' });
  const z = Input({ shape: [2], name: 'z' });
  const shared = layers.Dense(3, { activation: 'relu', name: 'shared' });
  const twice = layers.Concatenate({ name: 'twice' })([z, z]);
  const h = layers.Concatenate({ name: 'join' })([shared(x), shared(twice)]);
  const outputs = [layers.Dense(2, { name: 'a' })(h), layers.Dense(3, { activation: 'softmax', name: 'b' })(h)];
  return Model({ inputs: [x, z], outputs });
}

const models: Record<string, () => ModelType> = {
  cnn,
  sparse: mlp,
  'class weights': mlp,
  'sample weights': () => mlp(2, 'linear'),
  binary: () => mlp(1, 'sigmoid', { kernelRegularizer: 'l1', activityRegularizer: 'l2' }),
  'two outputs': twoOutputs,
  'two outputs by name': twoOutputs,
  'steps per epoch': mlp,
};

/** Our option names for Keras's. */
function fitOptions(given: Record<string, unknown>): Record<string, unknown> {
  const { batch_size: batchSize, validation_split: validationSplit, class_weight: classWeight, ...rest } = given;
  const { sample_weight: sampleWeight, steps_per_epoch: stepsPerEpoch, epochs } = rest;
  return { epochs, batchSize, validationSplit, classWeight, sampleWeight, stepsPerEpoch };
}

function expectClose(
  actual: readonly number[] | Float32Array,
  expected: readonly number[],
  what: string,
  tolerance = 2e-5,
): void {
  expect(actual.length).toBe(expected.length);
  const worst = Array.from(actual).findIndex(
    (v, i) => !(Math.abs(v - (expected[i] as number)) <= tolerance * Math.max(1, Math.abs(v))),
  );
  expect(worst < 0 ? `${what} equal` : `${what}[${worst}] = ${actual[worst]}, Keras ${expected[worst]}`).toBe(
    `${what} equal`,
  );
}

beforeAll(() => ready());

describe.each([true, false])('runEagerly: %s', (runEagerly) => {
  test.each(fixture.runs.map((run) => [run.name, run] as const))('%s', async (name, run) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const notice = jest.spyOn(console, 'warn');
    const model = (models[name] as () => ModelType)();
    model.setWeights(run.weights.map(tensor));
    const {
      loss,
      metrics,
      loss_weights: lossWeights,
      weighted_metrics: weightedMetrics,
    } = run.compile as unknown as Record<string, never>;
    const optimizer = optimizers.deserialize(run.optimizer as never);
    model.compile({ optimizer, loss, metrics, lossWeights, weightedMetrics, runEagerly });
    const [x, y] = [data(run.x), data(run.y)];
    const validationData = run.validation?.map(data) as never;
    const options = { ...fitOptions(run.fit as never), validationData, shuffle: false, verbose: 0 as const };
    // Repeated, so that the compiled runs are compiled: the first steps of a model are eager.
    if (!runEagerly) await warmUp(model, x, y, options, run.weights.map(tensor), optimizer);
    const { history } = await model.fit(x, y, options);

    expect(Object.keys(history)).toEqual(run.order);
    for (const [key, values] of Object.entries(run.history))
      expectClose(history[key] as number[], values as number[], key);
    model.getWeights().forEach((w, i) => {
      expectClose(w.dataSync() as Float32Array, run.after[i]?.values as number[], `weight ${i}`, 1e-4);
    });
    const scores = await model.evaluate(x, y, { batchSize: 4, verbose: 0 });
    expectClose([scores].flat(), [run.evaluated].flat(), 'evaluate');
    const predicted = [await model.predict(x, { batchSize: 4, verbose: 0 })].flat() as tf.Tensor[];
    [run.predicted].flat().forEach((expected, i) => {
      expect(predicted[i]?.shape).toEqual(expected.shape);
      expectClose(predicted[i]?.dataSync() as Float32Array, expected.values, `prediction ${i}`, 1e-4);
    });
    expect(notice).not.toHaveBeenCalled();
    expect(warn.mock.calls.length > 0).toBe(name === 'steps per epoch');
    jest.restoreAllMocks();
    model.dispose();
  });
});

/** Trains and tests long enough for all steps to be compiled, then puts weights and optimizer back. */
async function warmUp(
  model: ModelType,
  x: tf.Tensor | tf.Tensor[],
  y: tf.Tensor | tf.Tensor[],
  options: object,
  weights: tf.Tensor[],
  optimizer: InstanceType<typeof optimizers.Optimizer>,
): Promise<void> {
  const state = optimizer.variables.map((variable) => variable.value.clone());
  await model.fit(x, y, { ...options, epochs: 6 });
  for (let i = 0; i < 6; i++) {
    await model.evaluate(x, y, { batchSize: 4, verbose: 0 });
    tf.dispose(await model.predict(x, { batchSize: 4, verbose: 0 }));
  }
  model.setWeights(weights);
  optimizer.variables.forEach((variable, i) => {
    variable.assign(state[i] ?? tf.zeros(variable.shape, variable.dtype));
  });
}

test('batch logs are running means; *OnBatch methods give the values of their batch', async () => {
  const { batches, weights, x, y, on_batch: onBatch, after } = fixture.batches;
  const model = mlp();
  model.setWeights(weights.map(tensor));
  model.compile({ optimizer: optimizers.SGD(0.1), loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  const seen: Record<string, number>[] = [];
  const callbacks = [{ onTrainBatchEnd: (_: number, logs?: Record<string, number>) => void seen.push({ ...logs }) }];
  await model.fit(tensor(x), tensor(y), { batchSize: 4, shuffle: false, verbose: 0, callbacks });
  expect(seen.length).toBe(batches.length);
  seen.forEach((logs, i) => {
    const { accuracy, loss } = batches[i] as { accuracy: number; loss: number };
    expectClose([logs['accuracy'] as number, logs['loss'] as number], [accuracy, loss], `batch ${i}`);
  });
  const [first, rest] = [
    [tensor(x).slice([0], [4]), tensor(y).slice([0], [4])],
    [tensor(x).slice([4], [6]), tensor(y).slice([4], [6])],
  ] as [tf.Tensor[], tf.Tensor[]];
  const results = [
    model.trainOnBatch(first[0] as tf.Tensor, first[1]),
    model.testOnBatch(first[0] as tf.Tensor, first[1]),
    model.trainOnBatch(rest[0] as tf.Tensor, rest[1], { classWeight: { 0: 2, 1: 1, 2: 0.5 } }),
  ];
  results.forEach((scores, i) => {
    expectClose(scores, onBatch[i] as number[], `on batch ${i}`);
  });
  model.getWeights().forEach((w, i) => {
    expectClose(w.dataSync() as Float32Array, after[i]?.values as number[], `weight ${i}`);
  });
});

test('after setRandomSeed a model starts as Keras starts it, and drops what Keras drops', () => {
  const { seed, x, weights, first, second } = fixture.seeded;
  utils.setRandomSeed(seed);
  const model = Sequential([
    layers.Input({ shape: [5, 5, 2] }),
    layers.Conv2D(3, 3),
    layers.Flatten(),
    layers.Dropout(0.4),
    layers.Dense(4, { kernelInitializer: 'he_uniform' }),
  ]);
  model.getWeights().forEach((w, i) => {
    expect(Array.from(w.dataSync())).toEqual(weights[i]?.values.map(Math.fround));
  });
  for (const expected of [first, second]) {
    const output = model(tensor(x), { training: true }) as tf.Tensor;
    expectClose(output.dataSync() as Float32Array, expected.values, 'output');
  }
});
