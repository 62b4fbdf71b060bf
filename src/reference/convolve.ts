import { type Axis, axisOf, inputAt } from './axis';
import {
  type AxisPadding,
  checkOptions,
  flag,
  type Padding1d,
  type Padding2d,
  type PerAxis,
  padding1d,
  padding2d,
  positive,
  positivePair,
} from './options';
import { at2, build1, build2, MATRIX, type Rank1, type Rank2, type Shape2, shapeOf, VECTOR } from './shapes';

export interface Convolve1dOptions {
  /** Turn the kernel round first: convolution as in mathematics and scipy. Default false: correlation, as in CNNs. */
  flip?: boolean;
  /** Default 1. */
  strides?: number;
  /** Default 'valid'. */
  padding?: Padding1d;
  /** Default 1. */
  dilationRate?: number;
}

export interface Convolve2dOptions {
  /** Turn the kernel by 180 degrees first: convolution as in mathematics and scipy. Default false: correlation. */
  flip?: boolean;
  /** Default 1. */
  strides?: PerAxis;
  /** Default 'valid'. */
  padding?: Padding2d;
  /** Default 1. */
  dilationRate?: PerAxis;
}

const KEYS = ['flip', 'strides', 'padding', 'dilationRate'] as const;

/**
 * Slides a kernel along a signal: multiply, sum, step.
 *
 * y[i] = sum over a of x[i * stride + a * dilation - before] * kernel[a], where x is 0 outside itself.
 * With `flip`, kernel[size - 1 - a] instead, and 'same' then keeps scipy's centre (it matters for even kernels).
 *
 * x (length), kernel (size) -> y (outputSize). Throws a ValueError for bad options or a kernel larger than x.
 *
 * @example
 * convolve1d([0, 0, 1, 1, 0, 0, 1, 1, 0, 0], [-1, 1]); // [0, 1, 0, -1, 0, 1, 0, -1, 0]
 * convolve1d([1, 2, 3], [0, 1, 0.5], { flip: true, padding: 'same' }); // [1, 2.5, 4]
 */
export function convolve1d(x: Rank1, kernel: Rank1, options: Convolve1dOptions = {}): number[] {
  const who = 'convolve1d';
  checkOptions(who, options, KEYS);
  const [length] = shapeOf<readonly [number]>(who, 'x', x, VECTOR);
  const [size] = shapeOf<readonly [number]>(who, 'kernel', kernel, VECTOR);
  const flip = flag(who, 'flip', options.flip ?? false);
  const stride = positive(who, 'strides', options.strides ?? 1);
  const dilation = positive(who, 'dilationRate', options.dilationRate ?? 1);
  const padding = padding1d(who, options.padding ?? 'valid');
  const axis = centred(axisOf(who, { input: length, kernel: size, stride, dilation }, padding), padding, flip);
  return build1(axis.output, (i) => {
    let sum = 0;
    for (let a = 0; a < size; a++) {
      const weight = kernel[flip ? size - 1 - a : a] as number;
      sum += (x[inputAt(axis, i, a)] ?? 0) * weight;
    }
    return sum;
  });
}

/**
 * Slides a kernel over an image of one channel: multiply, sum, step.
 *
 * y[i][j] = sum over a, b of x[i * stride + a * dilation - top][j * stride + b * dilation - left] * kernel[a][b],
 * where x is 0 outside itself. With `flip`, the kernel is turned by 180 degrees, which is scipy's `convolve2d`
 * (its modes 'valid' and 'same'; 'full' is a padding of the kernel size minus one).
 *
 * x (height, width), kernel (kernel height, kernel width) -> y (new height, new width).
 * Throws a ValueError for bad options or a kernel larger than the image.
 *
 * @example
 * convolve2d([[10, 20, 30], [15, 25, 35], [20, 30, 40]], [[1, 0, -1], [1, 0, -1], [1, 0, -1]]); // [[-60]]
 * convolve2d([[1, 2], [3, 4]], [[1, 0], [0, 0]], { padding: 1 }); // [[0, 0, 0], [0, 1, 2], [0, 3, 4]]
 */
export function convolve2d(x: Rank2, kernel: Rank2, options: Convolve2dOptions = {}): number[][] {
  const who = 'convolve2d';
  checkOptions(who, options, KEYS);
  const [height, width] = shapeOf<Shape2>(who, 'x', x, MATRIX);
  const [kernelHeight, kernelWidth] = shapeOf<Shape2>(who, 'kernel', kernel, MATRIX);
  const flip = flag(who, 'flip', options.flip ?? false);
  const [strideY, strideX] = positivePair(who, 'strides', options.strides ?? 1);
  const [dilationY, dilationX] = positivePair(who, 'dilationRate', options.dilationRate ?? 1);
  const [padY, padX] = padding2d(who, options.padding ?? 'valid');
  const down = { input: height, kernel: kernelHeight, stride: strideY, dilation: dilationY };
  const across = { input: width, kernel: kernelWidth, stride: strideX, dilation: dilationX };
  const rows = centred(axisOf(who, down, padY), padY, flip);
  const columns = centred(axisOf(who, across, padX), padX, flip);
  return build2([rows.output, columns.output], (i, j) => {
    let sum = 0;
    for (let a = 0; a < kernelHeight; a++) {
      for (let b = 0; b < kernelWidth; b++) {
        const weight = flip ? at2(kernel, kernelHeight - 1 - a, kernelWidth - 1 - b) : at2(kernel, a, b);
        sum += at2(x, inputAt(rows, i, a), inputAt(columns, j, b)) * weight;
      }
    }
    return sum;
  });
}

/** Turning the kernel round turns its centre with it, so the odd zero of 'same' padding goes to the other side. */
function centred(axis: Axis, padding: AxisPadding, flip: boolean): Axis {
  return flip && padding === 'same' ? { ...axis, before: axis.after, after: axis.before } : axis;
}
