/** Both gradients of a depthwise convolution on WebAssembly. */
import * as tf from '@tensorflow/tfjs-core';
import {
  type Conv2DInfo,
  type ConvolutionAttrs,
  convInfo,
  flip,
  type Shape4D,
  spread,
  type WasmMemory,
} from './geometry';

interface InputGradient {
  inputs: { dy: tf.TensorInfo; filter: tf.TensorInfo };
  attrs: ConvolutionAttrs & { inputShape: Shape4D };
  backend: WasmMemory;
}

interface FilterGradient {
  inputs: { x: tf.TensorInfo; dy: tf.TensorInfo };
  attrs: ConvolutionAttrs & { filterShape: Shape4D };
  backend: WasmMemory;
}

/**
 * dX is the depthwise convolution of dY, spread out by the strides and padded, by the filter turned by 180 degrees;
 * where an input channel has several output channels, the sum of what these give.
 */
export function depthwiseBackpropInput({ inputs, attrs, backend }: InputGradient): tf.Tensor {
  const filter = inputs.filter as tf.Tensor4D;
  const [filterHeight, filterWidth, channels, multiplier] = filter.shape;
  const info = convInfo(attrs.inputShape, filter.shape, attrs, true);
  return tf.tidy(() => {
    const turned = tf.reshape(flip(filter), [filterHeight, filterWidth, channels * multiplier, 1]);
    const plain = { strides: 1, dilations: [info.dilationHeight, info.dilationWidth], pad: 'valid' };
    const x = spread(inputs.dy, info, backend);
    const each = tf.engine().runKernel('DepthwiseConv2dNative', { x, filter: turned }, plain) as tf.Tensor4D;
    if (multiplier === 1) return each;
    return tf.sum(tf.reshape(each, [...attrs.inputShape, multiplier]), -1);
  });
}

/** dW[i, j, c, m] = sum over n, p, q of X[n, p s + i d, q s + j d, c] dY[n, p, q, c M + m], in plain loops. */
export function depthwiseBackpropFilter({ inputs, attrs, backend }: FilterGradient): tf.TensorInfo {
  const info = convInfo(inputs.x.shape as Shape4D, attrs.filterShape, attrs, true);
  const out = backend.makeOutput(attrs.filterShape, 'float32');
  const [x, dy] = [backend.typedArrayFromHeap(inputs.x), backend.typedArrayFromHeap(inputs.dy)];
  const { inChannels, outChannels } = info;
  const multiplier = outChannels / inChannels;
  const stepX = info.strideWidth * inChannels;
  const dw = new Float64Array(tf.util.sizeFromShape(attrs.filterShape)); // long sums
  forEachRun(info, (startX, startY, startW, count) => {
    for (let k = 0; k < outChannels; k++) {
      let sum = 0;
      let atX = startX + Math.floor(k / multiplier);
      let atY = startY + k;
      for (let q = 0; q < count; q++) {
        sum += (x[atX] as number) * (dy[atY] as number);
        atX += stepX;
        atY += outChannels;
      }
      dw[startW + k] = (dw[startW + k] as number) + sum;
    }
  });
  backend.typedArrayFromHeap(out).set(dw);
  return out;
}

/**
 * Visits, for every row of the output and every tap of the filter, the run of output pixels whose tap falls on the
 * input: offsets of the first one in X, dY and W, and how many there are.
 */
function forEachRun(info: Conv2DInfo, visit: (x: number, y: number, w: number, count: number) => void): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, strideWidth, padInfo } = info;
  for (let row = 0; row < info.batchSize * outHeight; row++) {
    const [n, p] = [Math.floor(row / outHeight), row % outHeight];
    for (let i = 0; i < info.filterHeight; i++) {
      const h = p * info.strideHeight - padInfo.top + i * info.dilationHeight;
      if (h < 0 || h >= inHeight) continue;
      for (let j = 0; j < info.filterWidth; j++) {
        const w = j * info.dilationWidth - padInfo.left; // column of the first output pixel's tap
        const first = Math.max(0, Math.ceil(-w / strideWidth));
        const end = Math.min(outWidth, Math.ceil((inWidth - w) / strideWidth));
        if (first >= end) continue;
        const atX = ((n * inHeight + h) * inWidth + w + first * strideWidth) * inChannels;
        const atY = (row * outWidth + first) * outChannels;
        visit(atX, atY, (i * info.filterWidth + j) * outChannels, end - first);
      }
    }
  }
}
