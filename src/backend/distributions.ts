/**
 * Whole numbers, classes, gamma and binomial numbers that depend on a seed alone: by TensorFlow's stateless ops where the
 * native library is in use, which can be recorded; else in JavaScript.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { OpAttr } from './binding';
import { attr, native } from './native';
import { integerNumbers } from './philox';
import { drawSeed, pairOf, type Seed } from './random';
import { binomialNumbers, categoricalNumbers, gammaNumbers, TINY } from './samplers';

const SHAPE_ATTRS: readonly OpAttr[] = [attr.type('T', 'int32'), attr.type('Tseed', 'int32')];

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

function int32(values: number | readonly number[]): tf.Tensor {
  return typeof values === 'number' ? tf.scalar(values, 'int32') : tf.tensor1d([...values], 'int32');
}

/** Int32 numbers in [low, high), whole numbers that int32 holds; low < high unless the shape has no elements. */
export function statelessIntegers(shape: readonly number[], seed: Seed, low: number, high: number): tf.Tensor {
  return tf.tidy(() => {
    const pair = drawSeed(seed);
    const library = native();
    if (!library) return tf.tensor(integerNumbers(sizeOf(shape), pairOf(pair), low, high), [...shape], 'int32');
    const attrs = [attr.type('dtype', 'int32'), ...SHAPE_ATTRS];
    const inputs = [int32(shape), pair, int32(low), int32(high)];
    return library.executeSingleOutput('StatelessRandomUniformInt', attrs, inputs);
  });
}

/**
 * Class numbers, int32 `(rows, samples)`, each class as often as the exponential of its logit tells.
 *
 * @param logits float32 `(rows, classes)`, with at least one class
 */
export function statelessCategorical(logits: tf.Tensor, samples: number, seed: Seed): tf.Tensor {
  return tf.tidy(() => {
    const pair = drawSeed(seed);
    const library = native();
    if (library) {
      const attrs = [attr.type('T', 'float32'), attr.type('Tseed', 'int32'), attr.type('output_dtype', 'int32')];
      return library.executeSingleOutput('StatelessMultinomial', attrs, [logits, int32(samples), pair]);
    }
    const [rows, classes] = logits.shape as [number, number];
    const numbers = categoricalNumbers(logits.dataSync(), [rows, classes], samples, pairOf(pair));
    return tf.tensor(numbers, [rows, samples], 'int32');
  });
}

/**
 * Float32 gamma numbers of scale 1, without a gradient; NaN, or a number without meaning, where alpha is below 0.
 *
 * @param alpha float32, of the shape of the last axes
 */
export function statelessGamma(shape: readonly number[], seed: Seed, alpha: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const pair = drawSeed(seed);
    const library = native();
    if (!library) return tf.tensor(gammaNumbers(sizeOf(shape), pairOf(pair), alpha.dataSync()), [...shape]);
    const attrs = [attr.type('dtype', 'float32'), ...SHAPE_ATTRS];
    const numbers = library.executeSingleOutput('StatelessRandomGammaV2', attrs, [int32(shape), pair, alpha]);
    return numbers.maximum(tf.scalar(TINY));
  });
}

/**
 * Binomial numbers. Where a count is not finite or a probability NaN, the result is NaN (0 in int32).
 *
 * @param counts float32 numbers of trials @param probabilities float32; both broadcast to the shape of the last axes
 */
export function statelessBinomial(
  shape: readonly number[],
  seed: Seed,
  counts: tf.Tensor,
  probabilities: tf.Tensor,
  dtype: 'float32' | 'int32',
): tf.Tensor {
  return tf.tidy(() => {
    const pair = drawSeed(seed);
    // TensorFlow's op does not end for counts of NaN, but it looks at the probability first.
    const safe = probabilities.add(counts.mul(tf.scalar(0)));
    // In int32 it leaves the places of what is NaN as memory was; a count of 0 is 0.
    const trials = dtype === 'int32' ? tf.where(safe.isNaN(), tf.scalar(0), counts) : counts;
    const library = native();
    if (library) {
      const types = { S: 'int32', Tseed: 'int32', T: 'float32', dtype } as const;
      const attrs = Object.entries(types).map(([name, type]) => attr.type(name, type));
      return library.executeSingleOutput('StatelessRandomBinomial', attrs, [int32(shape), pair, trials, safe]);
    }
    const all = trials.broadcastTo(safe.shape);
    const numbers = binomialNumbers(sizeOf(shape), pairOf(pair), all.dataSync(), safe.dataSync());
    return tf.tensor(dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers), [...shape], dtype);
  });
}
