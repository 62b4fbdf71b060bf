import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, OpAttr } from '../backend/binding';
import { attr, native } from '../backend/native';
import type { Geometry, Kernels } from './convolutionGeometry';
import { nativeConvolutionSupports } from './convolutionProbe';

/** TensorFlow's own kernels for a convolution; `undefined` where it has none. */
export function nativeKernels(g: Geometry): Kernels | undefined {
  const library = native();
  if (library === undefined || crashes(g) || isWrong(g)) return undefined;
  const dilated = g.dilations.some((rate) => rate !== 1);
  const { dilation, groups } = nativeConvolutionSupports();
  if ((g.groups === 1 || groups) && (!dilated || dilation)) {
    return kernelsOf(library, g, ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'], g.kernelShape);
  }
  const [, , perGroup, filters] = g.kernelShape;
  if (perGroup !== 1 || dilated || g.strides[0] !== g.strides[1]) return undefined;
  const [height, width] = g.kernelShape;
  const shape = [height, width, g.groups, filters / g.groups];
  const names = ['', 'BackpropInput', 'BackpropFilter'].map((part) => `DepthwiseConv2dNative${part}`);
  return kernelsOf(library, g, names as [string, string, string], shape);
}

/**
 * TensorFlow 2.19 with oneDNN overwrites memory in the kernel gradient of a 1 x 1 kernel with two different strides:
 * the process dies some steps later, also in Python.
 */
function crashes({ kernelShape, strides }: Geometry): boolean {
  return kernelShape[0] === 1 && kernelShape[1] === 1 && strides[0] !== strides[1];
}

/** TensorFlow 2.19 with oneDNN gets a single column of windows wrong where one channel meets a stride along the width. */
function isWrong({ kernelShape, outputShape, strides }: Geometry): boolean {
  return kernelShape[2] === 1 && strides[0] === 1 && strides[1] !== 1 && outputShape[2] === 1;
}

/** @param kernelShape shape that the native ops want the kernel in. */
function kernelsOf(
  library: NativeBackend,
  g: Geometry,
  names: readonly [string, string, string],
  kernelShape: number[],
): Kernels {
  const [forward, backInput, backKernel] = names;
  const run = (op: string, inputs: tf.Tensor[]): tf.Tensor => library.executeSingleOutput(op, attributes(g), inputs);
  const fit = (kernel: tf.Tensor, shape: number[]): tf.Tensor =>
    kernelShape === g.kernelShape ? kernel : kernel.reshape(shape);
  const sizes = (shape: number[]): tf.Tensor => tf.tensor1d(shape, 'int32');
  return {
    convolve: (x, kernel) => run(forward, [x, fit(kernel, kernelShape)]),
    inputGradient: (dy, kernel) => run(backInput, [sizes(g.inputShape), fit(kernel, kernelShape), dy]),
    kernelGradient: (x, dy) => fit(run(backKernel, [x, sizes(kernelShape), dy]), g.kernelShape),
  };
}

function attributes({ strides, dilations, padding }: Geometry): OpAttr[] {
  return [
    attr.type('T', 'float32'),
    attr.int('strides', [1, ...strides, 1]),
    attr.int('dilations', [1, ...dilations, 1]),
    attr.string('padding', padding.toUpperCase()),
    attr.string('data_format', 'NHWC'),
  ];
}
