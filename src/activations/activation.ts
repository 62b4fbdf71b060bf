import * as tf from '@tensorflow/tfjs-core';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { resolveOptions } from '../base/options';

/** A tensor or the nested arrays of one. */
export type ActivationInput = TensorOrArray;

/** A function from a tensor to a tensor of the same shape. */
export type ActivationFunction = (x: tf.Tensor) => tf.Tensor;

/** Runs a formula on a float32 tensor; what is made on the way is freed. */
export function apply(who: string, x: ActivationInput, formula: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.tidy(() => formula(toTensor(who, 'x', x, 'float32')));
}

/** The options of a call with the defaults filled in; unknown ones are refused. */
export function withDefaults<O extends object>(who: string, defaults: Required<O>, given: O | undefined): Required<O> {
  return resolveOptions({ who, positional: [], defaults }, given === undefined ? [] : [given]) as Required<O>;
}
