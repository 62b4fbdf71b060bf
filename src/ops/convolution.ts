import * as tf from '@tensorflow/tfjs-core';
import { formatShape, ValueError } from '../base/errors';
import { convolve } from './convolution2d';
import type { Geometry } from './convolutionGeometry';
import { inChannelsLast, toFloat } from './dataFormat';
import { type DataFormat, outputLength, type Padding, padsOf, perAxis, spanOf } from './window';

/** How a kernel slides. */
export interface ConvolutionOptions {
  /** Step, of all axes or of each. Default: 1. */
  strides?: number | readonly number[];
  /** `'valid'` (default), `'same'`, or, along one axis, `'causal'`: zeros in front only, so no output sees what follows. */
  padding?: Padding | 'causal';
  /** Distance between the taps of the kernel, of all axes or of each. Default: 1. Goes together with strides. */
  dilationRate?: number | readonly number[];
  /** Groups of channels, each with its own filters. Default: 1. */
  groups?: number;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat;
}

/**
 * Convolution along one axis or two, with gradients for every combination of options, on every backend.
 *
 * @param x `(batch, steps, channels)` or `(batch, height, width, channels)`; ints are taken as floats.
 * @param kernel `(kernel size, channels / groups, filters)` or `(kernel height, kernel width, channels / groups, filters)`.
 * @returns `(batch, new steps, filters)` or `(batch, new height, new width, filters)`.
 * @throws ValueError where the channels do not fit the kernel, or the kernel is larger than the input.
 */
export function convolution(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions = {}): tf.Tensor {
  const { dataFormat = 'channels_last' } = options;
  return tf.tidy(() => inChannelsLast(toFloat(x), dataFormat, (x) => channelsLast(x, kernel, options)));
}

/**
 * Convolution of every channel by itself: a convolution with as many groups as there are channels.
 *
 * @param x `(batch, steps, channels)` or `(batch, height, width, channels)`; ints are taken as floats.
 * @param kernel `(kernel size, channels, multiplier)` or `(kernel height, kernel width, channels, multiplier)`.
 * @returns `(batch, new steps, channels * multiplier)` or `(batch, new height, new width, channels * multiplier)`.
 */
export function depthwiseConvolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  options: Omit<ConvolutionOptions, 'groups'> = {},
): tf.Tensor {
  const [channels, multiplier] = kernel.shape.slice(-2) as [number, number];
  return tf.tidy(() => {
    const grouped = kernel.reshape([...kernel.shape.slice(0, -2), 1, channels * multiplier]);
    return convolution(x, grouped, { ...options, groups: channels });
  });
}

function channelsLast(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions): tf.Tensor {
  const axes = x.rank - 2;
  const strides = perAxis(options.strides ?? 1, axes);
  const dilations = perAxis(options.dilationRate ?? 1, axes);
  checkRanks(x, kernel, options);
  if (axes === 2) return convolve(x, kernel, geometry(x.shape, kernel.shape, strides, dilations, options));
  const steps = options.padding === 'causal' ? padFront(x, kernel, dilations) : x;
  const [batch, length, channels] = steps.shape as [number, number, number];
  const [image, kernel2d] = [steps.reshape([batch, 1, length, channels]), kernel.reshape([1, ...kernel.shape])];
  const y = convolve(
    image,
    kernel2d,
    geometry(image.shape, kernel2d.shape, [1, ...strides], [1, ...dilations], options),
  );
  return y.reshape([batch, ...y.shape.slice(2)]);
}

function checkRanks(x: tf.Tensor, kernel: tf.Tensor, { padding, groups = 1 }: ConvolutionOptions): void {
  const [channels, expected] = [x.shape.at(-1) as number, (kernel.shape.at(-2) as number) * groups];
  if ((x.rank !== 3 && x.rank !== 4) || kernel.rank !== x.rank || (padding === 'causal' && x.rank !== 3)) {
    const causal = padding === 'causal' ? ", both 3 with padding='causal'" : '';
    throw new ValueError(
      `convolution: expected an input and a kernel of rank 3 (steps) or 4 (images)${causal}. ` +
        `Received: an input of shape ${formatShape(x.shape)}, a kernel of shape ${formatShape(kernel.shape)}.`,
    );
  }
  if (channels !== expected || (kernel.shape.at(-1) as number) % groups !== 0) {
    throw new ValueError(
      `convolution: expected channels = groups * the kernel's input channels, and filters that groups divides. ` +
        `Received: groups=${groups}, ${channels} channels, a kernel of shape ${formatShape(kernel.shape)}.`,
    );
  }
}

function geometry(
  inputShape: number[],
  kernelShape: number[],
  strides: number[],
  dilations: number[],
  options: ConvolutionOptions,
): Geometry {
  const padding = options.padding === 'same' ? 'same' : 'valid';
  const axis = (i: 0 | 1) => ({
    size: kernelShape[i] as number,
    stride: strides[i] as number,
    dilation: dilations[i] as number,
  });
  const [batch, height, width] = inputShape as [number, number, number];
  const newHeight = outputLength(height, axis(0), padding) as number;
  const newWidth = outputLength(width, axis(1), padding) as number;
  if (newHeight <= 0 || newWidth <= 0) {
    throw new ValueError(
      `convolution: the output would have size ${Math.min(newHeight, newWidth)}. Received: an input of shape ` +
        `${formatShape(inputShape)}, a kernel of shape ${formatShape(kernelShape)}, padding='${padding}', ` +
        `dilationRate=[${dilations.join(', ')}]. Use a smaller kernel, or padding='same'.`,
    );
  }
  return {
    inputShape,
    kernelShape: kernelShape as Geometry['kernelShape'],
    outputShape: [batch, newHeight, newWidth, kernelShape[3] as number],
    strides: strides as Geometry['strides'],
    dilations: dilations as Geometry['dilations'],
    padding,
    pads: [padsOf(height, axis(0), padding), padsOf(width, axis(1), padding)],
    groups: options.groups ?? 1,
  };
}

/** Zeros in front of the steps, as many as the kernel looks back. */
function padFront(x: tf.Tensor, kernel: tf.Tensor, dilations: number[]): tf.Tensor {
  const back = spanOf({ size: kernel.shape[0] as number, stride: 1, dilation: dilations[0] as number }) - 1;
  return x.pad([
    [0, 0],
    [back, 0],
    [0, 0],
  ]);
}
