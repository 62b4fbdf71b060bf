import * as tf from '@tensorflow/tfjs-core';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { formatValue, ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import { shuffle as shuffleAxis } from '../ops/shuffle';
import { checkInteger, resolve, type SeedArgument, type SeedOptions } from './arguments';

/** Options of `shuffle`. */
export interface ShuffleOptions extends SeedOptions {
  /** What is shuffled: of any dtype, at least one axis. */
  x: TensorOrArray;
  /** The axis whose entries change their places, counted from the end if below 0. Default: 0. */
  axis?: number;
}

const SIGNATURE: Signature<ShuffleOptions> = {
  who: 'random.shuffle',
  positional: ['x', 'axis', 'seed'],
  defaults: { axis: 0, seed: null },
};

/**
 * The entries of an axis in random order: a new tensor of the same shape and dtype, to the bit Keras's.
 *
 * @param x of any dtype, at least one axis @param axis default: 0
 * @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a single number, or an axis that `x` has not
 * @example
 * console.log(random.shuffle([0, 1, 2, 3, 4, 5], { seed: 1 }).arraySync()); // [ 4, 3, 5, 1, 2, 0 ]
 * @see https://keras.io/api/random/random_ops/#shuffle-function
 */
export function shuffle(x: TensorOrArray, axis?: number, seed?: SeedArgument): tf.Tensor;
export function shuffle(x: TensorOrArray, options?: Omit<ShuffleOptions, 'x'>): tf.Tensor;
export function shuffle(x: TensorOrArray, axis: number, options?: SeedOptions): tf.Tensor;
export function shuffle(options: ShuffleOptions): tf.Tensor;
export function shuffle(...args: unknown[]): tf.Tensor {
  const { who } = SIGNATURE;
  const { seed = null, ...options } = resolve(SIGNATURE, args);
  return tf.tidy(() => {
    const x = toTensor(who, 'x', options.x);
    if (x.rank === 0) {
      throw new ValueError(`${who}: x must have at least one axis. Received: x=${formatValue(options.x)}.`);
    }
    const axis = checkInteger(who, 'axis', options.axis, -x.rank, x.rank - 1);
    return shuffleAxis(x, axis < 0 ? axis + x.rank : axis, seed);
  });
}
