import * as tf from '@tensorflow/tfjs-core';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { formatValue, type Shape, ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import { dropout as drop } from '../ops/dropout';
import { broadcasts, resolve, type SeedArgument, type SeedOptions } from './arguments';

/** Options of `dropout`. */
export interface DropoutOptions extends SeedOptions {
  /** Float32 values of any shape. */
  inputs: TensorOrArray;
  /** Part of the values that is dropped, from 0 to 1. */
  rate: number;
  /** Shape of the mask; axes of size 1 drop together, `null` is the input's size. Default: the input's shape. */
  noiseShape?: Shape | null;
}

const SIGNATURE: Signature<DropoutOptions> = {
  who: 'random.dropout',
  positional: ['inputs', 'rate', 'noiseShape', 'seed'],
  defaults: { noiseShape: null, seed: null },
};

/**
 * Sets a random part of the values to 0 and scales the others by `1 / (1 - rate)`, so that the expected sum stays: to the
 * bit Keras's. A new tensor, also for the rates 0 and 1, which draw nothing.
 *
 * @param inputs float32 @param rate from 0 to 1 @param noiseShape shape of the mask; default: that of the inputs
 * @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for a rate that is not from 0 to 1, inputs that are not float32, or a noiseShape that does not
 *   broadcast to the shape of the inputs
 * @example
 * console.log(random.dropout([1, 1, 1, 1], 0.5, { seed: 1 }).arraySync()); // [ 2, 0, 2, 0 ]
 * @see https://keras.io/api/random/random_ops/#dropout-function and Srivastava et al. 2014
 */
export function dropout(inputs: TensorOrArray, rate: number, noiseShape?: Shape | null, seed?: SeedArgument): tf.Tensor;
export function dropout(
  inputs: TensorOrArray,
  rate: number,
  options?: Omit<DropoutOptions, 'inputs' | 'rate'>,
): tf.Tensor;
export function dropout(inputs: TensorOrArray, options: Omit<DropoutOptions, 'inputs'>): tf.Tensor;
export function dropout(options: DropoutOptions): tf.Tensor;
export function dropout(...args: unknown[]): tf.Tensor {
  const { who } = SIGNATURE;
  const { rate, seed = null, ...options } = resolve(SIGNATURE, args);
  if (!(typeof rate === 'number' && rate >= 0 && rate <= 1)) {
    throw new ValueError(`${who}: rate must be a number from 0 to 1. Received: rate=${formatValue(rate)}.`);
  }
  return tf.tidy(() => {
    const inputs = toTensor(who, 'inputs', options.inputs);
    if (inputs.dtype !== 'float32' && rate > 0 && rate < 1) {
      throw new ValueError(`${who}: inputs must be float32, to be scaled. Received: ${formatValue(inputs)}.`);
    }
    const noiseShape = checkNoiseShape(who, options.noiseShape, inputs);
    const outputs = drop(inputs, rate, seed, noiseShape);
    return outputs === inputs ? inputs.clone() : outputs;
  });
}

/** The shape of the mask; `null` for that of the inputs. */
function checkNoiseShape(who: string, noiseShape: unknown, inputs: tf.Tensor): number[] | null {
  if (noiseShape === null || noiseShape === undefined) return null;
  const sizes = Array.isArray(noiseShape) ? noiseShape.map((dim, axis) => dim ?? inputs.shape[axis]) : [];
  if (Array.isArray(noiseShape) && broadcasts(sizes as number[], inputs.shape)) return sizes as number[];
  throw new ValueError(
    `${who}: noiseShape must be an array of sizes, or null, that broadcasts to the shape of the inputs. ` +
      `Received: noiseShape=${formatValue(noiseShape)}, ${formatValue(inputs)}.`,
  );
}
