import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { EPSILON, perSample, type TensorOrArray } from './tensors';

/**
 * The Kullback-Leibler divergence of distributions: the sum over the last axis of yTrue log(yTrue / yPred), both
 * clipped to 1e-7..1.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * klDivergence([[1, 0]], [[0.5, 0.5]]).print(); // [0.6931]
 * @see https://keras.io/api/losses/
 */
export function klDivergence(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return perSample('kl_divergence', yTrue, yPred, (t, p) => {
    const [target, output] = [t.clipByValue(EPSILON, 1), p.clipByValue(EPSILON, 1)];
    return target.mul(target.div(output).log()).sum(-1);
  });
}

export class KLDivergenceLoss extends Loss {
  static override readonly className: string = 'KLDivergence';

  constructor(options: LossOptions = {}) {
    super(lossOptions('KLDivergence', 'kl_divergence', {}, [options]));
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return klDivergence(yTrue, yPred);
  }
}

/** `klDivergence` as an object, reduced to one number. */
export const KLDivergence = callable(KLDivergenceLoss);
export type KLDivergence = KLDivergenceLoss;
