import * as tf from '@tensorflow/tfjs-core';
import { statelessCategorical } from '../backend/distributions';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import type { DType } from '../backend/variable';
import { formatValue, ValueError } from '../base/errors';
import type { Signature } from '../base/options';
import { checkDtype, checkInteger, resolve, type SeedArgument, type SeedOptions } from './arguments';

/** Options of `categorical`. */
export interface CategoricalOptions extends SeedOptions {
  /** `(rows, classes)`: logarithms of the probabilities of the classes, up to a number that is added to a whole row. */
  logits: TensorOrArray;
  /** Number of classes drawn for each row. */
  numSamples: number;
  /** Default: int32. */
  dtype?: DType | null;
}

const SIGNATURE: Signature<CategoricalOptions> = {
  who: 'random.categorical',
  positional: ['logits', 'numSamples', 'dtype', 'seed'],
  defaults: { dtype: null, seed: null },
};

/**
 * Random classes: `numSamples` class numbers for each row of logits, a class as often as the exponential of its logit
 * tells. Logits that are infinite or NaN stand for classes that are never drawn.
 *
 * Logits `(rows, classes)` give `(rows, numSamples)`: Keras's numbers. (Keras's own differ with the number of threads where
 * there are hundreds of rows; on `wasm` and `cpu` they are those of one thread.)
 *
 * @param logits float32 @param numSamples a whole number from 0 @param dtype of the result; default: int32
 * @param seed see `SeedOptions`; all of them also in one options object
 * @throws ValueError for logits that are not of rank 2 or have no classes
 * @example
 * console.log(random.categorical([[0, 1, 2]], 5, { seed: 1 }).arraySync()); // [ [ 0, 2, 0, 2, 2 ] ]
 * @see https://keras.io/api/random/random_ops/#categorical-function
 */
export function categorical(
  logits: TensorOrArray,
  numSamples: number,
  dtype?: DType | null,
  seed?: SeedArgument,
): tf.Tensor;
export function categorical(
  logits: TensorOrArray,
  numSamples: number,
  options?: Omit<CategoricalOptions, 'logits' | 'numSamples'>,
): tf.Tensor;
export function categorical(logits: TensorOrArray, options: Omit<CategoricalOptions, 'logits'>): tf.Tensor;
export function categorical(options: CategoricalOptions): tf.Tensor;
export function categorical(...args: unknown[]): tf.Tensor {
  const { who } = SIGNATURE;
  const { seed = null, ...options } = resolve(SIGNATURE, args);
  const numSamples = checkInteger(who, 'numSamples', options.numSamples, 0);
  const dtype = checkDtype(who, options.dtype, ['int32', 'float32', 'bool']);
  return tf.tidy(() => {
    const logits = toTensor(who, 'logits', options.logits, 'float32');
    if (logits.rank !== 2 || logits.shape[1] === 0) {
      throw new ValueError(
        `${who}: logits must be of shape (rows, classes), with at least one class. Received: logits=${formatValue(logits)}.`,
      );
    }
    const classes = statelessCategorical(logits, numSamples, seed);
    return dtype === 'int32' ? classes : dtype === 'bool' ? classes.notEqual(0) : classes.cast(dtype);
  });
}
