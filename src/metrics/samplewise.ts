import type * as tf from '@tensorflow/tfjs-core';
import { maskOf } from '../backend/companions';
import { formatShape, ValueError } from '../base/errors';
import { applyMask } from '../losses/reduction';
import { squeezeOrExpandToSameRank, toTensor } from '../losses/tensors';
import type { MetricInput } from './metric';

/** How axes are reduced. */
type Reduce = (x: tf.Tensor, axes: number[]) => tf.Tensor;

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Weights in the shape of what they weigh. */
export function broadcastWeights(who: string, weights: tf.Tensor, shape: number[]): tf.Tensor {
  const lead = shape.length - weights.rank;
  if (lead >= 0 && weights.shape.every((dim, axis) => dim === 1 || dim === shape[lead + axis])) {
    return weights.broadcastTo(shape);
  }
  throw new ValueError(
    `${who}: sampleWeight must broadcast to what it weighs. Received: weights of shape ` +
      `${formatShape(weights.shape)}, values of shape ${formatShape(shape)}. Give one for each sample.`,
  );
}

/** One value, and one weight, per sample: Keras's `reduce_to_samplewise_values`. */
export function samplewise(
  who: string,
  given: MetricInput,
  sampleWeight: MetricInput,
  reduce: Reduce,
): { values: tf.Tensor; weights: tf.Tensor | undefined } {
  const overAxes = (x: tf.Tensor, axes: number[]): tf.Tensor => (axes.length > 0 ? reduce(x, axes) : x);
  let values = toTensor(who, 'values', given, 'float32');
  const mask = maskOf(values);
  if (sampleWeight === null || sampleWeight === undefined) {
    return { values: overAxes(values, range(1, values.rank)), weights: undefined };
  }
  let weights = applyMask(toTensor(who, 'sampleWeight', sampleWeight, 'float32'), mask, 'sum') as tf.Tensor;
  [values, weights] = squeezeOrExpandToSameRank(values, weights);
  const rank = weights.rank;
  values = overAxes(values, range(rank, values.rank));
  weights = broadcastWeights(who, weights, values.shape);
  values = values.mul(weights);
  return { values: overAxes(values, range(1, values.rank)), weights: overAxes(weights, range(1, rank)) };
}
