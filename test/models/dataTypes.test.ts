/** Data of every type, in every place that takes data; gaps and other things that are no numbers. */
import * as tf from '@tensorflow/tfjs';
import { activations, Input, layers, losses, Model, metrics, Sequential } from '../../src';
import { readArray, type TypedArray } from '../../src/base/arrays';
import { Converter } from '../../src/models/data/converter';
import fixture from '../fixtures/dataTypes.json';
import { onEachBackend } from '../ops/backends';
import { expectNear, train } from './fixedTraining';

const { x: X, y: Y } = fixture;

/** float16 where the engine has it, else a stand-in of its name. */
function float16(values: readonly number[]): TypedArray {
  const real = Reflect.get(globalThis, 'Float16Array') as { from(values: readonly number[]): TypedArray } | undefined;
  return (
    real?.from(values) ??
    Object.defineProperty(Float32Array.from(values), Symbol.toStringTag, { value: 'Float16Array' })
  );
}

const MAKE: Record<string, (values: readonly number[]) => TypedArray> = {
  float16,
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  'uint8, clamped': (values) => Uint8ClampedArray.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int64: (values) => BigInt64Array.from(values.map(BigInt)),
  uint64: (values) => BigUint64Array.from(values.map(BigInt)),
};

onEachBackend(() => {
  const cases = [
    ...fixture.dtypes,
    { ...(fixture.dtypes.find(({ name }) => name === 'uint8') as never as object), name: 'uint8, clamped' },
  ] as typeof fixture.dtypes;

  test.each(cases)('$name as x, y and sampleWeight trains as in Keras', async ({ name, seen, losses: expected }) => {
    const make = MAKE[name] as (typeof MAKE)[string];
    const before = tf.memory().numTensors;
    const x = { data: make(X.flat()), shape: [4, 2] };
    const y = { data: make(Y.flat()), shape: [4, 1] };
    expectNear(await train(x, y, { sampleWeight: make([1, 2, 3, 4]) }), expected);
    const converter = new Converter('fit');
    const kind = seen[0]?.startsWith('float') ? 'float32' : 'int32';
    expect((converter.convert('x', x, 1) as tf.Tensor).dtype).toBe(kind);
    expect((converter.convert('x', X.map(make), 1) as tf.Tensor).dtype).toBe(kind); // as rows of a list
    converter.dispose();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before); // fewer where an earlier test's are collected
  });

  test("what is written to the caller's arrays later changes nothing", async () => {
    const data = Float32Array.of(1, 2);
    const output = layers.Identity()({ data, shape: [1, 2] });
    const dense = layers.Dense(1);
    dense.build([null, 2]);
    dense.setWeights([{ data, shape: [2, 1] }, [0]]);
    const large = new Float32Array(2 ** 20).fill(1);
    const converter = new Converter('fit');
    const tensor = converter.convert('x', { data: large, shape: [2 ** 10, 2 ** 10] }, 1) as tf.Tensor;
    data.fill(9);
    large.fill(9);
    expect(output.arraySync()).toEqual([[1, 2]]);
    expect(dense.getWeights()[0]?.arraySync()).toEqual([[1], [2]]);
    expect([tensor.shape, tensor.min().dataSync()[0], tensor.max().dataSync()[0]]).toEqual([[1024, 1024], 1, 1]);
    converter.dispose();
  });

  test('a generator that fills one buffer again and again', async () => {
    const batches = [X.slice(0, 2), X.slice(2)];
    const model = (): ReturnType<typeof Sequential> => {
      const made = Sequential([Input({ shape: [2] }), layers.Dense(1, { kernelInitializer: 'ones' })]);
      made.compile({ optimizer: 'sgd', loss: 'mse', stepsPerExecution: 2 });
      return made;
    };
    async function* reusing(): AsyncGenerator<unknown> {
      const [x, y] = [new Float64Array(4), new Float32Array(2)];
      for (const [i, rows] of batches.entries()) {
        x.set(rows.flat());
        y.set(Y.slice(2 * i, 2 * i + 2).flat());
        yield [
          { data: x, shape: [2, 2] },
          { data: y, shape: [2, 1] },
        ];
      }
    }
    const [reused, whole] = [model(), model()];
    await reused.fit(reusing() as never, { verbose: 0 });
    await whole.fit(X, Y, { batchSize: 2, shuffle: false, verbose: 0 });
    expect(reused.getWeights().map((w) => w.arraySync())).toEqual(whole.getWeights().map((w) => w.arraySync()));
  });
});

describe('typed arrays in all other places', () => {
  const data = Float64Array.of(1, -2, 3, 4);
  const shaped = { data, shape: [2, 2] };
  const rows = [
    [1, -2],
    [3, 4],
  ];

  test('layers, models, activations, losses and metrics', async () => {
    const dense = layers.Dense(1, { kernelInitializer: 'ones' });
    const expected = [[-1], [7]];
    const model = Sequential([Input({ shape: [2] }), layers.Dense(1, { kernelInitializer: 'ones' })]);
    for (const x of [shaped, rows.map((row) => Int16Array.from(row)), { data: Int8Array.from(data), shape: [2, 2] }]) {
      expect(dense(x).arraySync()).toEqual(expected);
      expect(model(x).arraySync()).toEqual(expected);
      expect(((await model.predict(x, { verbose: 0 })) as tf.Tensor).arraySync()).toEqual(expected);
      expect((model.predictOnBatch(x) as tf.Tensor).arraySync()).toEqual(expected);
      expect(activations.relu(x).arraySync()).toEqual([
        [1, 0],
        [3, 4],
      ]);
      expect(losses.MeanSquaredError()(x, rows, Uint8Array.of(1, 2)).arraySync()).toBe(0);
      expect((metrics.Mean()(x) as tf.Tensor).arraySync()).toBe(1.5);
    }
    expect(
      layers
        .Add()([shaped, tf.tensor(rows)])
        .arraySync(),
    ).toEqual([
      [2, -4],
      [6, 8],
    ]);
    const a = Input({ shape: [2], name: 'a' });
    const byName = Model({ inputs: { a }, outputs: layers.Dense(1, { kernelInitializer: 'ones' })(a) });
    expect((byName({ a: shaped } as never) as unknown as tf.Tensor).arraySync()).toEqual(expected);
    expect((byName.predictOnBatch({ a: shaped }) as tf.Tensor).arraySync()).toEqual(expected);
  });

  test('validation data, iterables, batches, and rows of lists for several inputs', async () => {
    const y = Uint16Array.of(1, 2);
    const plain = await train(rows, [1, 2], { validationData: [rows, [1, 2]] });
    expect(await train(shaped, y, { validationData: [shaped, y, Float32Array.of(1, 1)] })).toEqual(plain);
    const [a, b] = [Input({ shape: [] }), Input({ shape: [] })];
    const sum = Model({ inputs: [a, b], outputs: layers.Add()([a, b]) });
    sum.compile({ optimizer: 'sgd', loss: 'mse' });
    const lists = [Int8Array.of(1, 2, 3), BigInt64Array.of(4n, 5n, 6n)];
    expect((sum.predictOnBatch(lists) as tf.Tensor).arraySync()).toEqual([5, 7, 9]);
    expect(sum.testOnBatch(lists, Float64Array.of(5, 7, 9))).toBe(0);
    const batches = [[lists, Uint32Array.of(5, 7, 11)]];
    expect(await sum.evaluate(batches.values() as never, { verbose: 0 })).toBeCloseTo(4 / 3, 6);
  });

  test('weights, and integers as weights of floats', () => {
    const model = Sequential([Input({ shape: [2] }), layers.Dense(1)]);
    model.setWeights([{ data: Uint32Array.of(2 ** 32 - 1, 7), shape: [2, 1] }, BigInt64Array.of(2n ** 53n)]);
    expect(model.getWeights().map((weight) => weight.arraySync())).toEqual([[[2 ** 32], [7]], [2 ** 53]]);
    const before = tf.memory().numTensors;
    expect(() => model.setWeights([[[1], [null]], [0]] as never)).toThrow('Received: null at weights[0][1][0].');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what an array is read as', () => {
  test.each<[string, unknown, string, number[], number[]]>([
    ['numbers', [[1, 2.5]], 'float32', [1, 2], [1, 2.5]],
    ['one number', 3, 'float32', [], [3]],
    [
      'NaN and infinities',
      [Number.NaN, Number.POSITIVE_INFINITY],
      'float32',
      [2],
      [Number.NaN, Number.POSITIVE_INFINITY],
    ],
    ['booleans', [[true], [false]], 'bool', [2, 1], [1, 0]],
    ['booleans and numbers', [true, 2], 'float32', [2], [1, 2]],
    ['numbers and booleans', [2.5, true], 'float32', [2], [2.5, 1]],
    ['rows of integers', [Int8Array.of(1), Uint32Array.of(2)], 'int32', [2, 1], [1, 2]],
    ['rows of integers and floats', [Int8Array.of(1), Float32Array.of(2.5)], 'float32', [2, 1], [1, 2.5]],
    ['rows of integers and lists', [BigInt64Array.of(1n), [2.5]], 'float32', [2, 1], [1, 2.5]],
    ['a view of a part', new Float64Array([1, 2, 3, 4]).subarray(1, 3), 'float32', [2], [2, 3]],
    ["a Node's buffer", Buffer.from([1, 255]), 'int32', [2], [1, 255]],
    ['no numbers', [], 'float32', [0], []],
    ['no columns', [[], []], 'float32', [2, 0], []],
  ])('%s', (_, value, dtype, shape, expected) => {
    const { data, ...read } = readArray('fit', 'x', value);
    expect([read.dtype, read.shape, Array.from(data)]).toEqual([dtype, shape, expected]);
  });

  test('as another type', () => {
    expect(Array.from(readArray('f', 'x', [0, -3, Number.NaN], 'bool').data)).toEqual([0, 1, 1]);
    expect(Array.from(readArray('f', 'x', Uint32Array.of(1, 2 ** 31 - 1), 'int32').data)).toEqual([1, 2 ** 31 - 1]);
    expect(Array.from(readArray('f', 'x', [0.1, 2 ** 53], 'float64').data)).toEqual([0.1, 2 ** 53]);
  });
});

const GRAMMAR = 'must be a tensor or nested arrays of numbers, equally long on each axis. Received: ';
const INT32 = 'must hold whole numbers from -2147483648 to 2147483647, as int32 does. Received: ';
describe('what is refused, with its place', () => {
  test.each<[string, unknown, string]>([
    ['null', [[1, null]], `x ${GRAMMAR}null at x[0][1]. Give every entry a number.`],
    [
      'undefined',
      [
        [1, 2],
        [3, undefined],
      ],
      `x ${GRAMMAR}undefined at x[1][1]. Give every entry a number.`,
    ],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    ['a hole', [1, , 3], `x ${GRAMMAR}undefined at x[1]. Give every entry a number.`],
    ['no row', [[1], null], `x ${GRAMMAR}null at x[1]. Give every entry a number.`],
    ['text', [['1']], `x ${GRAMMAR}'1' at x[0][0]. Turn text into numbers first, as Number(text) does.`],
    ['a bigint', [[1n]], `x ${GRAMMAR}1n at x[0][0]. Write Number(value), or pass a BigInt64Array.`],
    ['an object', [[1], [{}]], `x ${GRAMMAR}{} at x[1][0]. Give every entry a number.`],
    ['a shorter row', [[1, 2], [3]], `x ${GRAMMAR}an array of length 1 at x[1], where x[0] has length 2.`],
    ['a number for a row', [[1, 2], 3], `x ${GRAMMAR}3 at x[1], where x[0] has length 2.`],
    ['a row for a number', [1, [2]], `x ${GRAMMAR}an array of length 1 at x[1], where x[0] is a number.`],
    [
      'a shorter typed row',
      [[Float32Array.of(1, 2)], [Float32Array.of(1)]],
      `x ${GRAMMAR}an array of length 1 at x[1][0], where x[1][0] has length 2.`,
    ],
    ['numbers for rows', [[[1], [2]], Float32Array.of(1, 2)], `x ${GRAMMAR}numbers at x[1], where x[0] holds arrays.`],
    [
      'an integer beyond int32',
      Uint32Array.of(1, 2 ** 31),
      `x ${INT32}2147483648 at x[1]. Where rounding does no harm, pass Float32Array.from(values).`,
    ],
    [
      'an integer of 64 bits beyond int32, in a row',
      [BigInt64Array.of(0n), BigInt64Array.of(-(2n ** 40n))],
      `x ${INT32}-1099511627776n at x[1][0]. Where rounding does no harm, pass Float32Array.from(values, Number).`,
    ],
    [
      'a shape of another size',
      { data: new Float32Array(3), shape: [2, 2] },
      'x.shape must be whole numbers whose product is the length of x.data. Received: shape (2, 2), data of length 3.',
    ],
    [
      'sizes that are none',
      { data: new Float32Array(4), shape: [-2, -2] },
      'x.shape must be whole numbers whose product is the length of x.data. Received: shape (-2, -2), data of length 4.',
    ],
    [
      'a DataView',
      new DataView(new ArrayBuffer(4)),
      'x must be a tensor or nested arrays of numbers. Received: an object',
    ],
    ['text for all', 'abc', "x must be a tensor or nested arrays of numbers. Received: 'abc'."],
  ])('%s', async (_, value, message) => {
    const converter = new Converter('fit');
    expect(() => converter.convert('x', value, 1)).toThrow(`fit: ${message}`);
    const model = Sequential([Input({ shape: [2] }), layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const after = tf.memory().numTensors;
    await expect(model.predict(value as never, { verbose: 0 })).rejects.toThrow(message);
    await expect(model.fit(rows2(), value as never, { verbose: 0 })).rejects.toThrow(message.replace(/\bx\b/g, 'y'));
    expect(tf.memory().numTensors).toBe(after);
    model.dispose();
  });

  test('integers that floats do not hold exactly', () => {
    expect(() => losses.MeanSquaredError()(BigInt64Array.of(2n ** 53n + 1n), [0])).toThrow(
      'mean_squared_error: yTrue must hold whole numbers that floats hold, up to 2 ** 53. ' +
        'Received: 9007199254740993n at yTrue[0]. Where rounding does no harm, pass Float32Array.from(values, Number).',
    );
    expect(
      losses
        .MeanSquaredError()(BigInt64Array.of(2n ** 20n), [2 ** 20])
        .dataSync()[0],
    ).toBe(0);
  });

  test('gaps in each argument', async () => {
    const fit = (x: unknown, y: unknown, options = {}): Promise<unknown> => train(x, y, options);
    await expect(fit(X, [[1], [null], [3], [4]])).rejects.toThrow('fit: y must be');
    await expect(fit(X, Y, { sampleWeight: [1, undefined, 1, 1] })).rejects.toThrow(
      'Received: undefined at sampleWeight[1].',
    );
    await expect(fit(X, Y, { validationData: [[[1, null]], [[1]]] })).rejects.toThrow('Received: null at x[0][1].');
    expect(() => losses.MeanSquaredError()([[1]], [[null]] as never)).toThrow('Received: null at yPred[0][0].');
    expect(() => losses.meanSquaredError([[1]], [[undefined]] as never)).toThrow('Received: undefined at yPred[0][0].');
    expect(() => metrics.Precision()([1, null] as never, [1, 1])).toThrow('precision: yTrue must be');
    expect(() => metrics.Mean()([1, null] as never)).toThrow('mean: values must be');
    expect(() => activations.relu([1, null] as never)).toThrow('relu: x must be');
    expect(() => layers.Dense(1)([[1, null]] as never)).toThrow('Received: null at inputs[0][1].');
    expect(() => layers.Dense(1)(null as never)).toThrow(
      'inputs must be tensors or nested arrays of numbers. Received: null.',
    );
    expect(() => layers.Add()([tf.ones([1, 2]), [[1, null]]] as never)).toThrow('Received: null at inputs[0][1].');
  });
});

function rows2(): number[][] {
  return [
    [1, 2],
    [3, 4],
  ];
}
