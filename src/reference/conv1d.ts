import { axisOf, inputAt, reach } from './axis';
import { biasOf, channelsOf, checkOptions, type Padding1d, padding1d, positive } from './options';
import { at3, build3, type Rank3, SEQUENCE_KERNEL, SEQUENCES, type Shape3, shapeOf } from './shapes';

export interface Conv1dOptions {
  /** Default 1. */
  strides?: number;
  /** Default 'valid'. 'causal' puts all zeros before, so that no output sees a later input. */
  padding?: Padding1d | 'causal';
  /** Default 1. */
  dilationRate?: number;
  /** Default 1. Each group of filters sees its own group of channels. */
  groups?: number;
  /** One number per filter. Default zeros. */
  bias?: readonly number[];
}

const KEYS = ['strides', 'padding', 'dilationRate', 'groups', 'bias'] as const;

/**
 * Convolves sequences with several channels, as Keras's Conv1D.
 *
 * y[n][i][k] = bias[k] + sum over a, c of x[n][i * stride + a * dilation - before][first + c] * kernel[a][c][k],
 * where `first` is the first channel of filter k's group and x is 0 outside itself.
 *
 * x (batch, steps, channels), kernel (size, channels / groups, filters) -> y (batch, new steps, filters).
 * Throws a ValueError for bad options, channels that do not fit, or a kernel larger than the padded input.
 *
 * @example
 * conv1d([[[1], [2], [3]]], [[[1]], [[1]]]); // [[[3], [5]]]
 * conv1d([[[1], [2], [3]]], [[[1]], [[1]]], { padding: 'causal' }); // [[[1], [3], [5]]]
 */
export function conv1d(x: Rank3, kernel: Rank3, options: Conv1dOptions = {}): number[][][] {
  const who = 'conv1d';
  checkOptions(who, options, KEYS);
  const [N, steps, C] = shapeOf<Shape3>(who, 'x', x, SEQUENCES);
  const kernelShape = shapeOf<Shape3>(who, 'kernel', kernel, SEQUENCE_KERNEL);
  const [size] = kernelShape;
  const { filters, channelsPerGroup, filtersPerGroup } = channelsOf(who, C, kernelShape, options.groups ?? 1);
  const bias = biasOf(who, options.bias, filters);
  const stride = positive(who, 'strides', options.strides ?? 1);
  const dilation = positive(who, 'dilationRate', options.dilationRate ?? 1);
  const { padding = 'valid' } = options;
  const zeros =
    padding === 'causal'
      ? ([reach(size, dilation) - 1, 0] as const)
      : padding1d(who, padding, "'valid', 'same', 'causal'");
  const axis = axisOf(who, { input: steps, kernel: size, stride, dilation }, zeros);
  return build3([N, axis.output, filters], (n, i, k) => {
    const first = Math.floor(k / filtersPerGroup) * channelsPerGroup;
    let sum = bias[k] as number;
    for (let a = 0; a < size; a++) {
      for (let c = 0; c < channelsPerGroup; c++) {
        sum += at3(x, n, inputAt(axis, i, a), first + c) * at3(kernel, a, c, k);
      }
    }
    return sum;
  });
}
