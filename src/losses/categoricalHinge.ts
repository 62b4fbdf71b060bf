import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray } from './tensors';

/**
 * max(1 + neg - pos, 0) over the last axis: pos is the sum of yTrue yPred, neg the largest (1 - yTrue) yPred.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * categoricalHinge([[0, 1]], [[0.5, 0.75]]).print(); // [0.75]
 * @see https://keras.io/api/losses/
 */
export function categoricalHinge(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('categorical_hinge', yTrue, yPred, (t, p) => {
    const positive = t.mul(p).sum(-1);
    const negative = tf.scalar(1).sub(t).mul(p).max(-1);
    return negative.sub(positive).add(1).maximum(0);
  });
}

export class CategoricalHingeLoss extends Loss {
  static override readonly className: string = 'CategoricalHinge';

  constructor(options: LossOptions = {}) {
    super(lossOptions('CategoricalHinge', 'categorical_hinge', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalHinge(yTrue, yPred);
  }
}

/** `categoricalHinge` as an object, reduced to one number. */
export const CategoricalHinge = callable(CategoricalHingeLoss);
export type CategoricalHinge = CategoricalHingeLoss;
