import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { signedLabels } from './signedLabels';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of max(1 - yTrue yPred, 0), for labels -1 and 1; labels that are all 0 or 1 are made -1
 * and 1.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * hinge([[1, 0]], [[0.5, -2]]).print(); // [0.25]
 * @see https://keras.io/api/losses/
 */
export function hinge(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('hinge', yTrue, yPred, (t, p) => tf.scalar(1).sub(signedLabels(t).mul(p)).maximum(0).mean(-1));
}

export class HingeLoss extends Loss {
  static override readonly className: string = 'Hinge';

  constructor(options: LossOptions = {}) {
    super(lossOptions('Hinge', 'hinge', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return hinge(yTrue, yPred);
  }
}

/** `hinge` as an object, reduced to one number. */
export const Hinge = callable(HingeLoss);
export type Hinge = HingeLoss;
