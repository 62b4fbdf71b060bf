import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of (yTrue - yPred)^2.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * meanSquaredError([[0, 1]], [[1, 1]]).print(); // [0.5]
 * @see https://keras.io/api/losses/
 */
export function meanSquaredError(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('mean_squared_error', yTrue, yPred, (t, p) => p.sub(t).square().mean(-1));
}

export class MeanSquaredErrorLoss extends Loss {
  static override readonly className: string = 'MeanSquaredError';

  constructor(options: LossOptions = {}) {
    super(lossOptions('MeanSquaredError', 'mean_squared_error', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredError(yTrue, yPred);
  }
}

/** `meanSquaredError` as an object, reduced to one number. */
export const MeanSquaredError = callable(MeanSquaredErrorLoss);
export type MeanSquaredError = MeanSquaredErrorLoss;
