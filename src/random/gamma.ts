import * as tf from '@tensorflow/tfjs-core';
import { statelessGamma } from '../backend/distributions';
import { drawSeed } from '../backend/random';
import type { Signature } from '../base/options';
import {
  broadcasts,
  checkDtype,
  checkRange,
  checkShape,
  type FloatOptions,
  misfit,
  type Parameter,
  type Range,
  resolve,
  type SeedArgument,
} from './arguments';

/** Options of `gamma`. */
export interface GammaOptions extends FloatOptions {
  /** From 0; an array has the shape of the last axes. */
  alpha: Parameter;
}

const FROM_0: Range = { words: 'a number from 0', holds: (value) => value >= 0 };

const GAMMA: Signature<GammaOptions> = {
  who: 'random.gamma',
  positional: ['shape', 'alpha', 'dtype', 'seed'],
  defaults: { dtype: null, seed: null },
};

/**
 * Random numbers of a gamma distribution of scale 1, float32: Keras's; they have no gradient.
 *
 * The native library computes them in float64, `wasm` and `cpu` do the same in JavaScript. The numbers are equal to the bit
 * but for the rare ones where `log`, `sin`, `cos` or `pow` of the two differ in the last of 53 bits and float32 shows it.
 *
 * @param shape sizes of the axes @param alpha from 0, a number or an array of the shape of the last axes
 * @param dtype float32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape that is not made of whole numbers, an alpha below 0 or of another shape, or another dtype
 * @example
 * random.gamma([2], 2.5, { seed: 1 }).print(); // [3.703337, 2.505661]
 * @see https://keras.io/api/random/random_ops/#gamma-function and Marsaglia and Tsang 2000
 */
export function gamma(
  shape: readonly number[],
  alpha: Parameter,
  dtype?: 'float32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function gamma(
  shape: readonly number[],
  alpha: Parameter,
  options?: Omit<GammaOptions, 'shape' | 'alpha'>,
): tf.Tensor;
export function gamma(shape: readonly number[], options: Omit<GammaOptions, 'shape'>): tf.Tensor;
export function gamma(options: GammaOptions): tf.Tensor;
export function gamma(...args: unknown[]): tf.Tensor {
  const { who } = GAMMA;
  const { dtype, seed = null, ...options } = resolve(GAMMA, args);
  const shape = checkShape(who, options.shape);
  checkDtype(who, dtype, ['float32']);
  return tf.tidy(() => {
    const alpha = checkRange(who, 'alpha', options.alpha, FROM_0);
    if (!endsWith(shape, alpha.shape)) throw misfit(who, 'alpha', 'must have the shape of the last axes', alpha, shape);
    return statelessGamma(shape, seed, alpha);
  });
}

/** Whether the last axes of a shape are another shape. */
export function endsWith(shape: readonly number[], last: readonly number[]): boolean {
  const skipped = shape.length - last.length;
  return skipped >= 0 && last.every((dim, axis) => dim === shape[axis + skipped]);
}

/** Options of `beta`. */
export interface BetaOptions extends FloatOptions {
  /** First parameter, from 0. */
  alpha: Parameter;
  /** Second parameter, from 0. */
  beta: Parameter;
}

const BETA: Signature<BetaOptions> = {
  who: 'random.beta',
  positional: ['shape', 'alpha', 'beta', 'dtype', 'seed'],
  defaults: { dtype: null, seed: null },
};
/** What Keras adds to a seed for the second of two gamma numbers. */
const SECOND_SEED = 12;

/**
 * Random numbers of a beta distribution, float32: `a / (a + b)` of two gamma numbers, Keras's; see `gamma`.
 *
 * @param shape sizes of the axes @param alpha from 0 @param beta from 0; both broadcast to the shape
 * @param dtype float32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape that is not made of whole numbers, an alpha or beta below 0 or of a shape that does not
 *   broadcast, or another dtype
 * @example
 * random.beta([2], 2, [1, 3], { seed: 1 }).print(); // [0.649034, 0.464593]
 * @see https://keras.io/api/random/random_ops/#beta-function
 */
export function beta(
  shape: readonly number[],
  alpha: Parameter,
  beta: Parameter,
  dtype?: 'float32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function beta(
  shape: readonly number[],
  alpha: Parameter,
  beta: Parameter,
  options?: Omit<BetaOptions, 'shape' | 'alpha' | 'beta'>,
): tf.Tensor;
export function beta(shape: readonly number[], options: Omit<BetaOptions, 'shape'>): tf.Tensor;
export function beta(options: BetaOptions): tf.Tensor;
export function beta(...args: unknown[]): tf.Tensor {
  const { who } = BETA;
  const { dtype, seed = null, ...options } = resolve(BETA, args);
  const shape = checkShape(who, options.shape);
  checkDtype(who, dtype, ['float32']);
  return tf.tidy(() => {
    const [a, b] = (['alpha', 'beta'] as const).map((what) => {
      const parameter = checkRange(who, what, options[what], FROM_0);
      if (broadcasts(parameter.shape, shape)) return parameter.broadcastTo(shape);
      throw misfit(who, what, 'must broadcast to shape', parameter, shape);
    }) as [tf.Tensor, tf.Tensor];
    const pair = drawSeed(seed);
    const first = statelessGamma(shape, pair, a);
    const second = statelessGamma(shape, pair.add(tf.scalar(SECOND_SEED, 'int32')), b);
    return first.div(first.add(second));
  });
}
