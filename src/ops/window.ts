import type { Dim } from '../base/errors';

/** How the ends of an axis are treated: as they are, or with zeros around so that every stride's start has a window. */
export type Padding = 'valid' | 'same';
/** Where the channels are: `(batch, height, width, channels)` or `(batch, channels, height, width)`. */
export type DataFormat = 'channels_last' | 'channels_first';

/** A window that slides along one axis. */
export interface Window {
  /** Number of its elements. */
  size: number;
  stride: number;
  /** Distance of its elements. */
  dilation: number;
}

/** Length of the axis that a window covers: `dilation * (size - 1) + 1`. */
export function spanOf({ size, dilation }: Window): number {
  return dilation * (size - 1) + 1;
}

/** Number of positions a window has on an axis; may be zero or negative where it is larger than the axis. */
export function outputLength(input: Dim, window: Window, padding: Padding | 'causal'): Dim {
  if (input === null) return null;
  if (padding !== 'valid') return Math.ceil(input / window.stride);
  return Math.floor((input - spanOf(window)) / window.stride) + 1;
}

/** Zeros before and after an axis. `'same'` puts the odd one behind, as TensorFlow does. */
export function padsOf(input: number, window: Window, padding: Padding): [before: number, after: number] {
  if (padding === 'valid') return [0, 0];
  const positions = Math.ceil(input / window.stride);
  const total = Math.max((positions - 1) * window.stride + spanOf(window) - input, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** A number for each axis from one number, or one for each. */
export function perAxis(value: number | readonly number[], axes: number): number[] {
  return typeof value === 'number' ? new Array<number>(axes).fill(value) : [...value];
}
