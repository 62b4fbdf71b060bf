/** What the gradients of all convolutions on WebAssembly share. */
import * as tf from '@tensorflow/tfjs-core';

export type Shape4D = [number, number, number, number];
export type Conv2DInfo = tf.backend_util.Conv2DInfo;

/** Attributes of the gradient kernels; `dilations` is ours where TensorFlow.js has none. Channels are last. */
export interface ConvolutionAttrs {
  strides: number | [number, number];
  dilations?: number | [number, number];
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The parts of TensorFlow.js's WebAssembly backend that kernels written here use. */
export interface WasmMemory {
  /** Room for a tensor, of unknown contents. It may move the memory: look at the arrays afterwards. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** The values of a tensor, in place. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** Sizes and paddings of a convolution. */
export function convInfo(input: Shape4D, filter: Shape4D, attrs: ConvolutionAttrs, depthwise = false): Conv2DInfo {
  const { strides, dilations = 1, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode, depthwise);
}

/** A filter turned by 180 degrees. */
export function flip(filter: tf.Tensor4D): tf.Tensor4D {
  return tf.reverse(filter, [0, 1]);
}

/**
 * dY with its pixels `strides` apart and zeros between and around them, so that a window of the filter's size, moved
 * one by one, stands at every pixel of X. Pixels whose window sees nothing of X fall outside and are left out.
 */
export function spread(dy: tf.TensorInfo, info: Conv2DInfo, backend: WasmMemory): tf.Tensor4D {
  const { batchSize, outHeight, outWidth, outChannels, strideHeight, strideWidth, padInfo } = info;
  const height = info.inHeight + info.effectiveFilterHeight - 1;
  const width = info.inWidth + info.effectiveFilterWidth - 1;
  const [top, left] = [info.effectiveFilterHeight - 1 - padInfo.top, info.effectiveFilterWidth - 1 - padInfo.left];
  const out = backend.makeOutput([batchSize, height, width, outChannels], 'float32');
  const from = backend.typedArrayFromHeap(dy);
  const to = backend.typedArrayFromHeap(out).fill(0);
  for (let n = 0; n < batchSize; n++) {
    for (let p = 0; p < outHeight; p++) {
      const row = p * strideHeight + top;
      if (row < 0 || row >= height) continue;
      for (let q = 0; q < outWidth; q++) {
        const column = q * strideWidth + left;
        if (column < 0 || column >= width) continue;
        const source = ((n * outHeight + p) * outWidth + q) * outChannels;
        const target = ((n * height + row) * width + column) * outChannels;
        for (let k = 0; k < outChannels; k++) to[target + k] = from[source + k] as number;
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor4D;
}
