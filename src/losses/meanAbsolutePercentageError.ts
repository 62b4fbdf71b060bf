import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { absolute } from '../ops/elementwise';
import { Loss, type LossOptions, lossOptions } from './loss';
import { EPSILON, perSample, type TensorOrArray } from './tensors';

/**
 * 100 times the mean over the last axis of |yTrue - yPred| / max(|yTrue|, 1e-7).
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * meanAbsolutePercentageError([[2, 4]], [[1, 5]]).print(); // [37.5]
 * @see https://keras.io/api/losses/
 */
export function meanAbsolutePercentageError(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('mean_absolute_percentage_error', yTrue, yPred, (t, p) =>
    absolute(t.sub(p).div(t.abs().maximum(EPSILON)))
      .mean(-1)
      .mul(100),
  );
}

export class MeanAbsolutePercentageErrorLoss extends Loss {
  static override readonly className: string = 'MeanAbsolutePercentageError';

  constructor(options: LossOptions = {}) {
    super(lossOptions('MeanAbsolutePercentageError', 'mean_absolute_percentage_error', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsolutePercentageError(yTrue, yPred);
  }
}

/** `meanAbsolutePercentageError` as an object, reduced to one number. */
export const MeanAbsolutePercentageError = callable(MeanAbsolutePercentageErrorLoss);
export type MeanAbsolutePercentageError = MeanAbsolutePercentageErrorLoss;
