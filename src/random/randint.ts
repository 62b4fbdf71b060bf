import type * as tf from '@tensorflow/tfjs-core';
import { statelessIntegers } from '../backend/distributions';
import { ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import {
  checkDtype,
  checkInteger,
  checkShape,
  GREATEST,
  resolve,
  type SeedArgument,
  type SeedOptions,
} from './arguments';

/** Options of `randint`. */
export interface RandintOptions extends SeedOptions {
  /** Sizes of the axes; `[]` for a single number. */
  shape: readonly number[];
  /** Least number. */
  minval: number;
  /** Bound above, itself left out. */
  maxval: number;
  /** Default and only integer dtype here: int32. */
  dtype?: 'int32' | null;
}

const SIGNATURE: Signature<RandintOptions> = {
  who: 'random.randint',
  positional: ['shape', 'minval', 'maxval', 'dtype', 'seed'],
  defaults: { dtype: null, seed: null },
};

/**
 * Random whole numbers evenly spread over [minval, maxval), int32: to the bit those of Keras.
 *
 * @param shape sizes of the axes @param minval least number @param maxval bound above
 * @param dtype int32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape or bounds that are not whole numbers of int32, `minval >= maxval`, or another dtype
 * @example
 * console.log(random.randint([5], 0, 10, { seed: 1 }).arraySync()); // [ 9, 4, 0, 6, 1 ]
 * @see https://keras.io/api/random/random_ops/#randint-function
 */
export function randint(
  shape: readonly number[],
  minval: number,
  maxval: number,
  dtype?: 'int32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function randint(
  shape: readonly number[],
  minval: number,
  maxval: number,
  options?: Omit<RandintOptions, 'shape' | 'minval' | 'maxval'>,
): tf.Tensor;
export function randint(shape: readonly number[], options: Omit<RandintOptions, 'shape'>): tf.Tensor;
export function randint(options: RandintOptions): tf.Tensor;
export function randint(...args: unknown[]): tf.Tensor {
  const { who } = SIGNATURE;
  const { dtype, seed = null, ...options } = resolve(SIGNATURE, args);
  const shape = checkShape(who, options.shape);
  checkDtype(who, dtype, ['int32']);
  const minval = checkInteger(who, 'minval', options.minval, -GREATEST - 1);
  const maxval = checkInteger(who, 'maxval', options.maxval, -GREATEST - 1);
  if (minval >= maxval && !shape.includes(0)) {
    throw new ValueError(`${who}: minval must be below maxval. Received: minval=${minval}, maxval=${maxval}.`);
  }
  return statelessIntegers(shape, seed, minval, maxval);
}
