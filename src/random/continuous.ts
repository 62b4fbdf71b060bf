import * as tf from '@tensorflow/tfjs-core';
import { statelessNormal, statelessTruncatedNormal, statelessUniform } from '../backend/random';
import type { Signature } from '../base/options';
import {
  checkDtype,
  checkParameter,
  checkShape,
  type FloatOptions,
  type Parameter,
  resolve,
  type SeedArgument,
} from './arguments';

/** Options of `normal` and `truncatedNormal`. */
export interface NormalOptions extends FloatOptions {
  /** Default: 0. */
  mean?: Parameter;
  /** Standard deviation. Default: 1. */
  stddev?: Parameter;
}

const NORMAL: Signature<NormalOptions> = {
  who: 'random.normal',
  positional: ['shape', 'mean', 'stddev', 'dtype', 'seed'],
  defaults: { mean: 0, stddev: 1, dtype: null, seed: null },
};
const TRUNCATED: Signature<NormalOptions> = { ...NORMAL, who: 'random.truncatedNormal' };

function drawNormal(draw: typeof statelessNormal, signature: Signature<NormalOptions>, args: unknown[]): tf.Tensor {
  const { who } = signature;
  const { mean, stddev, dtype, seed = null, ...options } = resolve(signature, args);
  const shape = checkShape(who, options.shape);
  checkDtype(who, dtype, ['float32']);
  return tf.tidy(() =>
    draw(shape, seed, checkParameter(who, 'mean', mean, shape), checkParameter(who, 'stddev', stddev, shape)),
  );
}

/**
 * Random numbers of a normal distribution, float32: to the bit those of Keras on the native library, elsewhere to the
 * rounding of logarithm, sine and cosine.
 *
 * @param shape sizes of the axes @param mean default: 0 @param stddev standard deviation; default: 1
 * @param dtype float32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape that is not made of whole numbers, another dtype, or a mean or stddev that does not
 *   broadcast to the shape
 * @example
 * random.normal([2], { seed: 1 }).print(); // [0.126650, -0.493017]
 * random.normal([2], 10, 5, 'float32', 1).print(); // [10.633251, 7.534917]
 * @see https://keras.io/api/random/random_ops/#normal-function
 */
export function normal(
  shape: readonly number[],
  mean?: Parameter,
  stddev?: Parameter,
  dtype?: 'float32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function normal(
  shape: readonly number[],
  mean: Parameter,
  stddev: Parameter,
  options: Omit<NormalOptions, 'shape' | 'mean' | 'stddev'>,
): tf.Tensor;
export function normal(shape: readonly number[], options?: Omit<NormalOptions, 'shape'>): tf.Tensor;
export function normal(options: NormalOptions): tf.Tensor;
export function normal(...args: unknown[]): tf.Tensor {
  return drawNormal(statelessNormal, NORMAL, args);
}

/**
 * Random numbers of a normal distribution, those more than two standard deviations from the mean drawn again; otherwise
 * as `normal`.
 *
 * @example
 * random.truncatedNormal([2], { stddev: 3, seed: 1 }).print(); // [0.379951, -1.479050]
 * @see https://keras.io/api/random/random_ops/#truncatednormal-function
 */
export function truncatedNormal(
  shape: readonly number[],
  mean?: Parameter,
  stddev?: Parameter,
  dtype?: 'float32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function truncatedNormal(
  shape: readonly number[],
  mean: Parameter,
  stddev: Parameter,
  options: Omit<NormalOptions, 'shape' | 'mean' | 'stddev'>,
): tf.Tensor;
export function truncatedNormal(shape: readonly number[], options?: Omit<NormalOptions, 'shape'>): tf.Tensor;
export function truncatedNormal(options: NormalOptions): tf.Tensor;
export function truncatedNormal(...args: unknown[]): tf.Tensor {
  return drawNormal(statelessTruncatedNormal, TRUNCATED, args);
}

/** Options of `uniform`. */
export interface UniformOptions extends FloatOptions {
  /** Least number. Default: 0. */
  minval?: Parameter;
  /** Bound above, itself left out. Default: 1. */
  maxval?: Parameter;
}

const UNIFORM: Signature<UniformOptions> = {
  who: 'random.uniform',
  positional: ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  defaults: { minval: 0, maxval: 1, dtype: null, seed: null },
};

/**
 * Random numbers evenly spread over [minval, maxval), float32: to the bit those of Keras. For whole numbers see `randint`.
 *
 * @param shape sizes of the axes @param minval least number; default: 0 @param maxval bound above; default: 1
 * @param dtype float32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape that is not made of whole numbers, another dtype, or bounds that do not broadcast to the
 *   shape
 * @example
 * random.uniform([2], { seed: 1 }).print(); // [0.878488, 0.459980]
 * random.uniform([2], -1, 1, 'float32', 1).print(); // [0.756976, -0.080040]
 * @see https://keras.io/api/random/random_ops/#uniform-function
 */
export function uniform(
  shape: readonly number[],
  minval?: Parameter,
  maxval?: Parameter,
  dtype?: 'float32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function uniform(
  shape: readonly number[],
  minval: Parameter,
  maxval: Parameter,
  options: Omit<UniformOptions, 'shape' | 'minval' | 'maxval'>,
): tf.Tensor;
export function uniform(shape: readonly number[], options?: Omit<UniformOptions, 'shape'>): tf.Tensor;
export function uniform(options: UniformOptions): tf.Tensor;
export function uniform(...args: unknown[]): tf.Tensor {
  const { who } = UNIFORM;
  const { minval, maxval, dtype, seed = null, ...options } = resolve(UNIFORM, args);
  const shape = checkShape(who, options.shape);
  checkDtype(who, dtype, ['float32']);
  return tf.tidy(() => {
    const [low, high] = [checkParameter(who, 'minval', minval, shape), checkParameter(who, 'maxval', maxval, shape)];
    return statelessUniform(shape, seed, low, high);
  });
}
