/** `fit`, `evaluate`, `predict`, callbacks and bars read no value at once: WebGPU cannot. */
import * as tf from '@tensorflow/tfjs';
import { callbacks, Input, layers, losses, Model, optimizers, Sequential, setBackend, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { resetNames } from '../../src/base/names';
import type { FitOptions } from '../../src/models/data/arguments';
import { filled } from '../ops/backends';

const COUNT = 26;

/** Runs `body` with an engine that refuses to be read at once. */
async function refusingReads<T>(body: () => Promise<T>): Promise<T> {
  const read = jest.spyOn(tf.engine(), 'readSync').mockImplementation(() => {
    throw new Error('a value was read at once');
  });
  try {
    return await body();
  } finally {
    read.mockRestore();
  }
}

function network(): Model {
  utils.setRandomSeed(3);
  resetNames();
  const model = Sequential([
    Input({ shape: [6, 6, 1] }),
    layers.Conv2D(2, 3),
    layers.SpatialDropout2D(0.2),
    layers.BatchNormalization(),
    layers.Flatten(),
    layers.Dropout(0.3),
    layers.GaussianNoise(0.1),
    layers.Dense(3, { activation: 'softmax', kernelRegularizer: 'l2' }),
  ]);
  return model;
}

const labels = (): tf.Tensor =>
  tf.tensor1d(
    Int32Array.from({ length: COUNT }, (_, i) => i % 3),
    'int32',
  );
const oneHot = (): tf.Tensor => tf.oneHot(labels(), 3).toFloat();
/** Declares the logs, and so gets them at each batch. */
const seen: number[] = [];
const reader = {
  onTrainBatchEnd: (_: number, logs: Record<string, unknown>) => void seen.push(logs['loss'] as number),
  onTestBatchEnd: (_: number, logs: Record<string, unknown>) => void seen.push(logs['loss'] as number),
  onPredictBatchEnd: (_: number, __: unknown) => undefined,
};

const FITS: Record<string, () => FitOptions> = {
  plain: () => ({}),
  'a bar': () => ({ verbose: 1 }),
  'a line for each epoch': () => ({ verbose: 2 }),
  'class weights': () => ({ classWeight: { 0: 1, 1: 2 } }),
  validation: () => ({ validationSplit: 0.3 }),
  'all callbacks': () => ({
    validationData: [filled([8, 6, 6, 1]), tf.tensor1d(Int32Array.from([0, 1, 2, 0, 1, 2, 0, 1]), 'int32')],
    callbacks: [
      callbacks.EarlyStopping({ restoreBestWeights: true, patience: 1 }),
      callbacks.ReduceLROnPlateau({ patience: 1 }),
      callbacks.LearningRateScheduler((_: number, rate: number) => rate * 0.5),
      callbacks.TerminateOnNaN(),
      reader,
    ],
  }),
};

afterAll(() => setBackend('tensorflow'));

describe.each(['tensorflow', 'wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend as 'cpu');
    await ready();
  });

  test.each(Object.entries(FITS))('fit: %s', async (_, options) => {
    for (const runEagerly of [true, false]) {
      for (const y of [labels(), oneHot()]) {
        if (y.rank === 2 && options().validationData) continue;
        const model = network();
        const loss = y.rank === 1 ? 'sparse_categorical_crossentropy' : 'categorical_crossentropy';
        model.compile({ optimizer: optimizers.Adam(0.01), loss, metrics: ['accuracy'], runEagerly });
        const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
        const { history } = await refusingReads(() =>
          model.fit(filled([COUNT, 6, 6, 1]), y, { batchSize: 4, epochs: 2, verbose: 0, ...options() }),
        );
        write.mockRestore();
        expect((history['loss'] as number[]).every((value) => Number.isFinite(value))).toBe(true);
        model.dispose();
      }
    }
    if (_ === 'all callbacks') expect(seen.length).toBeGreaterThan(10);
    seen.length = 0;
  });

  test('fit on batches one by one, and a step of one’s own', async () => {
    class Own extends Model {
      dense = layers.Dense(3);
      override call(x: tf.Tensor): tf.Tensor {
        return this.dense(x) as tf.Tensor;
      }
      override trainStep(data: Parameters<Model['trainStep']>[0]) {
        const { loss, gradients } = this.computeGradients(data);
        this.compilation.optimizer.apply(gradients, this.trainableWeights);
        return { own: loss, twice: loss.mul(2) };
      }
    }
    for (const runEagerly of [true, false]) {
      const model = new Own();
      model.compile({ optimizer: 'sgd', loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }), runEagerly });
      function* batches(): Generator<tf.Tensor[]> {
        for (let i = 0; i < 14; i++) yield [filled([4, 5], i), tf.tensor1d([0, 1, 2, 0], 'int32')];
      }
      const steps: unknown[] = [];
      const callback = { onTrainBatchEnd: (_: number, logs: object) => void steps.push(logs) };
      const { history } = await refusingReads(() =>
        model.fit(batches(), { stepsPerEpoch: 14, verbose: 0, callbacks: [callback] }),
      );
      expect((history['twice'] as number[])[0]).toBeCloseTo(2 * (history['own']?.[0] as number), 5);
      expect(steps.length).toBe(14);
      expect(Object.keys(steps[3] as object)).toEqual(['own', 'twice']);
    }
  });

  test('evaluate and predict', async () => {
    const model = network();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    const x = filled([COUNT, 6, 6, 1]);
    await refusingReads(async () => {
      await model.evaluate(x, labels(), { batchSize: 4, verbose: 0, callbacks: [reader] });
      await model.predict(x, { batchSize: 4, verbose: 0, callbacks: [reader] });
    });
    expect(seen.length).toBeGreaterThan(5);
    seen.length = 0;
  });
});
