import { reach } from './axis';
import { type GradientOptions, geometryOf, WINDOW_KEYS } from './conv2d';
import { show, showShape, valueError } from './errors';
import { gradInput } from './gradients';
import {
  type AxisPadding,
  biasOf,
  checkOptions,
  countPair,
  type PerAxis,
  padding2d,
  positive,
  positivePair,
} from './options';
import { at4, build4, IMAGES, type Rank4, type Shape4, shapeOf } from './shapes';

export interface Conv2dTransposeOptions extends GradientOptions {
  /** Rows and columns more than the least, smaller than the strides. Default: as Keras, see conv2dTranspose. */
  outputPadding?: PerAxis;
  /** One number per filter. Default zeros. */
  bias?: readonly number[];
}

const KERNEL = ['kernel height', 'kernel width', 'filters / groups', 'channels'] as const;

/**
 * The transpose of conv2d, as Keras's Conv2DTranspose: the map from conv2d's output space back to its input space.
 *
 * y = conv2dGradInput(x, kernel, shape of y) + bias: every input pixel stamps its multiple of the kernel on y.
 * Size of y along an axis, with kernel reach r = dilation * (kernel - 1) + 1 and outputPadding o:
 * 'same': input * stride, or (input - 1) * stride + r % 2 + o where o is given;
 * otherwise: (input - 1) * stride + r + o - padding, where o is max(stride - r, 0) unless given.
 *
 * x (batch, height, width, channels), kernel (kernel height, kernel width, filters / groups, channels)
 * -> y (batch, new height, new width, filters).
 * Throws a ValueError for bad options, channels that do not fit, or a padding that leaves no output.
 *
 * @example
 * conv2dTranspose([[[[1], [10]]]], [[[[1]], [[2]], [[3]]]], { strides: [1, 2] }); // [[[[1], [2], [13], [20], [30]]]]
 */
export function conv2dTranspose(x: Rank4, kernel: Rank4, options: Conv2dTransposeOptions = {}): number[][][][] {
  const who = 'conv2dTranspose';
  checkOptions(who, options, [...WINDOW_KEYS, 'groups', 'outputPadding', 'bias']);
  const xShape = shapeOf<Shape4>(who, 'x', x, IMAGES);
  const [N, H, W, C] = xShape;
  const kernelShape = shapeOf<Shape4>(who, 'kernel', kernel, KERNEL);
  const [kernelHeight, kernelWidth, filtersPerGroup, channels] = kernelShape;
  if (channels !== C) {
    throw valueError(who, `kernel must have ${C} channels, as x has, in its last axis`, `a kernel of ${channels}`);
  }
  const [height, width] = outputOf(who, [H, W], [kernelHeight, kernelWidth], options);
  const groups = positive(who, 'groups', options.groups ?? 1);
  if (C % groups !== 0) throw valueError(who, 'groups must divide the channels', `groups=${groups}, channels=${C}`);
  const filters = filtersPerGroup * groups;
  const yShape: Shape4 = [N, height, width, filters];
  const geometry = geometryOf(who, yShape, kernelShape, options);
  if (geometry.rows.output !== H || geometry.columns.output !== W) {
    const expected = `conv2d must bring the output ${showShape([height, width])} back to the input ${showShape([H, W])}`;
    throw valueError(who, expected, `outputPadding=${show(options.outputPadding)}`, 'Change outputPadding.');
  }
  const bias = biasOf(who, options.bias, filters);
  const stamped = gradInput(x, kernel, yShape, geometry);
  return build4(yShape, (n, i, j, k) => at4(stamped, n, i, j, k) + (bias[k] as number));
}

type Pair = readonly [number, number];

function outputOf(who: string, input: Pair, kernel: Pair, options: Conv2dTransposeOptions): Pair {
  const strides = positivePair(who, 'strides', options.strides ?? 1);
  const dilations = positivePair(who, 'dilationRate', options.dilationRate ?? 1);
  const paddings = padding2d(who, options.padding ?? 'valid');
  const { outputPadding } = options;
  const extra = outputPadding === undefined ? undefined : countPair(who, 'outputPadding', outputPadding);
  if (extra && (extra[0] >= strides[0] || extra[1] >= strides[1])) {
    const received = `outputPadding=${show(outputPadding)}, strides=${show(strides)}`;
    throw valueError(who, 'outputPadding must be smaller than the strides', received);
  }
  const size = (axis: 0 | 1): number =>
    transposedSize(
      who,
      input[axis],
      reach(kernel[axis], dilations[axis]),
      strides[axis],
      paddings[axis],
      extra?.[axis],
    );
  return [size(0), size(1)];
}

function transposedSize(
  who: string,
  input: number,
  size: number,
  stride: number,
  padding: AxisPadding,
  extra: number | undefined,
): number {
  const start = (input - 1) * stride;
  if (padding === 'same') return extra === undefined ? input * stride : start + (size % 2) + extra;
  const [before, after] = padding === 'valid' ? [0, 0] : padding;
  const output = start + size + (extra ?? Math.max(stride - size, 0)) - before - after;
  if (output > 0) return output;
  const received = `padding=[${before}, ${after}] where the output has ${output + before + after} without it`;
  throw valueError(who, 'padding must leave some output', received);
}
