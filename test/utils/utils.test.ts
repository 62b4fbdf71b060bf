import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { Flatten } from '../../src/layers';
import { clearSession, type Labels, normalize, toCategorical } from '../../src/utils';

beforeAll(() => ready());
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const ONE_HOT = [
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
];

describe('toCategorical', () => {
  test.each<[string, () => Labels]>([
    ['an array', () => [0, 2, 1]],
    ['a column', () => [[0], [2], [1]]],
    ['a float tensor', () => tf.tensor1d([0, 2, 1])],
    ['an int32 tensor', () => tf.tensor1d([0, 2, 1], 'int32')],
    ['a column tensor', () => tf.tensor2d([[0], [2], [1]])],
    ['bytes', () => Uint8Array.of(0, 2, 1)],
    ['64-bit integers', () => BigInt64Array.of(0n, 2n, 1n)],
    ['floats of 64 bits with a shape', () => ({ data: Float64Array.of(0, 2, 1), shape: [3, 1] })],
  ])('%s', (_, labels) => {
    const result = toCategorical(labels());
    expect([result.shape, result.dtype]).toEqual([[3, 3], 'float32']);
    expect(result.arraySync()).toEqual(ONE_HOT);
  });

  // Shapes as Keras gives them for nested lists.
  test.each<[Labels, number | undefined, number[]]>([
    [3, undefined, [4]],
    [[0, 1], 5, [2, 5]],
    [
      [
        [0, 1],
        [2, 1],
      ],
      undefined,
      [2, 2, 3],
    ],
    [[[[1]], [[0]]], undefined, [2, 1, 2]],
    [[[1]], undefined, [1, 2]],
    [[], 4, [0, 4]],
    [[true, false], undefined, [2, 2]],
  ])('%j with %p classes has shape %p', (labels, classes, shape) => {
    expect(toCategorical(labels, classes).shape).toEqual(shape);
    expect(toCategorical(labels, { numClasses: classes }).shape).toEqual(shape);
  });

  test.each<[string, () => unknown]>([
    ['labels must be whole numbers from 0. Received: label NaN at position 1.', () => toCategorical([0, Number.NaN])],
    [
      'labels must be whole numbers from 0 to 2. Received: label -1 at position 0, numClasses=3.',
      () => toCategorical([-1], 3),
    ],
    [
      'labels must be whole numbers from 0. Received: label -2 at position 1.',
      () => tf.tidy(() => toCategorical(tf.tensor1d([1, -2]))),
    ],
    // which float32 has no room for
    ['labels must be whole numbers from 0. Received: label 0.99999999 at', () => toCategorical([0.99999999])],
    ['labels must be whole numbers from 0. Received: label 0.5 at position 0.', () => toCategorical([0.5])],
    [
      'labels must be whole numbers from 0 to 2. Received: label 3 at position 2, numClasses=3.',
      () => toCategorical([0, 1, 3], 3),
    ],
    [
      'labels must be whole numbers from 0. Received: label Infinity at position 0.',
      () => toCategorical([Number.POSITIVE_INFINITY]),
    ],
    ['numClasses must be a whole number above 0. Received: numClasses=2.5.', () => toCategorical([0], 2.5)],
    ['numClasses must be a whole number above 0. Received: numClasses=0.', () => toCategorical([0], 0)],
    ['there are no labels to count classes in. Give numClasses.', () => toCategorical([])],
    [
      "labels must be a tensor or nested arrays of numbers, equally long on each axis. Received: 'a' at labels[0].",
      () => toCategorical(['a' as never]),
    ],
    ['labels must be a tensor or nested arrays of numbers. Received: null.', () => toCategorical(null as never)],
    [
      'labels must be a tensor or nested arrays of numbers, equally long on each axis. ' +
        'Received: an array of length 1 at labels[1], where labels[0] has length 2.',
      () => toCategorical([[0, 1], [1]]),
    ],
    [
      'labels is a disposed tensor of shape (2,). Pass a live one.',
      () => {
        const labels = tf.tensor1d([0, 1]);
        labels.dispose();
        return toCategorical(labels);
      },
    ],
  ])('%s', (message, act) => {
    const before = tf.memory().numTensors;
    expect(act).toThrow(`toCategorical: ${message}`);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('many labels at once, and no tensor but the result', () => {
    const labels = Int32Array.from({ length: 200_000 }, (_, i) => i % 10);
    const before = tf.memory().numTensors;
    const result = toCategorical(labels);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(Array.from(tf.argMax(result, -1).dataSync().subarray(0, 12))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(result.sum().dataSync()[0]).toBe(200_000);
  });
});

test('normalize divides by the norm, and leaves zeros', () => {
  const x = [
    [3, -4],
    [0, 0],
  ];
  expect(normalize(x).arraySync()).toEqual([
    [Math.fround(0.6), Math.fround(-0.8)],
    [0, 0],
  ]);
  expect(normalize({ data: Int8Array.of(3, -4), shape: [1, 2] }).arraySync()).toEqual(normalize([[3, -4]]).arraySync());
  expect(() => normalize([[3, undefined]] as never)).toThrow('Received: undefined at x[0][1].');
  expect(normalize(x, { axis: 0 }).arraySync()).toEqual([
    [1, -1],
    [0, 0],
  ]);
  expect(normalize(tf.tensor2d([[1, 3]]), { order: 1 }).arraySync()).toEqual([[0.25, 0.75]]);
  expect(normalize([[1, -2]], { order: Number.POSITIVE_INFINITY }).arraySync()).toEqual([[0.5, -1]]);
  expect(() => normalize(x, { axis: 2 })).toThrow(
    'normalize: axis must be one of the axes of x. Received: axis=2, x of shape (2, 2).',
  );
  expect(() => normalize(x, { order: 0 })).toThrow('normalize: order must be a number above 0. Received: order=0.');
});

test('clearSession starts the names again', () => {
  clearSession();
  expect([Flatten().name, Flatten().name]).toEqual(['flatten', 'flatten_1']);
  clearSession();
  expect(Flatten().name).toBe('flatten');
});
