import * as tf from '@tensorflow/tfjs-core';
import { type Seed, statelessUniform } from '../backend/random';
import { select } from './select';

/**
 * Sets a random part of `x` to zero and scales the rest, so that the expected sum stays:
 * `y = x / (1 - rate)` where a uniform number in [0, 1) is at least `rate`, else 0.
 *
 * @param x float32 of any shape
 * @param rate part that is dropped, from 0 (gives `x` itself) to 1 (gives zeros); these two draw no numbers
 * @param seed the same seed gives the same mask, the one Keras has on TensorFlow
 * @param noiseShape shape of the mask, broadcast over `x`: `[null, 1, 1, null]` drops whole channels. `null`: as in `x`
 */
export function dropout(
  x: tf.Tensor,
  rate: number,
  seed: Seed,
  noiseShape: readonly (number | null)[] | null = null,
): tf.Tensor {
  if (rate === 0) return x;
  if (rate === 1) return tf.zerosLike(x);
  return tf.tidy(() => {
    const shape = (noiseShape ?? x.shape).map((dim, axis) => dim ?? (x.shape[axis] as number));
    const keep = statelessUniform(shape, seed).greaterEqual(tf.scalar(rate));
    return select(keep, x.mul(tf.scalar(1 / (1 - rate))), 0);
  });
}
