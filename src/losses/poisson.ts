import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { EPSILON, perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of yPred - yTrue log(yPred + 1e-7): counts against their expected values.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * poisson([[1, 0]], [[1, 2]]).print(); // [1.5]
 * @see https://keras.io/api/losses/
 */
export function poisson(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('poisson', yTrue, yPred, (t, p) => p.sub(t.mul(p.add(EPSILON).log())).mean(-1));
}

export class PoissonLoss extends Loss {
  static override readonly className: string = 'Poisson';

  constructor(options: LossOptions = {}) {
    super(lossOptions('Poisson', 'poisson', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return poisson(yTrue, yPred);
  }
}

/** `poisson` as an object, reduced to one number. */
export const Poisson = callable(PoissonLoss);
export type Poisson = PoissonLoss;
