import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of log(cosh(yPred - yTrue)): a square near 0, an absolute value far from it.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * logCosh([[0, 0]], [[1, 0]]).print(); // [0.2169]
 * @see https://keras.io/api/losses/
 */
export function logCosh(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('log_cosh', yTrue, yPred, (t, p) => {
    const error = p.sub(t);
    return error.add(error.mul(-2).softplus()).sub(Math.LN2).mean(-1);
  });
}

export class LogCoshLoss extends Loss {
  static override readonly className: string = 'LogCosh';

  constructor(options: LossOptions = {}) {
    super(lossOptions('LogCosh', 'log_cosh', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return logCosh(yTrue, yPred);
  }
}

/** `logCosh` as an object, reduced to one number. */
export const LogCosh = callable(LogCoshLoss);
export type LogCosh = LogCoshLoss;
