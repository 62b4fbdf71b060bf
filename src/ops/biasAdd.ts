import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, OpAttr } from '../backend/binding';
import { attr, native } from '../backend/native';
import { differentiable } from './differentiable';
import type { DataFormat } from './window';

/**
 * Adds a number to each channel.
 *
 * @param x `(batch, ..., channels)`, or `(batch, channels, ...)` with `'channels_first'`.
 * @param bias `(channels,)`
 */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor, dataFormat: DataFormat = 'channels_last'): tf.Tensor {
  const library = native();
  if (library && x.rank <= 5) return nativeBiasAdd(library, x, bias, dataFormat);
  if (dataFormat === 'channels_last') return tf.add(x, bias);
  return tf.tidy(() => tf.add(x, bias.reshape([-1, ...x.shape.slice(2).map(() => 1)])));
}

function nativeBiasAdd(library: NativeBackend, x: tf.Tensor, bias: tf.Tensor, dataFormat: DataFormat): tf.Tensor {
  const layout = dataFormat === 'channels_last' || x.rank === 2 ? 'NHWC' : 'NCHW';
  const attrs: OpAttr[] = [attr.type('T', 'float32'), attr.string('data_format', layout)];
  return differentiable(
    { x, bias },
    () => library.executeSingleOutput('BiasAdd', attrs, [x, bias]),
    (dy) => ({ x: () => dy.clone(), bias: () => biasGradient(library, attrs, dy, layout) }),
  );
}

/**
 * The sum over all axes but the channels'; differentiable again through the sum.
 *
 * It sums rows of channels: of a `dy` with the convolution's own shape, TensorFlow would make the sum part of the
 * kernel for the filter's gradient, and that takes longer than the two kernels one after the other.
 */
function biasGradient(library: NativeBackend, attrs: OpAttr[], dy: tf.Tensor, layout: 'NHWC' | 'NCHW'): tf.Tensor {
  return differentiable(
    { dy },
    () => {
      const rows = layout === 'NHWC' ? dy.reshape([-1, dy.shape.at(-1) as number]) : dy;
      return library.executeSingleOutput('BiasAddGrad', attrs, [rows]);
    },
    (dBias) => ({
      dy: () => {
        const channels = layout === 'NHWC' ? dBias : dBias.reshape([-1, ...dy.shape.slice(2).map(() => 1)]);
        return channels.broadcastTo(dy.shape);
      },
    }),
  );
}
