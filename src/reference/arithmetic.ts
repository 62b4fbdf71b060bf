import { type Axis, axisOf, inputAt } from './axis';
import { checkOptions, type Padding2d, type PerAxis, padding2d, positive, positivePair } from './options';
import { build1, build2, type Rank1, type Rank2, shapeOf } from './shapes';

/** Sizes of a sliding window, for both axes (a number) or [rows, columns]. */
export interface SlidingWindow<Size = PerAxis, Padding = Padding2d> {
  input: Size;
  kernel: Size;
  /** Default 1. */
  stride?: Size;
  /** Zeros around the input. Default 'valid', which is 0. */
  padding?: Padding;
  /** Default 1. */
  dilation?: Size;
}

type OneAxis = SlidingWindow<number, 'valid' | 'same' | number>;
type TwoAxes = SlidingWindow & { input: readonly [number, number] };

/**
 * How many positions a window has: the size of a convolution's output.
 *
 * floor((input + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1, and ceil(input / stride) for 'same'.
 * Where the division leaves a remainder, that many pixels at the end are seen by no window.
 *
 * All numbers -> a number; with a pair [rows, columns] among them -> a pair, numbers standing for both axes.
 * Throws a ValueError for bad sizes or a kernel that reaches over more than the padded input.
 *
 * @example
 * outputSize({ input: 28, kernel: 3, padding: 1, stride: 3 }); // 10
 * outputSize({ input: [28, 32], kernel: 3 }); // [26, 30]
 */
export function outputSize(window: OneAxis): number;
export function outputSize(window: TwoAxes): [number, number];
export function outputSize(window: SlidingWindow): number | [number, number];
export function outputSize(window: SlidingWindow): number | [number, number] {
  const [rows, columns] = axesOf('outputSize', window);
  return hasPair(window) ? [rows.output, columns.output] : rows.output;
}

/**
 * How many windows see each pixel: the corner of an image few, its middle many.
 *
 * counts[y] = how many pairs of a window i and a tap a have i * stride + a * dilation - padding = y;
 * in two dimensions the product of the counts of the row and of the column.
 *
 * All numbers -> (input); with a pair [rows, columns] among them -> (rows, columns).
 * Throws a ValueError as outputSize does.
 *
 * @example
 * coverage({ input: 6, kernel: 3 }); // [1, 2, 3, 3, 2, 1]
 * coverage({ input: [3, 3], kernel: 2 }); // [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
 */
export function coverage(window: OneAxis): number[];
export function coverage(window: TwoAxes): number[][];
export function coverage(window: SlidingWindow): number[] | number[][];
export function coverage(window: SlidingWindow): number[] | number[][] {
  const [rows, columns] = axesOf('coverage', window);
  const down = countsOf(rows);
  if (!hasPair(window)) return down;
  const across = countsOf(columns);
  return build2([down.length, across.length], (y, x) => (down[y] as number) * (across[x] as number));
}

function countsOf(axis: Axis): number[] {
  const counts = build1(axis.input, () => 0);
  for (let i = 0; i < axis.output; i++) {
    for (let a = 0; a < axis.kernel; a++) {
      const position = inputAt(axis, i, a);
      if (position in counts) counts[position] = (counts[position] as number) + 1;
    }
  }
  return counts;
}

function hasPair({ input, kernel, stride, padding, dilation }: SlidingWindow): boolean {
  return [input, kernel, stride, padding, dilation].some(Array.isArray);
}

function axesOf(who: string, window: SlidingWindow): readonly [Axis, Axis] {
  checkOptions(who, window, ['input', 'kernel', 'stride', 'padding', 'dilation']);
  const input = positivePair(who, 'input', window.input);
  const kernel = positivePair(who, 'kernel', window.kernel);
  const stride = positivePair(who, 'stride', window.stride ?? 1);
  const dilation = positivePair(who, 'dilation', window.dilation ?? 1);
  const padding = padding2d(who, window.padding ?? 'valid');
  const axis = (a: 0 | 1): Axis =>
    axisOf(who, { input: input[a], kernel: kernel[a], stride: stride[a], dilation: dilation[a] }, padding[a]);
  return [axis(0), axis(1)];
}

/**
 * Puts rate - 1 zeros between the weights of a kernel. A dilated convolution is a plain one with this kernel.
 *
 * dilated[rate * a][rate * b] = kernel[a][b], and 0 elsewhere: k taps reach over rate * (k - 1) + 1 pixels.
 *
 * kernel (size) or (kernel height, kernel width), rate a number or, for the latter, a pair -> as many axes.
 * Throws a ValueError where the kernel is no vector or matrix, or the rate not positive.
 *
 * @example
 * dilateKernel([[1, 2], [3, 4]], 2); // [[1, 0, 2], [0, 0, 0], [3, 0, 4]]
 */
export function dilateKernel(kernel: Rank1, rate: number): number[];
export function dilateKernel(kernel: Rank2, rate: PerAxis): number[][];
export function dilateKernel(kernel: Rank1 | Rank2, rate: PerAxis): number[] | number[][] {
  const who = 'dilateKernel';
  if (isMatrix(kernel)) {
    const shape = shapeOf<readonly [number, number]>(who, 'kernel', kernel, ['kernel height', 'kernel width']);
    const [down, across] = positivePair(who, 'rate', rate);
    const rows = spread(kernel, down, () => build1(shape[1], () => 0));
    return rows.map((row) => spread(row, across, () => 0));
  }
  shapeOf<readonly [number]>(who, 'kernel', kernel, ['size']);
  return spread(kernel, positive(who, 'rate', rate), () => 0);
}

function isMatrix(kernel: Rank1 | Rank2): kernel is Rank2 {
  return Array.isArray(kernel) && Array.isArray(kernel[0]);
}

/** The entries of a list, `rate` apart, with zeros between. */
function spread<T>(entries: readonly T[], rate: number, zero: () => T): T[] {
  const length = rate * (entries.length - 1) + 1;
  return build1(length, (i) => (i % rate === 0 ? (entries[i / rate] as T) : zero()));
}
