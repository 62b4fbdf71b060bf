import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray, unitVectors } from './tensors';

/**
 * Minus the cosine of the angle between yTrue and yPred along an axis: -1 for the same direction, 1 for the opposite.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @param options `axis`: the axis of the vectors. Default: -1
 * @returns (batch, ...)
 * @example
 * cosineSimilarity([[0, 1], [1, 1]], [[0, 2], [-1, -1]]).print(); // [-1, 1]
 * @see https://keras.io/api/losses/regression_losses/
 */
export function cosineSimilarity(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: { axis?: number } = {},
): tf.Tensor {
  const { axis = -1 } = options;
  return perSample('cosine_similarity', yTrue, yPred, (t, p) =>
    unitVectors(t, axis).mul(unitVectors(p, axis)).sum(axis).neg(),
  );
}

/** Arguments of `CosineSimilarity`. */
export interface CosineSimilarityOptions extends LossOptions {
  /** The axis of the vectors. Default: -1. */
  axis?: number;
}

export class CosineSimilarityLoss extends Loss {
  static override readonly className: string = 'CosineSimilarity';
  readonly axis: number;

  constructor(
    ...args: [axisOrOptions?: number | CosineSimilarityOptions, options?: Omit<CosineSimilarityOptions, 'axis'>]
  ) {
    const options = lossOptions<CosineSimilarityOptions>('CosineSimilarity', 'cosine_similarity', { axis: -1 }, args, [
      'axis',
    ]);
    super(options);
    this.axis = options.axis;
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return cosineSimilarity(yTrue, yPred, { axis: this.axis });
  }
}

/** `cosineSimilarity` as an object, reduced to one number. As in Keras, the config does not hold `axis`. */
export const CosineSimilarity = callable(CosineSimilarityLoss);
export type CosineSimilarity = CosineSimilarityLoss;
