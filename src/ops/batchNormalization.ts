import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../backend/binding';
import { attr, native } from '../backend/native';
import { EPSILON } from '../base/epsilon';
import { differentiable } from './differentiable';

/** What normalizes, besides the statistics. */
export interface BatchNormalizationOptions {
  /** The axis whose entries are normalized each by itself. Default: the last. */
  axis?: number;
  /** Factors, `(channels,)`. Default: 1. */
  gamma?: tf.Tensor | null;
  /** Offsets, `(channels,)`. Default: 0. */
  beta?: tf.Tensor | null;
  /** Added to the variance. Default: 0.001. */
  epsilon?: number;
}

/** Normalized values, and the statistics that normalized them, each `(channels,)`. */
export interface BatchStatistics {
  output: tf.Tensor;
  mean: tf.Tensor;
  /** The mean squared distance from the mean (divided by n, not n - 1). */
  variance: tf.Tensor;
}

/** `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with given statistics. */
export function normalize(
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  options: BatchNormalizationOptions = {},
): tf.Tensor {
  return tf.tidy(() => {
    const { axis = -1, gamma, beta, epsilon = 1e-3 } = options;
    const scale = gamma ? variance.add(epsilon).rsqrt().mul(gamma) : variance.add(epsilon).rsqrt();
    const offset = beta ? beta.sub(mean.mul(scale)) : mean.mul(scale).neg();
    return x.mul(alongAxis(scale, x, axis)).add(alongAxis(offset, x, axis));
  });
}

/**
 * Normalizes with the statistics of the batch itself, as in training: the mean and variance over all axes but one.
 * The gradient goes through the output; the statistics returned are for moving averages.
 */
export function batchNormalization(x: tf.Tensor, options: BatchNormalizationOptions = {}): BatchStatistics {
  return tf.tidy(() => {
    const { axis = -1 } = options;
    const library = native();
    const last = axis === -1 || axis === x.rank - 1;
    return { ...(library && last && !isNested() ? fused(library, x, options) : generic(x, options)) };
  });
}

/**
 * Normalizes with the statistics of those entries that count.
 * @param mask true or 1 where an entry counts: the shape of `x` without its last axis.
 */
export function maskedBatchNormalization(
  x: tf.Tensor,
  mask: tf.Tensor,
  options: BatchNormalizationOptions = {},
): BatchStatistics {
  return tf.tidy(() => {
    const { axis = -1 } = options;
    const others = otherAxes(x, axis);
    const counts = mask.cast('bool').expandDims(-1).broadcastTo(x.shape);
    const total = counts.cast('float32').sum(others).add(EPSILON);
    const sumOf = (values: tf.Tensor): tf.Tensor => tf.where(counts, values, tf.zerosLike(values)).sum(others);
    const mean = sumOf(x).div(total);
    const variance = sumOf(x.sub(alongAxis(mean, x, axis)).square()).div(total);
    return { output: normalize(x, mean, variance, options), mean, variance };
  });
}

function otherAxes(x: tf.Tensor, axis: number): number[] {
  return x.shape.map((_, i) => i).filter((i) => i !== (axis + x.rank) % x.rank);
}

/** Whether a gradient of a gradient is being taken: the fused gradient has none. */
function isNested(): boolean {
  return tf.engine().state.gradientDepth > 1;
}

function generic(x: tf.Tensor, options: BatchNormalizationOptions): BatchStatistics {
  const { axis = -1 } = options;
  const others = otherAxes(x, axis);
  const mean = x.mean(others);
  // TensorFlow.js cannot take the gradient of a product of which one factor is empty.
  if (x.size === 0) return { output: x.clone(), mean, variance: mean };
  const variance = x
    .sub(alongAxis(mean, x, axis))
    .square()
    .mean(others);
  return { output: normalize(x, mean, variance, options), mean, variance };
}

/** TensorFlow's one kernel for all of it, and the one for its gradients. */
function fused(library: NativeBackend, x: tf.Tensor, options: BatchNormalizationOptions): BatchStatistics {
  const { epsilon = 1e-3 } = options;
  const channels = x.shape.at(-1) as number;
  const count = x.shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
  const gamma = options.gamma ?? tf.ones([channels]);
  const beta = options.beta ?? tf.zeros([channels]);
  const attrs = [
    attr.type('T', 'float32'),
    attr.type('U', 'float32'),
    attr.float('epsilon', epsilon),
    attr.string('data_format', 'NHWC'),
    attr.bool('is_training', true),
  ];
  const images = x.rank === 4 ? x : x.reshape([count, 1, 1, channels]);
  const empty = tf.tensor1d([]); // the statistics given, which training does not look at
  const [y, mean, spread] = differentiable(
    { images, gamma, beta },
    (save) => {
      const outputs = library.executeMultipleOutputs('FusedBatchNormV3', attrs, [images, gamma, beta, empty, empty], 6);
      save([images, gamma, ...outputs.slice(3)]);
      return outputs.slice(0, 3);
    },
    ([dy], [images, gamma, ...reserved]) => {
      const inputs = [dy, images, gamma, ...reserved] as tf.Tensor[];
      const gradients = library.executeMultipleOutputs('FusedBatchNormGradV3', attrs, inputs, 5);
      const of = (i: number) => (): tf.Tensor => gradients[i] as tf.Tensor;
      return { images: of(0), gamma: of(1), beta: of(2) };
    },
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  // `spread` is the unbiased estimate, divided by n - 1.
  return { output: y.reshape(x.shape), mean, variance: spread.sub(spread.div(count)) };
}

/** A tensor of one axis, shaped so that it lies along an axis of x. */
function alongAxis(vector: tf.Tensor, x: tf.Tensor, axis: number): tf.Tensor {
  if (axis === -1 || axis === x.rank - 1) return vector;
  return vector.reshape(x.shape.map((_, i) => (i === (axis + x.rank) % x.rank ? -1 : 1)));
}
