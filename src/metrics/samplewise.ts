import type * as tf from '@tensorflow/tfjs';
import { applyMask } from '../losses/reduction';
import { maskOf, squeezeOrExpandToSameRank, toTensor } from '../losses/tensors';
import type { MetricInput } from './metric';

/** How axes are reduced. */
type Reduce = (x: tf.Tensor, axes: number[]) => tf.Tensor;

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** One value, and one weight, per sample: Keras's `reduce_to_samplewise_values`. */
export function samplewise(
  given: MetricInput,
  sampleWeight: MetricInput,
  reduce: Reduce,
): { values: tf.Tensor; weights: tf.Tensor | undefined } {
  const overAxes = (x: tf.Tensor, axes: number[]): tf.Tensor => (axes.length > 0 ? reduce(x, axes) : x);
  let values = toTensor(given as tf.Tensor, 'float32');
  const mask = maskOf(values);
  if (sampleWeight === null || sampleWeight === undefined) {
    return { values: overAxes(values, range(1, values.rank)), weights: undefined };
  }
  let weights = applyMask(toTensor(sampleWeight, 'float32'), mask, 'sum') as tf.Tensor;
  [values, weights] = squeezeOrExpandToSameRank(values, weights);
  const rank = weights.rank;
  values = overAxes(values, range(rank, values.rank));
  weights = weights.broadcastTo(values.shape);
  values = values.mul(weights);
  return { values: overAxes(values, range(1, values.rank)), weights: overAxes(weights, range(1, rank)) };
}
