import * as tf from '@tensorflow/tfjs';
import { layers, Sequential } from '../../src';
import { SeedGenerator, setRandomSeed } from '../../src/backend/random';
import { registerKerasSerializable } from '../../src/base/customObjects';
import type { SerializedObject } from '../../src/base/registry';
import * as initializers from '../../src/initializers';
import { windowFunction } from '../../src/initializers/windows';
import fixture from '../fixtures/initializers.json';
import { onEachBackend } from '../ops/backends';

const BITWISE = /Zeros|Ones|Constant|Identity|Uniform/;
/** Where float arithmetic is not the same library's: `log`, `sin`, `cos`; QR; sums in another order. */
const NEAR = 5e-6;

function expectValues(tensor: tf.Tensor, values: number[], tolerance: number): void {
  const actual = Array.from(tensor.dataSync());
  expect(actual).toHaveLength(values.length);
  const gaps = values.map((value, i) => Math.abs(Math.fround(value) - (actual[i] as number)));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(tolerance);
}

function isBitwise(json: { class_name: string; config: object }, native: boolean): boolean {
  if (json.class_name === 'STFT') return false;
  const { distribution } = json.config as { distribution?: string };
  return native || BITWISE.test(json.class_name) || distribution === 'uniform';
}

onEachBackend((backend) => {
  const cases = fixture.cases.map(({ json, ...rest }) => ({ ...rest, json, config: JSON.stringify(json.config) }));

  test.each(cases)('$json.class_name $config of shape $shape equals Keras', ({ json, shape, values }) => {
    const initializer = initializers.deserialize(json as SerializedObject);
    expect(initializers.serialize(initializer)).toEqual(json);
    const tensor = initializer(shape);
    expect([tensor.shape, tensor.dtype]).toEqual([shape, 'float32']);
    expectValues(tensor, values, isBitwise(json, backend === 'tensorflow') ? 0 : NEAR);
  });

  test('a seed generator gives other numbers at each call, those of Keras', () => {
    const { json, draws } = fixture.generated;
    const initializer = initializers.deserialize(json as unknown as SerializedObject);
    expect(initializers.serialize(initializer)).toEqual(json);
    for (const values of draws) expectValues(initializer([2, 3]), values, 0);
  });

  test('initializers without a seed follow the global one, as in Keras', () => {
    const { seed, made } = fixture.unseeded;
    setRandomSeed(seed);
    for (const { name, values } of made) {
      expectValues(initializers.get(name as never)([3, 4]), values, backend === 'tensorflow' ? 0 : NEAR);
    }
  });

  test('all weights of a model follow the global seed, as in Keras', () => {
    const { Conv2D, Dense, Dropout, Flatten, Input } = layers;
    setRandomSeed(fixture.unseeded.seed);
    const model = Sequential([
      Input({ shape: [6, 6, 1] }),
      Conv2D(3, 3, { activation: 'relu' }),
      Dropout(0.5),
      Flatten(),
      Dense(4, { kernelInitializer: 'he_normal', biasInitializer: 'random_uniform' }),
      Dense(2),
    ]);
    const weights = model.getWeights();
    expect(weights).toHaveLength(fixture.unseeded.weights.length);
    weights.forEach((weight, i) => {
      expectValues(weight, fixture.unseeded.weights[i] as number[], backend === 'tensorflow' ? 0 : NEAR);
    });
  });

  test('no tensor is left over', () => {
    for (const name of ['zeros', 'he_normal', 'orthogonal', 'identity']) {
      const before = tf.memory().numTensors;
      initializers
        .get(name as never)([4, 4])
        .dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});

test.each(fixture.defaults)("get('$name') has the defaults of Keras", ({ name, json }) => {
  const made = initializers.serialize(initializers.get(name as never));
  expect(made).toEqual(json);
  expect(Object.keys(made.config)).toEqual(Object.keys(json.config));
});

test('the same instance gives the same numbers again; one made later does not', () => {
  const initializer = initializers.GlorotUniform();
  const first = initializer([5]).dataSync();
  expect(initializer([5]).dataSync()).toEqual(first);
  expect(initializers.GlorotUniform()([5]).dataSync()).not.toEqual(first);
});

test('with and without new, positional and named arguments', () => {
  const configs = [
    initializers.RandomUniform(0, 2, { seed: 1 }),
    new initializers.RandomUniform({ minval: 0, maxval: 2, seed: 1 }),
  ].map((made) => made.getConfig());
  expect(configs[0]).toEqual(configs[1]);
  expect(initializers.Constant(3).getConfig()).toEqual({ value: 3 });
  expect(initializers.Orthogonal(2, { seed: 1 }).getConfig()).toEqual({ seed: 1, gain: 2 });
  expect(initializers.VarianceScaling({ distribution: 'normal' }).distribution).toBe('truncated_normal');
});

test('the gain of an identity is kept', () => {
  const identity = initializers.Identity(0.5);
  expect(identity.getConfig()).toEqual({ gain: 0.5 });
  const copy = initializers.deserialize(initializers.serialize(identity));
  expect(copy([2, 3]).arraySync()).toEqual([
    [0.5, 0, 0],
    [0, 0.5, 0],
  ]);
});

test('a constant of an array, in every form', () => {
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const data = new Float64Array([1, 2, 3, 4]);
  const tensor = tf.tensor2d(rows as [number, number][]);
  for (const value of [rows, { data, shape: [2, 2] }, tensor, rows.map((row) => Int16Array.from(row))]) {
    const constant = initializers.Constant(value);
    expect(constant.value).toEqual(rows);
    expect(constant([2, 2]).arraySync()).toEqual(rows);
  }
  const own = initializers.Constant({ value: { data, shape: [4, 1] } });
  data.fill(0); // the initializer has its own copy
  tensor.dispose();
  expect(own([4, 1]).arraySync()).toEqual([[1], [2], [3], [4]]);
  const { config } = initializers.serialize(own);
  expect(config['value']).toEqual({
    class_name: '__numpy__',
    config: { value: [[1], [2], [3], [4]], dtype: 'float64' },
  });
  expect(initializers.Constant([1.7, -2.7])([2], { dtype: 'int32' }).arraySync()).toEqual([1, -2]);
  expect(initializers.Constant([0, 2])([2], { dtype: 'bool' }).arraySync()).toEqual([0, 1]);
});

test('weights that begin with an array', () => {
  const kernelInitializer = initializers.Constant([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const dense = layers.Dense(3, { kernelInitializer, biasInitializer: initializers.Constant([7, 8, 9]) });
  dense.build([null, 2]);
  const copy = layers.deserialize(JSON.parse(JSON.stringify(layers.serialize(dense)))) as typeof dense;
  copy.build([null, 2]);
  for (const layer of [dense, copy]) {
    expect(layer.getWeights().map((weight) => weight.arraySync())).toEqual([kernelInitializer.value, [7, 8, 9]]);
  }
  const wrong = layers.Dense(1, { kernelInitializer });
  expect(() => wrong.build([null, 2])).toThrow('Received: value of shape (2, 3), shape=(2, 1).');
  expect(wrong.weights).toEqual([]);
});

test('dtypes', () => {
  expect(initializers.get('ones')([2], { dtype: 'int32' }).dtype).toBe('int32');
  expect(initializers.Constant(2)([2], { dtype: 'int32' }).dtype).toBe('int32');
  expect(() => initializers.get('uniform')([2], { dtype: 'int32' })).toThrow(
    "RandomUniform: random numbers are float32. Received: dtype='int32'.",
  );
});

test.each(fixture.windows)('window $name of $length points, periodic $periodic, equals scipy', (item) => {
  const actual = windowFunction(item.name, item.length, item.periodic);
  expect(actual).toHaveLength(item.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(item.values[i] as number, 10);
});

test('an orthogonal matrix has orthonormal columns, or rows', () => {
  for (const [rows, columns] of [
    [20, 7],
    [7, 20],
  ] as const) {
    const matrix = initializers.Orthogonal({ seed: 1 })([rows, columns]) as tf.Tensor2D;
    const product = rows > columns ? tf.matMul(matrix, matrix, true) : tf.matMul(matrix, matrix, false, true);
    expect(product.sub(tf.eye(7)).abs().max().dataSync()[0]).toBeLessThan(1e-6);
  }
});

describe('identifiers', () => {
  test('objects, functions, classes, tensors and nothing', () => {
    const ones = initializers.Ones();
    expect(initializers.get(ones)).toBe(ones);
    const own = (shape: readonly number[]): tf.Tensor => tf.fill([...shape], 7);
    expect(initializers.get(own)).toBe(own);
    expect(initializers.get(initializers.Ones)).toBeInstanceOf(initializers.Ones);
    expect(initializers.get(null)).toBeNull();
    const values = initializers.get(tf.tensor1d([1, 2, 3]));
    expect(Array.from(values([3]).dataSync())).toEqual([1, 2, 3]);
    expect(() => values([2])).toThrow(
      'initializers.get: expected a tensor of shape (2,) as the first value. Received: shape=(3,).',
    );
  });

  test('classes of your own', () => {
    class Sevens extends initializers.Initializer {
      static override readonly className = 'Sevens';
      override call(shape: number[]): tf.Tensor {
        return tf.fill(shape, 7);
      }
    }
    registerKerasSerializable(Sevens, { package: 'test' });
    const json = initializers.serialize(new Sevens());
    expect(json).toEqual({ module: null, class_name: 'Sevens', config: {}, registered_name: 'test>Sevens' });
    expect(Array.from(initializers.deserialize(json)([2]).dataSync())).toEqual([7, 7]);
  });

  test('unknown names name the nearest', () => {
    expect(() => initializers.get('glorot_unifrom' as never)).toThrow(
      "initializers.get: unknown initializer. Received: 'glorot_unifrom'. Did you mean 'glorot_uniform'?",
    );
    expect(() => initializers.get(5 as never)).toThrow('initializers.get: expected a name');
    expect(() => initializers.get('toString' as never)).toThrow('unknown initializer');
  });
});

describe('bad arguments', () => {
  const made: [string, () => unknown, string][] = [
    ['seed', () => initializers.HeNormal({ seed: 1.5 }), 'HeNormal: seed must be a whole number or a SeedGenerator.'],
    ['key', () => initializers.HeNormal({ sed: 1 } as never), "HeNormal: unknown argument 'sed'."],
    ['scale', () => initializers.VarianceScaling({ scale: 0 }), 'VarianceScaling: scale must be a number above 0.'],
    ['mode', () => initializers.VarianceScaling({ mode: 'fan' as never }), 'VarianceScaling: unknown mode.'],
    [
      'distribution',
      () => initializers.VarianceScaling({ distribution: 'unifrom' as never }),
      "Did you mean 'uniform'?",
    ],
    [
      'value',
      () => initializers.Constant('1' as never),
      "Constant: value must be a tensor or nested arrays of numbers. Received: '1'.",
    ],
    ['a gap in the value', () => initializers.Constant([[1, null]] as never), 'Received: null at value[0][1].'],
    [
      'shape of the value',
      () => initializers.Constant([1, 2, 3])([3, 2]),
      'Constant: value must broadcast to the shape asked for. Received: value of shape (3,), shape=(3, 2).',
    ],
    // Keras gives a weight of the shape of the value here
    ['larger value', () => initializers.Constant([1, 2])([1]), 'value of shape (2,), shape=(1,)'],
    ['shape', () => initializers.get('zeros')([1.5]), 'Zeros: expected a shape, whole numbers >= 0.'],
    ['no shape', () => initializers.get('zeros')(3 as never), 'Zeros: expected a shape'],
    ['identity rank', () => initializers.get('identity')([2]), 'Identity: expected the shape of a matrix.'],
    ['orthogonal rank', () => initializers.get('orthogonal')([2]), 'Orthogonal: expected a shape of two or more axes.'],
    ['side', () => initializers.STFT('left' as never), "STFT: side must be 'real' or 'imag'."],
    ['window', () => initializers.STFT({ window: 'hanning' }), "STFT: unknown window. Received: 'hanning'."],
    ['scaling', () => initializers.STFT({ scaling: 'x' as never }), "STFT: scaling must be 'density', 'spectrum'"],
    ['STFT shape', () => initializers.STFT()([4, 2, 3]), 'STFT: expected a shape (frame length, 1, bands).'],
    ['window values', () => initializers.STFT({ window: [1] })([4, 1, 3]), 'STFT: expected a window of 4 values.'],
  ];
  test.each(made)('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test('a generator may be shared', () => {
  const seed = SeedGenerator(1);
  const [a, b] = [initializers.HeUniform({ seed }), initializers.HeUniform({ seed })];
  expect(a([3]).dataSync()).not.toEqual(b([3]).dataSync());
});
