/** Random functions inside recorded steps: the numbers are those of eager calls, and generators go on from step to step. */
import * as tf from '@tensorflow/tfjs';
import { layers, random, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { graphOf } from '../graph/recorded';
import { expectSameTraining } from '../models/compiledSupport';
import { filled } from '../ops/backends';

beforeAll(() => ready());

type Seed = random.SeedGenerator | null;
type Draw = (x: tf.Tensor, seed: Seed) => tf.Tensor;

/** Positive numbers of the last axis of `x`. */
const positive = (x: tf.Tensor): tf.Tensor => x.mean(0).abs().add(0.5);

/** Each function, with sizes and parameters that come from `x`, of shape (batch, 6). */
const DRAWS: Record<string, Draw> = {
  normal: (x, seed) => random.normal(x.shape, x, x.square(), null, seed),
  truncatedNormal: (x, seed) => random.truncatedNormal([x.shape[0] as number, 2], { stddev: 2, seed }),
  uniform: (x, seed) => random.uniform(x.shape, x.neg(), x, null, seed),
  randint: (x, seed) => random.randint([3, x.shape[0] as number], -5, 5, { seed }),
  categorical: (x, seed) => random.categorical(x, 4, { seed }),
  'categorical, float32': (x, seed) => random.categorical(x, 4, 'float32', seed),
  gamma: (x, seed) => random.gamma(x.shape, positive(x), { seed }),
  'gamma of one alpha': (x, seed) => random.gamma(x.shape, 0.7, { seed }),
  beta: (x, seed) => random.beta(x.shape, positive(x), 2, { seed }),
  binomial: (x, seed) => random.binomial(x.shape, positive(x).mul(40), 0.4, { seed }),
  'binomial, int32': (x, seed) => random.binomial(x.shape, 40, positive(x).mul(0.3), 'int32', seed),
  'shuffle of the batch': (x, seed) => random.shuffle(x, 0, seed),
  'shuffle of features': (x, seed) => random.shuffle(x, 1, seed),
  'shuffle and its gradient': (x, seed) => tf.grad((t) => random.shuffle(t, 1, seed).mul(x))(x),
  dropout: (x, seed) => random.dropout(x, 0.4, [null, 1], seed),
};

/** Runs a recorded function and an eager one on batches of several sizes, and expects the same numbers, never twice. */
function expectSame(draw: Draw, inGraph: Seed, outside: () => Seed): void {
  const graph = graphOf(
    (x) => draw(x as tf.Tensor, inGraph),
    (batch) => [filled([batch, 6])],
  );
  const batches = [5, 1, 5].map((batch) => filled([batch, 6]));
  const recorded = batches.map((x) => graph.run([x])[0] as tf.Tensor);
  const seed = outside();
  const eager = batches.map((x) => draw(x, seed));
  recorded.forEach((tensor, i) => {
    const wanted = eager[i] as tf.Tensor;
    expect([tensor.shape, tensor.dtype]).toEqual([wanted.shape, wanted.dtype]);
    expect(Array.from(tensor.dataSync())).toEqual(Array.from(wanted.dataSync()));
  });
  expect(recorded[0]?.arraySync()).not.toEqual(recorded[2]?.arraySync());
  graph.dispose();
}

test.each(Object.entries(DRAWS))('%s, from a generator', (_, draw) => {
  expectSame(draw, random.SeedGenerator(3), () => random.SeedGenerator(3));
});

test.each(Object.entries(DRAWS))('%s, without a seed', (_, draw) => {
  utils.setRandomSeed(9);
  expectSame(draw, null, () => {
    utils.setRandomSeed(9);
    return null;
  });
});

test('a recorded step goes on with its numbers when the seed is set anew, as in Keras', () => {
  utils.setRandomSeed(9);
  const graph = graphOf(
    (x) => random.uniform(x.shape, { seed: null }),
    (batch) => [tf.ones([batch])],
  );
  const next = (): number[] => Array.from((graph.run([tf.ones([3])])[0] as tf.Tensor).dataSync());
  const first = next();
  utils.setRandomSeed(9);
  expect(next()).not.toEqual(first);
  expect(Array.from(random.uniform([3]).dataSync())).toEqual(first);
  graph.dispose();
});

/** Adds noise of every kind to its inputs in training. */
class Noise extends layers.Layer {
  static override readonly className = 'Noise';
  readonly seedGenerator: random.SeedGenerator | undefined;

  constructor(seed: number | null) {
    super();
    this.seedGenerator = seed === null ? undefined : random.SeedGenerator(seed);
  }

  override call(x: tf.Tensor, { training }: { training?: boolean }): tf.Tensor {
    if (!training) return x;
    return Object.values(DRAWS).reduce(
      (sum, draw) =>
        sum.add(
          draw(x, this.seedGenerator ?? null)
            .cast('float32')
            .mean()
            .mul(0.1),
        ),
      x,
    );
  }

  override computeOutputShape(shape: readonly (number | null)[]): readonly (number | null)[] {
    return shape;
  }
}

test.each([
  ['a generator', 5],
  ['the generator of all', null],
])('a layer that draws from %s trains compiled as eagerly', (_, seed) =>
  expectSameTraining({
    model: () =>
      Sequential([layers.Input({ shape: [6] }), layers.Dense(6), new Noise(seed as number | null), layers.Dense(1)]),
    compile: () => ({ optimizer: 'sgd', loss: 'mse' }),
    x: filled([20, 6]),
    y: filled([20, 1], 2),
  }),
);
