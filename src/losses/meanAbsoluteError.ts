import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { absolute } from '../ops/elementwise';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of |yTrue - yPred|.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * meanAbsoluteError([[0, 1]], [[2, 1]]).print(); // [1]
 * @see https://keras.io/api/losses/
 */
export function meanAbsoluteError(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('mean_absolute_error', yTrue, yPred, (t, p) => absolute(p.sub(t)).mean(-1));
}

export class MeanAbsoluteErrorLoss extends Loss {
  static override readonly className: string = 'MeanAbsoluteError';

  constructor(options: LossOptions = {}) {
    super(lossOptions('MeanAbsoluteError', 'mean_absolute_error', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsoluteError(yTrue, yPred);
  }
}

/** `meanAbsoluteError` as an object, reduced to one number. */
export const MeanAbsoluteError = callable(MeanAbsoluteErrorLoss);
export type MeanAbsoluteError = MeanAbsoluteErrorLoss;
