import type * as tf from '@tensorflow/tfjs-core';
import type { DataFormat } from './window';

/** Applies a function of `(batch, ..., channels)` to a tensor of either format; the result has the tensor's format. */
export function inChannelsLast(x: tf.Tensor, dataFormat: DataFormat, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (dataFormat === 'channels_last') return f(x);
  const spatial = x.shape.slice(2).map((_, i) => i + 1);
  const y = f(x.transpose([0, ...spatial.map((axis) => axis + 1), 1]));
  return y.transpose([0, spatial.length + 1, ...spatial]);
}

/** The tensor as floats; itself where it is float32. */
export function toFloat(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : x.cast('float32');
}
