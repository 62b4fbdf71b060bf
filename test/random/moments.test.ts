/** Means and variances of many numbers are those of the distribution, where the parameters change the way they are drawn. */
import * as tf from '@tensorflow/tfjs';
import * as random from '../../src/random';
import { onEachBackend } from '../ops/backends';

const N = 20_000;

/** What is drawn, with the mean and the variance of the distribution. */
const DISTRIBUTIONS: Record<string, readonly [draw: () => tf.Tensor, mean: number, variance: number]> = {
  ...Object.fromEntries(
    [0.2, 1, 3.5, 200].map((alpha) => [
      `gamma of ${alpha}`,
      [() => random.gamma([N], alpha, { seed: 1 }), alpha, alpha],
    ]),
  ),
  ...Object.fromEntries(
    [
      [0.5, 0.5],
      [2, 5],
    ].map(([a, b]) => {
      const sum = (a as number) + (b as number);
      const mean = (a as number) / sum;
      const draw = () => random.beta([N], a as number, b as number, { seed: 2 });
      return [`beta of ${a} and ${b}`, [draw, mean, (mean * (1 - mean)) / (sum + 1)]];
    }),
  ),
  ...Object.fromEntries(
    [
      [12, 0.3],
      [12, 0.9],
      [100, 0.4],
      [5000, 0.8],
    ].map(([count, p]) => {
      const mean = (count as number) * (p as number);
      const draw = () => random.binomial([N], count as number, p as number, { seed: 3 });
      return [`binomial of ${count} and ${p}`, [draw, mean, mean * (1 - (p as number))]];
    }),
  ),
  randint: [() => random.randint([N], -3, 4, { seed: 4 }), 0, 4],
  'categorical, one of two': [() => random.categorical([[0, Math.log(3)]], N, { seed: 5 }), 0.75, 0.1875],
};

onEachBackend(() => {
  test.each(Object.entries(DISTRIBUTIONS))('%s', (_, [draw, mean, variance]) => {
    const found = tf.moments(draw().cast('float32'));
    // Five standard errors; that of the variance is less than that of heavy tails.
    const error = Math.sqrt(variance / N);
    expect(Math.abs((found.mean.arraySync() as number) - mean)).toBeLessThan(5 * error);
    expect(Math.abs((found.variance.arraySync() as number) / variance - 1)).toBeLessThan(0.1);
  });
});
