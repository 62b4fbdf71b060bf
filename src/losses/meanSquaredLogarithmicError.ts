import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { EPSILON, perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of (log(yTrue + 1) - log(yPred + 1))^2, values below 1e-7 taken as 1e-7.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * meanSquaredLogarithmicError([[0, 1]], [[0, 3]]).print(); // [0.2402]
 * @see https://keras.io/api/losses/
 */
export function meanSquaredLogarithmicError(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('mean_squared_logarithmic_error', yTrue, yPred, (t, p) => {
    const log = (x: tf.Tensor): tf.Tensor => x.maximum(EPSILON).add(1).log();
    return log(p).sub(log(t)).square().mean(-1);
  });
}

export class MeanSquaredLogarithmicErrorLoss extends Loss {
  static override readonly className: string = 'MeanSquaredLogarithmicError';

  constructor(options: LossOptions = {}) {
    super(lossOptions('MeanSquaredLogarithmicError', 'mean_squared_logarithmic_error', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredLogarithmicError(yTrue, yPred);
  }
}

/** `meanSquaredLogarithmicError` as an object, reduced to one number. */
export const MeanSquaredLogarithmicError = callable(MeanSquaredLogarithmicErrorLoss);
export type MeanSquaredLogarithmicError = MeanSquaredLogarithmicErrorLoss;
