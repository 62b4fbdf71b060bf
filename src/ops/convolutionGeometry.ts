import type * as tf from '@tensorflow/tfjs-core';
import type { Padding } from './window';

/** Everything the shapes and options of a convolution decide. */
export interface Geometry {
  /** (batch, height, width, channels) */
  inputShape: number[];
  /** (kernel height, kernel width, channels / groups, filters) */
  kernelShape: [number, number, number, number];
  /** (batch, new height, new width, filters) */
  outputShape: number[];
  strides: [number, number];
  dilations: [number, number];
  padding: Padding;
  /** Zeros [above, below] and [left, right]. */
  pads: [[number, number], [number, number]];
  groups: number;
}

/** How a convolution and its gradients are computed. */
export interface Kernels {
  convolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor;
  inputGradient(z: tf.Tensor, kernel: tf.Tensor): tf.Tensor;
  kernelGradient(x: tf.Tensor, z: tf.Tensor): tf.Tensor;
}
