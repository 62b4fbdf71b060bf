import { valueError } from './errors';
import type { AxisPadding } from './options';

/** One spatial axis of a sliding window. */
export interface Axis {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before and after the input. */
  readonly before: number;
  readonly after: number;
  /** How many positions the window has. */
  readonly output: number;
}

/** How far a kernel of k taps, d apart, reaches: d (k - 1) + 1. */
export function reach(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** Lays a window over an axis. Throws when the window is larger than the padded input. */
export function axisOf(
  who: string,
  { input, kernel, stride, dilation }: Pick<Axis, 'input' | 'kernel' | 'stride' | 'dilation'>,
  padding: AxisPadding,
): Axis {
  const size = reach(kernel, dilation);
  if (padding === 'same') {
    // TensorFlow: ceil(input / stride) windows, and of an odd number of zeros the last goes after.
    const output = Math.ceil(input / stride);
    const zeros = Math.max((output - 1) * stride + size - input, 0);
    const before = Math.floor(zeros / 2);
    return { input, kernel, stride, dilation, before, after: zeros - before, output };
  }
  const [before, after] = padding === 'valid' ? [0, 0] : padding;
  const padded = before + input + after;
  if (size > padded) {
    const expected = 'the kernel must not be larger than the padded input';
    const reaching = dilation === 1 ? '' : ` (reaching over ${size} at dilation ${dilation})`;
    const received = `kernel size ${kernel}${reaching}, padded input size ${padded}`;
    throw valueError(who, expected, received, "Use a smaller kernel or dilation, or padding: 'same'.");
  }
  return { input, kernel, stride, dilation, before, after, output: Math.floor((padded - size) / stride) + 1 };
}

/** The input position that kernel tap `tap` meets when the window is at output `out`. */
export function inputAt(axis: Axis, out: number, tap: number): number {
  return out * axis.stride + tap * axis.dilation - axis.before;
}

/** The output whose window puts kernel tap `tap` on input `position`; undefined where none does. */
export function outputAt(axis: Axis, position: number, tap: number): number | undefined {
  const out = (position + axis.before - tap * axis.dilation) / axis.stride;
  return Number.isInteger(out) && out >= 0 && out < axis.output ? out : undefined;
}
