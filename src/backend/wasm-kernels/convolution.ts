/** Both gradients of a convolution on WebAssembly, by the convolution that is there. */
import * as tf from '@tensorflow/tfjs-core';
import { type ConvolutionAttrs, convInfo, flip, type Shape4D, spread, type WasmMemory } from './geometry';

interface FilterGradient {
  inputs: { x: tf.TensorInfo; dy: tf.TensorInfo };
  attrs: ConvolutionAttrs & { filterShape: Shape4D };
}

interface InputGradient {
  inputs: { dy: tf.TensorInfo; filter: tf.TensorInfo };
  attrs: ConvolutionAttrs & { inputShape: Shape4D };
  backend: WasmMemory;
}

/**
 * dW[i, j, c, k] = sum over n, p, q of X[n, p s + i d, q s + j d, c] dY[n, p, q, k]: a convolution of X by dY in which
 * the sum runs over the batch, so batch and channels change places, and strides s and dilations d too.
 */
export function conv2dBackpropFilter({ inputs, attrs }: FilterGradient): tf.Tensor {
  const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
  const info = convInfo(x.shape, attrs.filterShape, attrs);
  const { padInfo: pad } = info;
  const [strides, dilations] = [
    [info.strideHeight, info.strideWidth],
    [info.dilationHeight, info.dilationWidth],
  ];
  // What the last window leaves over (negative) or reaches beyond (positive), so that the result has the filter's size.
  const bottom = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - pad.top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - pad.left;
  return tf.tidy(() => {
    const [height, width] = [info.inHeight + Math.min(bottom, 0), info.inWidth + Math.min(right, 0)];
    const seen = tf.slice(x, [0, 0, 0, 0], [info.batchSize, height, width, info.inChannels]);
    const images = tf.transpose(seen, [3, 1, 2, 0]); // (channels, height, width, batch)
    const filter = tf.transpose(dy, [1, 2, 0, 3]); // (rows, columns, batch, filters)
    const padding = [
      [0, 0],
      [pad.top, Math.max(bottom, 0)],
      [pad.left, Math.max(right, 0)],
      [0, 0],
    ];
    const swapped = { strides: dilations, dilations: strides, pad: padding, dataFormat: 'NHWC' };
    const gradient = tf.engine().runKernel('Conv2D', { x: images, filter }, swapped) as tf.Tensor4D;
    return tf.transpose(gradient, [1, 2, 0, 3]); // from (channels, filter height, filter width, filters)
  });
}

/** dX is the convolution of dY, spread out by the strides and padded, by the filter turned by 180 degrees. */
export function conv2dBackpropInput({ inputs, attrs, backend }: InputGradient): tf.Tensor {
  const filter = inputs.filter as tf.Tensor4D;
  const info = convInfo(attrs.inputShape, filter.shape, attrs);
  return tf.tidy(() => {
    const turned = tf.transpose(flip(filter), [0, 1, 3, 2]);
    const plain = {
      strides: 1,
      dilations: [info.dilationHeight, info.dilationWidth],
      pad: 'valid',
      dataFormat: 'NHWC',
    };
    return tf.engine().runKernel('Conv2D', { x: spread(inputs.dy, info, backend), filter: turned }, plain) as tf.Tensor;
  });
}
