import * as tf from '@tensorflow/tfjs-core';
import { statelessBinomial } from '../backend/distributions';
import { formatShape, formatValue, ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import {
  checkDtype,
  checkRange,
  checkShape,
  GREATEST,
  type Parameter,
  type Range,
  resolve,
  type SeedArgument,
  type SeedOptions,
} from './arguments';
import { endsWith } from './gamma';

/** Options of `binomial`. */
export interface BinomialOptions extends SeedOptions {
  /** Sizes of the axes; `[]` for a single number. */
  shape: readonly number[];
  /** Numbers of trials. */
  counts: Parameter;
  /** Probabilities of success. Broadcast with `counts` they have the shape of the last axes. */
  probabilities: Parameter;
  /** Default: float32. */
  dtype?: 'float32' | 'int32' | null;
}

const SIGNATURE: Signature<BinomialOptions> = {
  who: 'random.binomial',
  positional: ['shape', 'counts', 'probabilities', 'dtype', 'seed'],
  defaults: { dtype: null, seed: null },
};

const FINITE: Range = { words: 'a finite number', holds: Number.isFinite };
const INT32: Range = {
  words: `a number from ${-GREATEST - 1} to ${GREATEST} where the dtype is int32`,
  holds: (value) => Math.abs(value) <= GREATEST,
};
const NUMBER: Range = { words: 'a number', holds: (value) => !Number.isNaN(value) };

/**
 * Random numbers of a binomial distribution: successes among `counts` trials. They are Keras's, see `gamma`, and have no
 * gradient.
 *
 * A count or probability of at most 0 gives 0, and a probability of 1 or more the count, as in Keras.
 *
 * @param shape sizes of the axes @param counts finite numbers of trials @param probabilities of success; broadcast
 *   with counts, they have the shape of the last axes
 * @param dtype float32 (default) or int32 @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a shape that is not made of whole numbers, numbers that are none, shapes that do not fit, or
 *   another dtype
 * @example
 * random.binomial([5], 10, 0.5, { seed: 1 }).print(); // [3, 4, 4, 6, 6]
 * @see https://keras.io/api/random/random_ops/#binomial-function and Hörmann 1993
 */
export function binomial(
  shape: readonly number[],
  counts: Parameter,
  probabilities: Parameter,
  dtype?: 'float32' | 'int32' | null,
  seed?: SeedArgument,
): tf.Tensor;
export function binomial(
  shape: readonly number[],
  counts: Parameter,
  probabilities: Parameter,
  options?: Omit<BinomialOptions, 'shape' | 'counts' | 'probabilities'>,
): tf.Tensor;
export function binomial(shape: readonly number[], options: Omit<BinomialOptions, 'shape'>): tf.Tensor;
export function binomial(options: BinomialOptions): tf.Tensor;
export function binomial(...args: unknown[]): tf.Tensor {
  const { who } = SIGNATURE;
  const { seed = null, ...options } = resolve(SIGNATURE, args);
  const shape = checkShape(who, options.shape);
  const dtype = checkDtype(who, options.dtype, ['float32', 'int32']);
  return tf.tidy(() => {
    const counts = checkRange(who, 'counts', options.counts, dtype === 'int32' ? INT32 : FINITE);
    const probabilities = checkRange(who, 'probabilities', options.probabilities, NUMBER);
    checkShapes(who, counts, probabilities, shape);
    return statelessBinomial(shape, seed, counts, probabilities, dtype);
  });
}

function checkShapes(who: string, counts: tf.Tensor, probabilities: tf.Tensor, shape: readonly number[]): void {
  const last = broadcastShape(counts.shape, probabilities.shape);
  if (last && endsWith(shape, last)) return;
  throw new ValueError(
    `${who}: counts and probabilities must broadcast to the shape of the last axes. Received: counts of shape ` +
      `${formatShape(counts.shape)}, probabilities of shape ${formatShape(probabilities.shape)}, shape=${formatValue([...shape])}.`,
  );
}

/** The shape of two arrays broadcast together; `undefined` where they do not fit. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis + a.length - rank] ?? 1, b[axis + b.length - rank] ?? 1];
    if (p === q || q === 1) return p;
    return p === 1 ? q : -1;
  });
  return sizes.includes(-1) ? undefined : sizes;
}
