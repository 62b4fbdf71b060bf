import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../backend/engine';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { formatShape, formatValue, ValueError } from '../base/errors';

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** Axis along which the norm is taken. Default: -1. */
  axis?: number;
  /** Order of the norm, above 0; 1 is the sum of absolute values, 2 (default) the length, `Infinity` the greatest. */
  order?: number;
}

/**
 * Divides by the norm along an axis: `y = x / (sum |x|^order)^(1 / order)`; where the norm is 0, `y = x`.
 *
 * @throws ValueError for an axis that `x` does not have, or an order that is not above 0
 * @example
 * normalize([[3, 4]]).print(); // [[0.6, 0.8]]
 * @see https://keras.io/api/utils/python_utils/#normalize-function
 */
export function normalize(x: TensorOrArray, { axis = -1, order = 2 }: NormalizeOptions = {}): tf.Tensor {
  requireReady('normalize');
  if (!(order > 0)) {
    throw new ValueError(`normalize: order must be a number above 0. Received: order=${formatValue(order)}.`);
  }
  return tf.tidy(() => {
    const values = toTensor('normalize', 'x', x, 'float32');
    if (!Number.isInteger(axis) || axis < -values.rank || axis >= values.rank) {
      throw new ValueError(
        `normalize: axis must be one of the axes of x. Received: axis=${formatValue(axis)}, x of shape ${formatShape(values.shape)}.`,
      );
    }
    const norm = normOf(values.abs(), axis, order);
    return values.div(tf.where(norm.equal(0), tf.onesLike(norm), norm));
  });
}

function normOf(sizes: tf.Tensor, axis: number, order: number): tf.Tensor {
  if (order === Number.POSITIVE_INFINITY) return sizes.max(axis, true);
  if (order === 1) return sizes.sum(axis, true);
  if (order === 2) return sizes.square().sum(axis, true).sqrt();
  return sizes
    .pow(order)
    .sum(axis, true)
    .pow(1 / order);
}
