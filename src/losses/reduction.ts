import * as tf from '@tensorflow/tfjs-core';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { doBroadcast, squeezeOrExpandToSameRank } from './tensors';

/** Names of the ways from one loss per sample to one number. */
export const REDUCTIONS = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'] as const;

/**
 * From one loss per sample to one number: the mean over all entries (`'sum_over_batch_size'`, `'mean'`), their sum,
 * their sum divided by the sum of the weights (`'mean_with_sample_weight'`); `'none'` or `null` keeps them as they are.
 */
export type Reduction = (typeof REDUCTIONS)[number] | null;

/** Refuses what is not a reduction. */
export function checkReduction(who: string, reduction: unknown): Reduction {
  if (reduction === null || REDUCTIONS.includes(reduction as never)) return reduction as Reduction;
  throw new ValueError(
    `${who}: reduction must be one of ${REDUCTIONS.map((name) => `'${name}'`).join(', ')} or null. ` +
      `Received: reduction=${formatValue(reduction)}.`,
  );
}

/** The weights of the samples, with what a mask leaves out set to zero. */
export function applyMask(
  weights: tf.Tensor | undefined,
  mask: tf.Tensor | undefined,
  reduction: Reduction,
): tf.Tensor | undefined {
  if (!mask) return weights;
  let factor = mask.cast('float32');
  if (reduction === 'mean' || reduction === 'sum_over_batch_size') {
    factor = factor.mul(tf.scalar(mask.size).divNoNan(factor.sum())); // the mean is over the entries that count
  }
  if (!weights) return factor;
  const [left, right] = squeezeOrExpandToSameRank(factor, weights);
  return left.mul(right);
}

/** Refuses weights that do not broadcast with what they weigh. */
function checkWeights(who: string, values: tf.Tensor, weights: tf.Tensor): void {
  const [a, b] = [values.shape, weights.shape];
  if (doBroadcast(a, b)) return;
  const perSample = formatShape(a.map((dim, axis) => (axis === 0 ? dim : 1)));
  throw new ValueError(
    `${who}: sampleWeight (which classWeight makes, too) must fit the losses. Received: weights of shape ` +
      `${formatShape(b)}, losses of shape ${formatShape(a)}. Give one for each loss, or shape ${perSample}.`,
  );
}

/** One number from losses per sample, weighted: Keras's `reduce_weighted_values`. */
export function reduceWeighted(
  who: string,
  values: tf.Tensor,
  sampleWeight: tf.Tensor | undefined,
  mask: tf.Tensor | undefined,
  reduction: Reduction,
): tf.Tensor {
  const weights = applyMask(sampleWeight, mask, reduction);
  if (!weights) return reduceValues(values, undefined, reduction);
  const [left, right] = squeezeOrExpandToSameRank(values, weights);
  checkWeights(who, left, right);
  return reduceValues(left.mul(right), right, reduction);
}

function reduceValues(values: tf.Tensor, weights: tf.Tensor | undefined, reduction: Reduction): tf.Tensor {
  if (reduction === null || reduction === 'none' || values.rank === 0) return values;
  if (reduction === 'sum') return values.sum();
  if (reduction === 'mean_with_sample_weight' && weights) return divideOrZero(values.sum(), weights.sum());
  return values.size === 0 ? tf.scalar(0) : values.mean();
}

/** a / b, or 0 where b is 0. Unlike `tf.divNoNan` it has a gradient, with respect to `a`. */
function divideOrZero(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return a.mul(tf.divNoNan(tf.onesLike(b), b));
}
