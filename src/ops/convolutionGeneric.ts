/** The convolution kernels of every backend, from the one that all of them have: forward convolution. */
import * as tf from '@tensorflow/tfjs-core';
import type { Geometry, Kernels } from './convolutionGeometry';
import { spanOf } from './window';

type Pair = [number, number];
type Pads = [Pair, Pair];

/** Strides, dilations and zeros around of one run of the backend's kernel. */
interface Run {
  strides: Pair;
  dilations: Pair;
  pads: Pads;
}

/** The three kernels of a convolution. */
export function genericKernels(g: Geometry): Kernels {
  if (g.groups === 1) return { convolve: dense(g), inputGradient: denseInput(g), kernelGradient: denseKernel(g) };
  if (g.kernelShape[2] === 1 && hasDepthwise(g)) {
    return { convolve: depthwise(g), inputGradient: depthwiseInput(g), kernelGradient: depthwiseKernel(g) };
  }
  return grouped(g);
}

/** Whether the backend's depthwise kernel does this one: all but the native one do, unless strides meet dilations. */
function hasDepthwise({ strides, dilations }: Geometry): boolean {
  const plain = (pair: Pair): boolean => pair[0] === 1 && pair[1] === 1;
  return tf.getBackend() !== 'tensorflow' && (plain(strides) || plain(dilations));
}

/** The backend's kernel, past the op's checks: `tf.conv2d` refuses strides together with dilations, `Conv2D` does both. */
function run(name: 'Conv2D' | 'DepthwiseConv2dNative', x: tf.Tensor, filter: tf.Tensor, options: Run): tf.Tensor {
  const { strides, dilations, pads } = options;
  if (tf.getBackend() === 'tensorflow') return runNative(x, filter, options);
  const attrs = { strides, dilations, pad: [[0, 0], ...pads, [0, 0]], dataFormat: 'NHWC' };
  return tf.engine().runKernel(name, { x, filter }, attrs) as tf.Tensor;
}

/**
 * Two faults of TensorFlow 2.19 with oneDNN are avoided. Explicit padding together with dilation ends the process, so
 * the zeros are put around before. A single column of windows is wrong where one channel meets a stride along the width;
 * one column needs no stride, once the image is cut to its width.
 */
function runNative(x: tf.Tensor, filter: tf.Tensor, { strides, dilations, pads }: Run): tf.Tensor {
  const padded = pads.flat().some((zeros) => zeros > 0) ? x.pad([[0, 0], ...pads, [0, 0]]) : x;
  const [batch, height, width, channels] = padded.shape as [number, number, number, number];
  const span = spanOf({ size: filter.shape[1] as number, stride: 1, dilation: dilations[1] });
  const isOneColumn = strides[1] > 1 && width < span + strides[1];
  const image = isOneColumn ? padded.slice([0, 0, 0, 0], [batch, height, span, channels]) : padded;
  const attrs = { strides: isOneColumn ? [strides[0], 1] : strides, dilations, pad: 'valid', dataFormat: 'NHWC' };
  return tf.engine().runKernel('Conv2D', { x: image, filter }, attrs) as tf.Tensor;
}

function dense(g: Geometry): Kernels['convolve'] {
  return (x, kernel) => run('Conv2D', x, kernel, g);
}

/** dx = the stretched z, convolved with the kernel turned around, its channels and filters exchanged. */
function denseInput(g: Geometry): Kernels['inputGradient'] {
  return (z, kernel) => {
    const turned = kernel.reverse([0, 1]).transpose([0, 1, 3, 2]);
    return run('Conv2D', stretch(z, g), turned, { strides: [1, 1], dilations: g.dilations, pads: transposedPads(g) });
  };
}

/**
 * dk = a convolution with the examples as channels, the channels as examples, z as the kernel,
 * and strides and dilations exchanged: in i s + a d, the positions i and the taps a have changed places.
 */
function denseKernel(g: Geometry): Kernels['kernelGradient'] {
  const [height, width, channels, filters] = g.kernelShape;
  return (x, z) =>
    run('Conv2D', x.transpose([3, 1, 2, 0]), z.transpose([1, 2, 0, 3]), exchanged(g))
      .slice([0, 0, 0, 0], [channels, height, width, filters])
      .transpose([1, 2, 0, 3]);
}

function depthwise(g: Geometry): Kernels['convolve'] {
  const [height, width, , filters] = g.kernelShape;
  return (x, kernel) =>
    run('DepthwiseConv2dNative', x, kernel.reshape([height, width, g.groups, filters / g.groups]), g);
}

/** As `denseInput`, each filter by itself; then the sum over the filters of a channel. */
function depthwiseInput(g: Geometry): Kernels['inputGradient'] {
  const [height, width, , filters] = g.kernelShape;
  return (z, kernel) => {
    const turned = kernel.reverse([0, 1]).reshape([height, width, filters, 1]);
    const options = { strides: [1, 1] as Pair, dilations: g.dilations, pads: transposedPads(g) };
    const parts = run('DepthwiseConv2dNative', stretch(z, g), turned, options);
    if (filters === g.groups) return parts;
    return parts.reshape([...g.inputShape, filters / g.groups]).sum(-1);
  };
}

/** As `denseKernel`, each example and channel by itself; then the sum over the examples. */
function depthwiseKernel(g: Geometry): Kernels['kernelGradient'] {
  const [height, width, , filters] = g.kernelShape;
  const [batch, rows, columns, channels] = g.inputShape as [number, number, number, number];
  const [, newRows, newColumns] = g.outputShape as [number, number, number];
  const multiplier = filters / channels;
  return (x, z) => {
    const images = x.transpose([1, 2, 0, 3]).reshape([1, rows, columns, batch * channels]);
    const taps = z.transpose([1, 2, 0, 3]).reshape([newRows, newColumns, batch * channels, multiplier]);
    return run('DepthwiseConv2dNative', images, taps, exchanged(g))
      .slice([0, 0, 0, 0], [1, height, width, batch * filters])
      .reshape([height, width, batch, filters])
      .sum(2)
      .reshape(g.kernelShape);
  };
}

/** One convolution for each group of channels. */
function grouped(g: Geometry): Kernels {
  const { groups, kernelShape } = g;
  const [height, width, channels, filters] = kernelShape;
  const one: Geometry = {
    ...g,
    groups: 1,
    inputShape: [...g.inputShape.slice(0, 3), channels],
    kernelShape: [height, width, channels, filters / groups],
    outputShape: [...g.outputShape.slice(0, 3), filters / groups],
  };
  const part = genericKernels(one);
  const each = (a: tf.Tensor, b: tf.Tensor, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): tf.Tensor => {
    const [as, bs] = [tf.split(a, groups, -1), tf.split(b, groups, -1)];
    return tf.concat(
      as.map((slice, i) => f(slice, bs[i] as tf.Tensor)),
      -1,
    );
  };
  return {
    convolve: (x, kernel) => each(x, kernel, part.convolve),
    inputGradient: (z, kernel) => each(z, kernel, part.inputGradient),
    kernelGradient: (x, z) => each(x, z, part.kernelGradient),
  };
}

function exchanged({ strides, dilations, pads }: Geometry): Run {
  return { strides: dilations, dilations: strides, pads };
}

/** Puts `stride - 1` zeros between neighbours. */
function stretch(z: tf.Tensor, { strides, outputShape }: Geometry): tf.Tensor {
  const [sy, sx] = strides;
  if (sy === 1 && sx === 1) return z;
  const [batch, rows, columns, filters] = outputShape as [number, number, number, number];
  const tall = z
    .reshape([batch, rows, 1, columns * filters])
    .pad([
      [0, 0],
      [0, 0],
      [0, sy - 1],
      [0, 0],
    ])
    .reshape([batch, rows * sy, columns, filters]);
  return tall
    .reshape([batch * rows * sy, columns, 1, filters])
    .pad([
      [0, 0],
      [0, 0],
      [0, sx - 1],
      [0, 0],
    ])
    .reshape([batch, rows * sy, columns * sx, filters])
    .slice([0, 0, 0, 0], [batch, (rows - 1) * sy + 1, (columns - 1) * sx + 1, filters]);
}

/** Zeros around the stretched z, so that every pixel has all the windows that saw it. */
function transposedPads(g: Geometry): Pads {
  const axis = (i: 0 | 1): Pair => {
    const span = spanOf({ size: g.kernelShape[i], stride: g.strides[i], dilation: g.dilations[i] });
    const [before] = g.pads[i];
    const stretched = ((g.outputShape[i + 1] as number) - 1) * g.strides[i] + 1;
    return [span - 1 - before, (g.inputShape[i + 1] as number) + before - stretched];
  };
  return [axis(0), axis(1)];
}
