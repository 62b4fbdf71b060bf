/** One graph serves every batch size: training, evaluation and prediction of several models equal the eager ones. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Model as ModelType } from '../../src/models';
import { filled } from '../ops/backends';
import { expectEqual, expectSameTraining } from './compiledSupport';

const SIZES = [3, 1, 7, 32, 100, 4, 1, 2];

/** A network, the shapes of its inputs and outputs, and whether samples are weighed. */
interface Network {
  make: () => ModelType;
  inputs: number[][];
  outputs: number[][];
  weighted?: boolean;
}

const NETWORKS: Record<string, Network> = {
  convolutional: {
    make: () =>
      Sequential([
        layers.Input({ shape: [7, 7, 4] }),
        layers.Conv2D(4, 3, { padding: 'same', kernelRegularizer: 'l2', activityRegularizer: 'l1' }),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3),
        layers.DepthwiseConv2D(2, { strides: 2 }),
        layers.SpatialDropout2D(0.2),
        layers.AveragePooling2D(1),
        layers.Flatten(),
        layers.Dense(3),
      ]),
    inputs: [[7, 7, 4]],
    outputs: [[3]],
  },
  'with branches': {
    make: () => {
      const [a, b] = [Input({ shape: [4] }), Input({ shape: [2, 7] })];
      const h = layers.Dense(7, { activation: 'gelu', kernelRegularizer: 'l1' })(a);
      const flat = layers.Reshape([14])(layers.GaussianNoise(0.1)(layers.Permute([2, 1])(b)));
      const both = layers.Concatenate()([h, flat, layers.Flatten()(layers.RepeatVector(2)(h))]);
      const merged = layers.Multiply()([layers.Dense(7)(both), layers.Softmax()(h)]);
      return Model({ inputs: [a, b], outputs: [layers.Dense(1)(merged), layers.Add()([h, merged])] });
    },
    inputs: [[4], [2, 7]],
    outputs: [[1], [7]],
    weighted: true,
  },
  // Sizes as the batches of the recordings.
  'of 7 and 4': {
    make: () => Sequential([layers.Input({ shape: [7] }), layers.Dense(4, { activation: 'softmax' }), layers.Dense(7)]),
    inputs: [[7]],
    outputs: [[7]],
    weighted: true,
  },
};

const one = <T>(list: T[]): T | T[] => (list.length === 1 ? (list[0] as T) : list);
const dataOf = (shapes: number[][], size: number, seed: number): tf.Tensor | tf.Tensor[] =>
  one(shapes.map((shape, i) => filled([size, ...shape], seed + i)));

beforeAll(() => ready());

describe.each(Object.keys(NETWORKS))('%s', (name) => {
  const { make, inputs, outputs, weighted } = NETWORKS[name] as Network;

  /** A batch of each size, as often as asked for. */
  function* batches(): Iterable<unknown[]> {
    for (let i = 0; ; i++) {
      const size = SIZES[i % SIZES.length] as number;
      const weights = one(outputs.map((_, k) => tf.tidy(() => filled([size], 9 + k).abs())));
      yield [dataOf(inputs, size, 1), dataOf(outputs, size, 5), ...(weighted ? [weights] : [])];
    }
  }

  test('training and validation, by one graph each', async () => {
    const add = jest.spyOn(GraphSession.prototype, 'add');
    await expectSameTraining({
      model: make,
      compile: () => ({
        optimizer: optimizers.SGD(0.01, { momentum: 0.9 }),
        loss: 'mse',
        metrics: outputs.map(() => ['mae']) as never,
      }),
      x: { [Symbol.iterator]: batches } as never,
      stepsPerEpoch: SIZES.length,
      validationData: { [Symbol.iterator]: batches } as never,
      validationSteps: SIZES.length,
    });
    expect(add).toHaveBeenCalledTimes(2);
    add.mockRestore();
  });

  test('prediction', async () => {
    const add = jest.spyOn(GraphSession.prototype, 'add');
    const model = make();
    const x = dataOf(inputs, 111, 3);
    const expected = [model(x as tf.Tensor[])].flat() as tf.Tensor[];
    for (const batchSize of [1, 3, 7, 32, 100]) {
      const actual = [await model.predict(x, { batchSize, verbose: 0 })].flat() as tf.Tensor[];
      actual.forEach((y, i) => {
        expect(y.shape).toEqual(expected[i]?.shape);
        expectEqual(y.dataSync(), (expected[i] as tf.Tensor).dataSync(), `batch size ${batchSize}`);
      });
    }
    expect(add).toHaveBeenCalledTimes(1);
    add.mockRestore();
    model.dispose();
  });
});

test('all rows of an array, with a smaller last batch', async () => {
  const { make, inputs, outputs } = NETWORKS['convolutional'] as Network;
  await expectSameTraining({
    model: make,
    compile: () => ({ optimizer: 'adam', loss: 'mse', weightedMetrics: ['mse'] }),
    x: dataOf(inputs, 40, 1),
    y: dataOf(outputs, 40, 5),
    sampleWeight: tf.tidy(() => filled([40]).abs()),
    batchSize: 32,
  });
});
