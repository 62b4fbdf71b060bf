/** Tensors that hold one byte for each number: what leaves them bytes, what makes them int32, and that all see the same numbers. */
import * as tf from '@tensorflow/tfjs';
import { datasets, Input, Layer, layers, Model, Sequential, utils } from '../../src';
import type { NativeBackend } from '../../src/backend/binding';
import { byteTensor, holdsBytes } from '../../src/backend/bytes';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import { native } from '../../src/backend/native';
import { resetNames } from '../../src/base/names';
import type { Model as ModelType } from '../../src/models';
import { noticesOf } from '../models/compiledSupport';
import { filled } from '../ops/backends';

beforeAll(() => ready());

const values = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 37) % 256);
const pair = (shape: number[]): [tf.Tensor, tf.Tensor] => {
  const data = values(shape.reduce((a, b) => a * b, 1));
  return [byteTensor(data, shape), tf.tensor(Int32Array.from(data), shape, 'int32')];
};

/** Each on a tensor of shape (4, 3, 2). */
const KEPT: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  slice: (x) => x.slice([1, 0, 1], [2, -1, 1]),
  'slice from a place on': (x) => tf.slice(x, 2),
  reshape: (x) => x.reshape([6, 4]),
  'expandDims at the end': (x) => x.expandDims(-1),
  'expandDims in front': (x) => x.expandDims(0),
  gather: (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32')),
  'gather on the last axis': (x) => tf.gather(x, tf.tensor1d([1, 1], 'int32'), 2),
  clone: (x) => x.clone(),
};
const CAST: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  toFloat: (x) => x.toFloat(),
  'a quotient': (x) => x.div(255),
  'an int32 sum': (x) => x.add(tf.scalar(1, 'int32')),
  sum: (x) => x.sum(),
  transpose: (x) => x.transpose([2, 0, 1]),
  bool: (x) => x.cast('bool'),
  comparison: (x) => x.greater(tf.scalar(100, 'int32')),
  concat: (x) => tf.concat([x, x], 1),
  stack: (x) => tf.stack([x, x]),
};

describe.each(Object.entries({ ...KEPT, ...CAST }))('%s', (name, operation) => {
  test('gives what it gives for int32', () => {
    const [bytes, wide] = pair([4, 3, 2]);
    const [actual, expected] = [operation(bytes), operation(wide)];
    expect(actual.dtype).toBe(expected.dtype);
    expect(actual.shape).toEqual(expected.shape);
    expect(Array.from(actual.dataSync())).toEqual(Array.from(expected.dataSync()));
    if (name in KEPT) expect(holdsBytes(actual)).toBe(true);
    expect(Array.from(bytes.dataSync())).toEqual(Array.from(wide.dataSync()));
  });
});

test('what moves numbers leaves them bytes; reading does, too', async () => {
  const [bytes] = pair([4, 3, 2]);
  for (const operation of Object.values(KEPT)) operation(bytes);
  bytes.toFloat();
  bytes.dataSync();
  await bytes.data();
  await bytes.array();
  expect(holdsBytes(bytes)).toBe(true);
  bytes.sum();
  expect(holdsBytes(bytes)).toBe(false);
});

test('their memory is freed: disposed of, tidied, made wider', () => {
  const { binding } = native() as NativeBackend;
  const count = (): [number, number] => [binding.getNumOfTensors(), tf.memory().numTensors];
  const before = count();
  tf.tidy(() => {
    const [bytes] = pair([4, 3, 2]);
    for (const operation of Object.values({ ...KEPT, ...CAST })) operation(bytes);
    bytes.dataSync();
  });
  const [bytes] = pair([4]);
  bytes.dispose();
  const wide = byteTensor(values(4), [4]);
  wide.sum().dispose();
  wide.dispose();
  expect(count()[1] - 1).toBe(before[1]); // the int32 twin of the pair above
  expect(count()[0]).toBeLessThanOrEqual(before[0] + 1);
});

test('the array is copied', () => {
  const data = values(6);
  const bytes = byteTensor(data, [6]);
  data.fill(0);
  expect(Array.from(bytes.dataSync())).toEqual(Array.from(values(6)));
});

test('data sets are bytes', async () => {
  const { train } = await datasets.shapes.loadData({ samples: 6, size: 8 });
  expect(holdsBytes(train.x)).toBe(true);
  expect(train.x.dtype).toBe('int32');
  const digits = await datasets.mnist.loadData();
  expect(holdsBytes(digits.train.x)).toBe(true);
  expect(holdsBytes(digits.train.x.slice(0, 100))).toBe(true);
});

/** Works on whole numbers. */
class Halved extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x.floorDiv(tf.scalar(2, x.dtype)).toFloat();
  }

  override computeOutputShape(shape: (number | null)[]): (number | null)[] {
    return shape;
  }
}

const MODELS: Record<string, () => ModelType> = {
  'built-in layers': () =>
    Sequential([
      Input({ shape: [6, 6, 1] }),
      layers.Rescaling(1 / 255),
      layers.Conv2D(3, 3),
      layers.Flatten(),
      layers.Dense(4, { activation: 'softmax' }),
    ]),
  'code of a user': () => {
    const input = Input({ shape: [6, 6, 1], dtype: 'int32' });
    return Model(input, layers.Dense(4, { activation: 'softmax' })(layers.Flatten()(new Halved()(input))));
  },
};

interface Trained {
  losses: number[];
  scores: number[];
  predicted: number[];
  notices: string[];
}

async function train(
  make: () => ModelType,
  x: object,
  y: object,
  options: object,
  runEagerly: boolean,
): Promise<Trained> {
  utils.setRandomSeed(7);
  resetNames();
  const model = make();
  model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], runEagerly });
  let outcome: Trained | undefined;
  const notices = await noticesOf(async () => {
    const fit = { batchSize: 4, epochs: 3, verbose: 0 as const, ...options };
    const { history } = await model.fit(x as tf.Tensor, y as tf.Tensor, fit);
    const scores = (await model.evaluate(x as tf.Tensor, y as tf.Tensor, { verbose: 0 })) as unknown as number[];
    const predicted = (await model.predict(x as tf.Tensor, { batchSize: 5, verbose: 0 })) as tf.Tensor;
    const losses = Object.values(history).flat() as number[];
    outcome = { losses, scores: [...scores], predicted: Array.from(predicted.dataSync()), notices: [] };
  });
  return { ...(outcome as unknown as Trained), notices };
}

describe.each(Object.entries(MODELS))('trained: %s', (_, make) => {
  const [count, shape] = [26, [26, 6, 6]];
  const pixels = values(count * 36);
  const y = Int32Array.from({ length: count }, (_, i) => (i * 7) % 4);
  const forms: Record<string, [object, object]> = {
    'a typed array and its shape': [{ data: pixels, shape }, Uint8Array.from(y)],
    clamped: [{ data: Uint8ClampedArray.from(pixels), shape }, y],
    'a tensor of bytes': [byteTensor(pixels, shape), y],
    'a tensor of bytes with all axes': [byteTensor(pixels, [...shape, 1]), byteTensor(Uint8Array.from(y), [count, 1])],
  };

  test.each(Object.entries(forms))('%s trains as int32 does, eagerly and compiled', async (_name, [x, labels]) => {
    const wide = tf.tensor(Int32Array.from(pixels), shape, 'int32');
    for (const options of [{}, { validationSplit: 0.25 }]) {
      const expected = await train(make, wide, tf.tensor1d(y, 'int32'), options, true);
      const run = jest.spyOn(GraphSession.prototype, 'run');
      for (const runEagerly of [true, false]) {
        const actual = await train(make, x, labels, options, runEagerly);
        expect(actual.notices).toEqual([]);
        for (const key of ['losses', 'scores', 'predicted'] as const) {
          expect(actual[key].length).toBe(expected[key].length);
          actual[key].forEach((value, i) => {
            expect(value).toBeCloseTo(expected[key][i] as number, 5);
          });
        }
      }
      expect(run.mock.calls.length).toBeGreaterThan(5);
      run.mockRestore();
    }
    if (x instanceof tf.Tensor) expect(holdsBytes(x)).toBe(true);
  });

  test('batches of bytes, one by one', () => {
    const model = make();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    const other = make();
    other.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', runEagerly: true });
    other.setWeights(model.getWeights());
    for (let step = 0; step < 16; step++) {
      const data = values(4 * 36).map((value) => (value + step) % 256);
      const labels = y.slice(0, 4);
      const bytes = model.trainOnBatch({ data, shape: [4, 6, 6, 1] }, labels);
      const wide = other.trainOnBatch(tf.tensor(Int32Array.from(data), [4, 6, 6, 1], 'int32'), labels);
      expect(bytes as number).toBeCloseTo(wide as number, 5);
    }
  });
});

test('the memory that a data set takes is a quarter', async () => {
  const { binding } = native() as NativeBackend;
  const created = jest.spyOn(binding, 'createTensor');
  const model = Sequential([Input({ shape: [8] }), layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit({ data: values(64 * 8), shape: [64, 8] }, filled([64, 1]), { batchSize: 4, verbose: 0 });
  const sizes = created.mock.calls
    .map(([, , array]) => (array as unknown as Uint8Array).byteLength)
    .filter((size) => size >= 64 * 8);
  expect(sizes).toEqual([64 * 8]);
  created.mockRestore();
});
