import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { signedLabels } from './signedLabels';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of max(1 - yTrue yPred, 0)^2, for labels -1 and 1; labels that are all 0 or 1 are made
 * -1 and 1.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * squaredHinge([[1, 0]], [[0.5, -2]]).print(); // [0.125]
 * @see https://keras.io/api/losses/
 */
export function squaredHinge(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('squared_hinge', yTrue, yPred, (t, p) =>
    tf.scalar(1).sub(signedLabels(t).mul(p)).maximum(0).square().mean(-1),
  );
}

export class SquaredHingeLoss extends Loss {
  static override readonly className: string = 'SquaredHinge';

  constructor(options: LossOptions = {}) {
    super(lossOptions('SquaredHinge', 'squared_hinge', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return squaredHinge(yTrue, yPred);
  }
}

/** `squaredHinge` as an object, reduced to one number. */
export const SquaredHinge = callable(SquaredHingeLoss);
export type SquaredHinge = SquaredHingeLoss;
