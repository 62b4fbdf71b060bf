import * as tf from '@tensorflow/tfjs';
import { formatValue } from '../base/errors';
import { resolveOptions } from '../base/options';

/** A tensor or the nested arrays of one. */
export type ActivationInput = tf.Tensor | tf.TensorLike;

/** A function from a tensor to a tensor of the same shape. */
export type ActivationFunction = (x: tf.Tensor) => tf.Tensor;

/** Runs a formula on a float32 tensor; what is made on the way is freed. */
export function apply(who: string, x: ActivationInput, formula: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.tidy(() => formula(floatTensor(who, x)));
}

function floatTensor(who: string, x: ActivationInput): tf.Tensor {
  if (x instanceof tf.Tensor) return x.dtype === 'float32' ? x : x.cast('float32');
  if (typeof x === 'number' || Array.isArray(x) || ArrayBuffer.isView(x))
    return tf.tensor(x as tf.TensorLike, undefined, 'float32');
  throw new TypeError(`${who}: expected a tensor or nested arrays of numbers. Received: ${formatValue(x)}.`);
}

/** The options of a call with the defaults filled in; unknown ones are refused. */
export function withDefaults<O extends object>(who: string, defaults: Required<O>, given: O | undefined): Required<O> {
  return resolveOptions({ who, positional: [], defaults }, given === undefined ? [] : [given]) as Required<O>;
}
