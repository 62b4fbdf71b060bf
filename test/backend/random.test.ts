import * as tf from '@tensorflow/tfjs';
import { numpyRandom, permutation, pythonRandom, randint } from '../../src/backend/mersenneTwister';
import {
  drawSeed,
  makeDefaultSeed,
  makeOrderSeed,
  SeedGenerator,
  setRandomSeed,
  shuffledIndices,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
} from '../../src/backend/random';
import { resetNames, withScope } from '../../src/base/names';
import { dropout } from '../../src/ops/dropout';
import { setRandomSeed as setCheckedSeed } from '../../src/utils/random';
import fixture from '../fixtures/randomness.json';
import { onEachBackend } from '../ops/backends';

/** Float32 values as numbers; the fixture's are float32 to the bit once rounded. */
function valuesOf(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}
const float32 = (values: number[]): number[] => values.map(Math.fround);

function expectNear(actual: number[], expected: number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(tolerance);
  });
}

describe('the global generators', () => {
  test.each(fixture.defaultSeeds)("random.seed($seed) gives Python's randint", ({ seed, values }) => {
    const rng = pythonRandom(seed);
    expect(values.map(() => randint(rng, 1, 1e9))).toEqual(values);
    setRandomSeed(seed);
    expect(values.map(() => makeDefaultSeed())).toEqual(values);
  });

  test('seeds of orders are those of np.random.seed(n); np.random.randint(1e6)', () => {
    for (const [seed, values] of [
      [0, [985772, 305711, 435829]],
      [5, [297827, 18638, 544751]],
      [1998, [512840, 596641, 74625]],
    ] as const) {
      setRandomSeed(seed);
      expect(values.map(() => makeOrderSeed())).toEqual(values);
    }
  });

  test('the sign of the seed does not matter, as in Python', () => {
    expect(randint(pythonRandom(-42), 1, 1e9)).toBe(randint(pythonRandom(42), 1, 1e9));
  });

  test.each(fixture.permutations)("seed $seed gives NumPy's permutations", ({ seed, sizes, values }) => {
    const rng = numpyRandom(seed);
    expect(sizes.map((n) => Array.from(permutation(rng, n)))).toEqual(values);
    setRandomSeed(seed);
    expect(sizes.map((n) => Array.from(shuffledIndices(n)))).toEqual(values);
  });

  test('orders draw from another stream than seeds', () => {
    setRandomSeed(1);
    const alone = makeDefaultSeed();
    setRandomSeed(1);
    shuffledIndices(1000);
    expect(makeDefaultSeed()).toBe(alone);
  });

  test('an order holds every index once, also of nothing', () => {
    expect(Array.from(shuffledIndices(50)).sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(shuffledIndices(0)).toHaveLength(0);
  });

  test('without a seed each process gives other numbers', () => {
    jest.isolateModules(() => {
      const fresh = () => (require('../../src/backend/random') as { makeDefaultSeed(): number }).makeDefaultSeed();
      const first = fresh();
      jest.resetModules();
      expect(fresh()).not.toBe(first);
    });
  });

  test.each([-1, 2 ** 32, 1.5, Number.NaN, '1', null])('setRandomSeed refuses %p', (seed) => {
    expect(() => setCheckedSeed(seed as number)).toThrow(
      /setRandomSeed: seed must be a whole number from 0 to 4294967295\. Received: seed=/,
    );
  });
});

onEachBackend((backend) => {
  const near = backend === 'tensorflow' ? 0 : 5e-7;

  test.each(fixture.uniform)('uniform numbers equal Keras to the bit: seed $seed, shape $shape', (item) => {
    const tensor = statelessUniform(item.shape, item.seed);
    expect([tensor.shape, tensor.dtype]).toEqual([item.shape, 'float32']);
    expect(valuesOf(tensor)).toEqual(float32(item.values));
  });

  test.each(fixture.normal)('normal numbers equal Keras: seed $seed, shape $shape', ({ shape, seed, values }) => {
    expectNear(valuesOf(statelessNormal(shape, seed)), float32(values), near);
  });

  test.each(fixture.truncated)('truncated normal numbers equal Keras: seed $seed, shape $shape', (item) => {
    expectNear(valuesOf(statelessTruncatedNormal(item.shape, item.seed)), float32(item.values), near);
  });

  test('minval, maxval, mean and stddev', () => {
    const plain = valuesOf(statelessUniform([100], 4));
    const scaled = valuesOf(statelessUniform([100], 4, -3, 7));
    expect(scaled).toEqual(plain.map((value) => Math.fround(Math.fround(value * 10) - 3)));
    const normal = valuesOf(statelessNormal([100], 4));
    expect(valuesOf(statelessNormal([100], 4, 1, 2))).toEqual(normal.map((v) => Math.fround(Math.fround(v * 2) + 1)));
  });

  test('a seed may be a number, a pair or a tensor', () => {
    const expected = valuesOf(statelessUniform([9], 5));
    expect(valuesOf(statelessUniform([9], [5, 0]))).toEqual(expected);
    expect(valuesOf(statelessUniform([9], tf.tensor1d([5, 0], 'int32')))).toEqual(expected);
    expect(valuesOf(statelessUniform([9], [5, 1]))).not.toEqual(expected);
    expect(() => drawSeed(1.5)).toThrow('random: seed must be a whole number or a SeedGenerator. Received: seed=1.5.');
  });

  test.each(fixture.generators)('SeedGenerator($seed) counts as in Keras', ({ seed, draws, state }) => {
    const generator = SeedGenerator(seed);
    for (const values of draws) expect(valuesOf(statelessUniform([5], generator))).toEqual(float32(values));
    expect(valuesOf(generator.state.value)[1]).toBe(state[1]);
    expect(generator.getConfig()['seed']).toBe(seed);
  });

  test('generators without a seed follow the global one', () => {
    setRandomSeed(fixture.unseeded.seed);
    const generators = fixture.unseeded.draws.map(() => new SeedGenerator());
    fixture.unseeded.draws.forEach((values, i) => {
      expect(valuesOf(statelessUniform([3], generators[i] as SeedGenerator))).toEqual(float32(values));
    });
  });

  test.each(fixture.dropout)('dropout has the mask of Keras: $shape, rate $rate, seed $seed', (item) => {
    const { shape, rate, seed, noiseShape, values } = item;
    const x = tf.range(1, values.length + 1).reshape(shape);
    expect(valuesOf(dropout(x, rate, seed, noiseShape))).toEqual(float32(values));
    const weights = x.clone();
    const gradient = tf.grad((input) => dropout(input, rate, seed, noiseShape).mul(weights))(x);
    expectNear(valuesOf(gradient), values, 1e-4);
  });

  test('dropout has a gradient of its gradient', () => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const first = tf.grad((input) => dropout(input, 0.5, 1).square());
    const mask = valuesOf(dropout(tf.ones([4]), 0.5, 1));
    expect(valuesOf(tf.grad((input) => first(input))(x))).toEqual(mask.map((m) => 2 * m * m));
  });

  test('dropout of rate 0 and 1 draws nothing', () => {
    const generator = SeedGenerator(1);
    const x = tf.tensor1d([1, 2, 3]);
    expect(dropout(x, 0, generator)).toBe(x);
    expect(valuesOf(dropout(x, 1, generator))).toEqual([0, 0, 0]);
    expect(valuesOf(generator.state.value)).toEqual([1, 0]);
  });

  test('dropped infinities become 0', () => {
    const y = valuesOf(dropout(tf.fill([20], Number.POSITIVE_INFINITY), 0.5, 1));
    expect(new Set(y)).toEqual(new Set([0, Number.POSITIVE_INFINITY]));
  });

  test('no tensor is left over', () => {
    const generator = SeedGenerator(1);
    const x = tf.ones([8]);
    generator.state.value;
    const before = tf.memory().numTensors;
    statelessUniform([3], generator).dispose();
    statelessTruncatedNormal([3], 1, 1, 2).dispose();
    dropout(x, 0.5, generator).dispose();
    generator.next().dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('SeedGenerator', () => {
  test('names and paths are those of Keras', () => {
    resetNames();
    const [first, second] = [SeedGenerator(1), SeedGenerator({ seed: 2 })];
    const inner = withScope('dropout', () => SeedGenerator(3, { name: 'mine' }));
    expect([first, second, inner].map(({ state }) => state.path)).toEqual([
      'seed_generator/seed_generator_state',
      'seed_generator_1/seed_generator_state',
      'dropout/mine/seed_generator_state',
    ]);
    expect([first.state.trainable, first.state.dtype, first.state.shape]).toEqual([false, 'int32', [2]]);
    expect(SeedGenerator.fromConfig(inner.getConfig()).getConfig()).toEqual({ seed: 3, name: 'mine' });
  });

  test('refuses what is no whole number', () => {
    expect(() => SeedGenerator(0.5)).toThrow('SeedGenerator: seed must be a whole number');
    expect(() => SeedGenerator({ sed: 1 } as never)).toThrow("Did you mean 'seed'?");
  });
});

test('moments of many numbers', () => {
  const { mean, variance } = tf.moments(statelessNormal([200_000], 1));
  expect(mean.dataSync()[0]).toBeCloseTo(0, 2);
  expect(variance.dataSync()[0]).toBeCloseTo(1, 2);
  const uniform = statelessUniform([200_000], 1);
  expect(uniform.mean().dataSync()[0]).toBeCloseTo(0.5, 2);
  expect(statelessTruncatedNormal([200_000], 1).abs().max().dataSync()[0]).toBeLessThan(2);
});
