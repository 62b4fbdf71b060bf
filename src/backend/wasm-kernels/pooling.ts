/** The gradient of max pooling on WebAssembly, in plain loops over its memory. */
import * as tf from '@tensorflow/tfjs-core';
import type { Shape4D, WasmMemory } from './geometry';

interface MaxPoolGradient {
  inputs: { dy: tf.TensorInfo; input: tf.TensorInfo };
  attrs: {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  backend: WasmMemory;
}

/** Each dY goes to the first of the largest pixels of its window, row by row; where windows overlap these add up. */
export function maxPoolGrad({ inputs, attrs, backend }: MaxPoolGradient): tf.TensorInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = inputs.input.shape as Shape4D;
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const out = backend.makeOutput(shape, 'float32');
  const [x, dy] = [backend.typedArrayFromHeap(inputs.input), backend.typedArrayFromHeap(inputs.dy)];
  const dx = backend.typedArrayFromHeap(out).fill(0);
  let atY = 0;
  for (let row = 0; row < batchSize * outHeight; row++) {
    const firstOfImage = Math.floor(row / outHeight) * inHeight;
    const top = (row % outHeight) * info.strideHeight - padInfo.top;
    const [h0, h1] = [Math.max(top, 0), Math.min(top + info.filterHeight, inHeight)];
    for (let q = 0; q < outWidth; q++) {
      const left = q * info.strideWidth - padInfo.left;
      const [w0, w1] = [Math.max(left, 0), Math.min(left + info.filterWidth, inWidth)];
      for (let c = 0; c < inChannels; c++, atY++) {
        let largest = Number.NEGATIVE_INFINITY;
        let atLargest = -1;
        for (let h = h0; h < h1; h++) {
          let atX = ((firstOfImage + h) * inWidth + w0) * inChannels + c;
          for (let w = w0; w < w1; w++, atX += inChannels) {
            const value = x[atX] as number;
            if (atLargest < 0 || value > largest) {
              largest = value;
              atLargest = atX;
            }
          }
        }
        if (atLargest >= 0) dx[atLargest] = (dx[atLargest] as number) + (dy[atY] as number);
      }
    }
  }
  return out;
}
