import { type Axis, axisOf, inputAt } from './axis';
import { valueError } from './errors';
import {
  biasOf,
  type Channels,
  channelsOf,
  checkOptions,
  type Padding2d,
  type PerAxis,
  padding2d,
  positivePair,
} from './options';
import { at4, build4, IMAGES, KERNEL, type Rank4, type Shape4, shapeOf } from './shapes';

/** How a window slides over an image. */
export interface WindowOptions {
  /** Default 1. */
  strides?: PerAxis;
  /** Default 'valid'. */
  padding?: Padding2d;
  /** Default 1. */
  dilationRate?: PerAxis;
}

export interface GradientOptions extends WindowOptions {
  /** Default 1. Each group of filters sees its own group of channels. */
  groups?: number;
}

export interface Conv2dOptions extends GradientOptions {
  /** One number per filter. Default zeros. */
  bias?: readonly number[];
}

export interface DepthwiseConv2dOptions extends WindowOptions {
  /** One number per output channel. Default zeros. */
  bias?: readonly number[];
}

export const WINDOW_KEYS = ['strides', 'padding', 'dilationRate'] as const;
const DEPTHWISE_KERNEL = ['kernel height', 'kernel width', 'channels', 'multiplier'] as const;

/** Lays the windows of both axes. */
export function windowsOf(
  who: string,
  [height, width]: readonly [number, number],
  [kernelHeight, kernelWidth]: readonly [number, number],
  options: WindowOptions,
): { rows: Axis; columns: Axis } {
  const [strideY, strideX] = positivePair(who, 'strides', options.strides ?? 1);
  const [dilationY, dilationX] = positivePair(who, 'dilationRate', options.dilationRate ?? 1);
  const [padY, padX] = padding2d(who, options.padding ?? 'valid');
  return {
    rows: axisOf(who, { input: height, kernel: kernelHeight, stride: strideY, dilation: dilationY }, padY),
    columns: axisOf(who, { input: width, kernel: kernelWidth, stride: strideX, dilation: dilationX }, padX),
  };
}

/** Everything the shapes and options of a convolution decide. */
export interface Geometry extends Channels {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly outputShape: Shape4;
}

export function geometryOf(who: string, x: Shape4, kernel: Shape4, options: GradientOptions): Geometry {
  const [N, H, W, C] = x;
  const channels = channelsOf(who, C, kernel, options.groups ?? 1);
  const { rows, columns } = windowsOf(who, [H, W], [kernel[0], kernel[1]], options);
  return { ...channels, rows, columns, outputShape: [N, rows.output, columns.output, channels.filters] };
}

/**
 * Convolves images with several channels, as Keras's Conv2D (correlation: the kernel is not flipped).
 *
 * y[n][i][j][k] = bias[k] + sum over a, b, c of
 * x[n][i * stride + a * dilation - top][j * stride + b * dilation - left][first + c] * kernel[a][b][c][k],
 * where `first` is the first channel of filter k's group and x is 0 outside itself.
 *
 * x (batch, height, width, channels), kernel (kernel height, kernel width, channels / groups, filters)
 * -> y (batch, new height, new width, filters). Strides together with dilation are allowed, unlike in Keras.
 * Throws a ValueError for bad options, channels that do not fit, or a kernel larger than the padded image.
 *
 * @example
 * conv2d([[[[1], [2]], [[3], [4]]]], [[[[10]]]]); // [[[[10], [20]], [[30], [40]]]]
 * conv2d([[[[1, 5]]]], [[[[1, 2]]]], { groups: 2, bias: [0, 1] }); // [[[[1, 11]]]]
 */
export function conv2d(x: Rank4, kernel: Rank4, options: Conv2dOptions = {}): number[][][][] {
  const who = 'conv2d';
  checkOptions(who, options, [...WINDOW_KEYS, 'groups', 'bias']);
  const xShape = shapeOf<Shape4>(who, 'x', x, IMAGES);
  const kernelShape = shapeOf<Shape4>(who, 'kernel', kernel, KERNEL);
  const [kernelHeight, kernelWidth] = kernelShape;
  const { rows, columns, outputShape, channelsPerGroup, filtersPerGroup, filters } = geometryOf(
    who,
    xShape,
    kernelShape,
    options,
  );
  const bias = biasOf(who, options.bias, filters);
  return build4(outputShape, (n, i, j, k) => {
    const first = Math.floor(k / filtersPerGroup) * channelsPerGroup;
    let sum = bias[k] as number;
    for (let a = 0; a < kernelHeight; a++) {
      for (let b = 0; b < kernelWidth; b++) {
        for (let c = 0; c < channelsPerGroup; c++) {
          sum += at4(x, n, inputAt(rows, i, a), inputAt(columns, j, b), first + c) * at4(kernel, a, b, c, k);
        }
      }
    }
    return sum;
  });
}

/**
 * Convolves every channel by itself, as Keras's DepthwiseConv2D.
 *
 * y[n][i][j][c * M + m] = bias[c * M + m] + sum over a, b of
 * x[n][i * stride + a * dilation - top][j * stride + b * dilation - left][c] * kernel[a][b][c][m].
 *
 * x (batch, height, width, channels), kernel (kernel height, kernel width, channels, multiplier M)
 * -> y (batch, new height, new width, channels * M).
 * Throws a ValueError for bad options, channels that do not fit, or a kernel larger than the padded image.
 *
 * @example
 * depthwiseConv2d([[[[1, 5]]]], [[[[2, 3], [4, 6]]]]); // [[[[2, 3, 20, 30]]]]
 */
export function depthwiseConv2d(x: Rank4, kernel: Rank4, options: DepthwiseConv2dOptions = {}): number[][][][] {
  const who = 'depthwiseConv2d';
  checkOptions(who, options, [...WINDOW_KEYS, 'bias']);
  const [N, H, W, C] = shapeOf<Shape4>(who, 'x', x, IMAGES);
  const [kernelHeight, kernelWidth, channels, M] = shapeOf<Shape4>(who, 'kernel', kernel, DEPTHWISE_KERNEL);
  if (channels !== C) {
    throw valueError(who, `kernel must have ${C} channels, as x has`, `a kernel of ${channels} channels`);
  }
  const bias = biasOf(who, options.bias, C * M);
  const { rows, columns } = windowsOf(who, [H, W], [kernelHeight, kernelWidth], options);
  return build4([N, rows.output, columns.output, C * M], (n, i, j, k) => {
    const c = Math.floor(k / M);
    let sum = bias[k] as number;
    for (let a = 0; a < kernelHeight; a++) {
      for (let b = 0; b < kernelWidth; b++) {
        sum += at4(x, n, inputAt(rows, i, a), inputAt(columns, j, b), c) * at4(kernel, a, b, c, k % M);
      }
    }
    return sum;
  });
}
