/** The functions of `keras.random` give Keras's numbers, dtypes and shapes on every backend. */
import * as tf from '@tensorflow/tfjs';
import { setRandomSeed } from '../../src/backend/random';
import { clearAll } from '../../src/base/clearing';
import { resetNames } from '../../src/base/names';
import * as random from '../../src/random';
import fixture from '../fixtures/randomness.json';
import { onEachBackend } from '../ops/backends';

interface Case {
  name: string;
  options: Record<string, unknown>;
  shape: number[];
  dtype: string;
  values: number[];
}

type AnyFunction = (...args: unknown[]) => tf.Tensor;

const functionOf = (name: string): AnyFunction => Reflect.get(random, name) as AnyFunction;

/** Options as JSON has them: numbers that are not finite are strings. */
function decoded(options: Record<string, unknown>): Record<string, unknown> {
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode);
    return typeof value === 'string' && value.endsWith('Infinity') ? Number(value) : value;
  };
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, decode(value)]));
}

/** What positional arguments are in Keras's order. */
const POSITIONAL: Record<string, readonly string[]> = {
  normal: ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  truncatedNormal: ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  uniform: ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  randint: ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  categorical: ['logits', 'numSamples', 'dtype', 'seed'],
  gamma: ['shape', 'alpha', 'dtype', 'seed'],
  beta: ['shape', 'alpha', 'beta', 'dtype', 'seed'],
  binomial: ['shape', 'counts', 'probabilities', 'dtype', 'seed'],
  shuffle: ['x', 'axis', 'seed'],
  dropout: ['inputs', 'rate', 'noiseShape', 'seed'],
};

/** Forty numbers of each function. */
const DRAWS: Record<string, (seed: number | random.SeedGenerator) => tf.Tensor> = {
  normal: (seed) => random.normal([40], { seed }),
  truncatedNormal: (seed) => random.truncatedNormal([40], { seed }),
  uniform: (seed) => random.uniform([40], { seed }),
  randint: (seed) => random.randint([40], 0, 9, { seed }),
  categorical: (seed) => random.categorical([[0, 1]], 40, { seed }),
  gamma: (seed) => random.gamma([40], 2, { seed }),
  beta: (seed) => random.beta([40], 2, 3, { seed }),
  binomial: (seed) => random.binomial([40], 9, 0.5, { seed }),
  shuffle: (seed) => random.shuffle(tf.range(0, 40), { seed }),
  dropout: (seed) => random.dropout(tf.ones([40]), 0.5, { seed }),
};

const INEXACT = ['normal', 'truncatedNormal'];

function expectCase(actual: tf.Tensor, { name, shape, dtype, values }: Case, isNative: boolean): void {
  expect([actual.shape, actual.dtype]).toEqual([shape, dtype]);
  const numbers = Array.from(actual.dataSync());
  expect(numbers).toHaveLength(values.length);
  // Where TensorFlow has 0 for subnormal numbers, JavaScript may have them.
  const tolerance = (value: number): number =>
    !isNative && INEXACT.includes(name) ? 1e-6 * Math.max(1, Math.abs(value)) : 2 ** -126;
  const wrong = numbers.findIndex((number, i) => {
    const value = dtype === 'float32' ? Math.fround(values[i] as number) : (values[i] as number);
    return !(Math.abs(number - value) <= tolerance(value));
  });
  expect(wrong < 0 ? 'equal' : `${wrong}: ${numbers[wrong]}, Keras ${values[wrong]}`).toBe('equal');
}

const describeCase = ({ name, options }: Case): string => {
  const shown = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value).slice(0, 40)}`);
  return `${name}({ ${shown.join(', ')} })`;
};
const cases = (fixture.calls as Case[]).map((item) => [describeCase(item), item] as const);

test('everything that keras.random exports is there, and nothing else', () => {
  expect(Object.keys(random).sort()).toEqual(fixture.names);
});

onEachBackend((backend) => {
  const isNative = backend === 'tensorflow';

  test.each(cases)('%s', (_, item) => {
    const options = decoded(item.options);
    const draw = functionOf(item.name);
    expectCase(draw(options), item, isNative);
    const names = POSITIONAL[item.name] as string[];
    expectCase(draw(...names.map((name) => options[name])), item, isNative);
    const [first, ...rest] = names as [string, ...string[]];
    const others = Object.fromEntries(rest.filter((name) => name in options).map((name) => [name, options[name]]));
    expectCase(draw(options[first], others), item, isNative);
  });

  test('without a seed the numbers are those of the generator that all share', () => {
    const { seed, results, afterClearing } = fixture.withoutSeed;
    setRandomSeed(seed);
    resetNames();
    random.SeedGenerator();
    for (const item of results as Case[]) expectCase(functionOf(item.name)(item.options), item, isNative);
    expect(random.SeedGenerator().name).toBe('seed_generator_2');
    setRandomSeed(seed);
    random.SeedGenerator();
    random.uniform([3]);
    clearAll(); // leaves the generator of default seeds where it is
    expectCase(random.uniform([3]), afterClearing as Case, isNative);
  });

  test('setRandomSeed starts the shared generator again, and leaves no tensor behind', () => {
    setRandomSeed(1);
    const before = tf.memory().numTensors;
    const first = random.uniform([3]);
    setRandomSeed(1);
    const second = random.uniform([3]);
    const third = random.uniform([3]);
    expect(second.arraySync()).toEqual(first.arraySync());
    expect(third.arraySync()).not.toEqual(first.arraySync());
    tf.dispose([first, second, third]);
    setRandomSeed(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(fixture.jumps)('SeedGenerator($seed).next(false) jumps as in Keras', ({ seed, values }) => {
    const generator = random.SeedGenerator(seed);
    expect(values.map(() => Array.from(generator.next(false).dataSync()))).toEqual(values);
  });

  test.each(Object.entries(DRAWS))('%s: a generator gives other numbers at each call, a number the same', (_, draw) => {
    const generator = random.SeedGenerator(3);
    const drawn = [generator, generator, 3, 3, generator].map((seed) => String(draw(seed).dataSync()));
    expect(new Set([drawn[0], drawn[1], drawn[4]]).size).toBe(3);
    expect(drawn[2]).toBe(drawn[3]);
    expect(drawn[0]).toBe(drawn[2]); // the first number of a generator is that of its seed
    expect(Array.from(generator.state.value.dataSync())).toEqual([3, 3]);
  });

  test('parameters may be tensors, which stay the caller’s', () => {
    const [mean, alpha, logits] = [tf.tensor1d([5, 6]), tf.tensor1d([2, 3]), tf.tensor2d([[0, 1]])];
    const before = tf.memory().numTensors;
    const results = [
      random.normal([3, 2], mean, 0.1, null, 1),
      random.gamma([3, 2], alpha, null, 1),
      random.beta([3, 2], alpha, alpha, null, 1),
      random.binomial([3, 2], alpha, 0.5, 'int32', 1),
      random.categorical(logits, 3, null, 1),
      random.shuffle(mean, 0, 1),
      random.dropout(mean, 0.5, null, 1),
      random.dropout(mean, 0),
      random.uniform([3, 2], 0, mean, null, 1),
      random.truncatedNormal([3, 2], 0, alpha, null, 1),
      random.randint([3], 0, 2, null, 1),
    ];
    expect(tf.memory().numTensors).toBe(before + results.length);
    tf.dispose(results);
    expect([mean, alpha, logits].some((tensor) => tensor.isDisposed)).toBe(false);
    expect(random.gamma([2], tf.tensor1d([2, 3]), null, 1).arraySync()).toEqual(
      random.gamma([2], [2, 3], null, 1).arraySync(),
    );
  });

  test('gradients flow through shuffle, and to mean, stddev and bounds', () => {
    const x = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const weights = tf.tensor2d([
      [1, 10, 100],
      [1000, 1e4, 1e5],
    ]);
    const shuffled = random.shuffle(x, 1, 1);
    const gradient = tf.grad((input) => random.shuffle(input, 1, 1).mul(weights))(x);
    // The sum of products is the same, whether the one side or the other is shuffled.
    expect(gradient.mul(x).sum().arraySync()).toBeCloseTo(shuffled.mul(weights).sum().arraySync() as number, 0);
    expect(random.shuffle(gradient, 1, 1).arraySync()).toEqual(weights.arraySync());
    const twice = tf.grad((input) => tf.grad((inner) => random.shuffle(inner, 1, 1).square())(input))(x);
    expect(twice.arraySync()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    const numbers = random.normal([2], { seed: 1 }).dataSync();
    const [mean, stddev] = tf.grads((m, s) => random.normal([2], m, s, null, 1))([tf.scalar(0), tf.scalar(1)]);
    expect(mean?.arraySync()).toBe(2);
    expect(stddev?.arraySync()).toBeCloseTo((numbers[0] as number) + (numbers[1] as number), 5);
  });

  test('tensors whose numbers are no parameters give NaN, and end', () => {
    const [nan, infinite] = [tf.scalar(Number.NaN), tf.scalar(Number.POSITIVE_INFINITY)];
    for (const counts of [nan, infinite]) {
      expect(Array.from(random.binomial([2], counts, 0.5, null, 1).dataSync())).toEqual([Number.NaN, Number.NaN]);
      expect(Array.from(random.binomial([2], counts, 0.5, 'int32', 1).dataSync())).toEqual([0, 0]);
    }
    expect(Array.from(random.binomial([1], 3, nan, null, 1).dataSync())).toEqual([Number.NaN]);
    for (const alpha of [nan, tf.scalar(-1)]) {
      expect(Array.from(random.gamma([1], alpha, null, 1).dataSync())).toEqual([Number.NaN]);
    }
  });

  test('empty tensors keep their shape', () => {
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const shuffled = random.shuffle(tf.zeros([0, 2], dtype), 0, 1);
      expect([shuffled.shape, shuffled.dtype]).toEqual([[0, 2], dtype]);
    }
    expect(random.categorical(tf.zeros([0, 3]), 2, null, 1).shape).toEqual([0, 2]);
    expect(random.beta([0, 2], [1, 2], 1, null, 1).shape).toEqual([0, 2]);
    expect(random.dropout(tf.zeros([0, 2]), 0.5, null, 1).shape).toEqual([0, 2]);
  });
});
