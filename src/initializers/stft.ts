import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../backend/variable';
import { callable } from '../base/callable';
import { type Check, finite, listOf, orNull, strictFlag } from '../base/checks';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { Initializer } from './initializer';
import { windowFunction } from './windows';

/** Arguments of `STFT`. */
export interface STFTOptions {
  /** Which part of the complex numbers. Default: `'real'`. */
  side?: 'real' | 'imag';
  /** A window function by scipy's name, its values, or `null` for none. Default: `'hann'`. */
  window?: string | readonly number[] | null;
  /** How the window is normalized: by its L2 norm, its L1 norm, or not. Default: `'density'`. */
  scaling?: 'density' | 'spectrum' | null;
  /** Whether the window is taken as periodic. Default: false. */
  periodic?: boolean;
}
type STFTArguments = [side: 'real' | 'imag', options?: Omit<STFTOptions, 'side'>] | [options?: STFTOptions];

const WINDOW: Check = {
  expected: "the name of a window such as 'hann', a list of its values",
  accepts: (value) => typeof value === 'string' || listOf(finite).accepts(value),
};

const SIGNATURE: Signature<STFTOptions> = {
  who: 'STFT',
  positional: ['side'],
  defaults: { side: 'real', window: 'hann', periodic: false, scaling: 'density' },
  checks: { window: orNull(WINDOW), periodic: strictFlag },
};

export class STFTInitializer extends Initializer {
  static override readonly className: string = 'STFT';
  static override readonly signature: Signature<STFTOptions> = SIGNATURE;
  readonly side: 'real' | 'imag';
  readonly window: string | readonly number[] | null;
  readonly scaling: 'density' | 'spectrum' | null;
  readonly periodic: boolean;

  constructor(...args: STFTArguments) {
    super();
    const { side, window, scaling, periodic } = resolveOptions(SIGNATURE, args) as Required<STFTOptions>;
    if (side !== 'real' && side !== 'imag') {
      throw new ValueError(`STFT: side must be 'real' or 'imag'. Received: side=${formatValue(side)}.`);
    }
    if (scaling !== null && scaling !== 'density' && scaling !== 'spectrum') {
      throw new ValueError(
        `STFT: scaling must be 'density', 'spectrum' or null. Received: scaling=${formatValue(scaling)}.`,
      );
    }
    if (typeof window === 'string') windowFunction(window, 1, periodic);
    this.side = side;
    this.window = window;
    this.scaling = scaling;
    this.periodic = periodic;
  }

  override call(shape: number[], _dtype: DType): tf.Tensor {
    const [length, channels, bands] = shape as [number, number, number];
    if (shape.length !== 3 || channels !== 1) {
      throw new ValueError(`STFT: expected a shape (frame length, 1, bands). Received: shape=${formatShape(shape)}.`);
    }
    const window = this.#scaledWindow(length);
    const wave = this.side === 'real' ? Math.cos : Math.sin;
    const kernel = new Float32Array(length * bands);
    for (let t = 0; t < length; t++) {
      for (let k = 0; k < bands; k++) {
        const turns = Math.fround(-2 * t * Math.fround(k / (2 * (bands - 1)))); // float32 at each step, as in Keras
        kernel[t * bands + k] = wave(Math.fround(turns * Math.fround(Math.PI))) * (window[t] as number);
      }
    }
    return tf.tensor(kernel, [length, 1, bands]);
  }

  /** Values of the window, divided by its norm. */
  #scaledWindow(length: number): number[] {
    if (this.window === null) return Array.from({ length }, () => 1);
    const values =
      typeof this.window === 'string' ? windowFunction(this.window, length, this.periodic) : [...this.window];
    if (values.length !== length) {
      throw new ValueError(`STFT: expected a window of ${length} values. Received: ${values.length} values.`);
    }
    const norm = {
      density: Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)),
      spectrum: values.reduce((sum, value) => sum + Math.abs(value), 0),
      none: 1,
    }[this.scaling ?? 'none'];
    return values.map((value) => value / norm);
  }
}

/**
 * Kernel of a convolution that computes a short-time Fourier transform: `cos(2 pi t k / n)` (or `-sin`) times the window
 * at time t, with n = 2 (bands - 1). Shape: (frame length, 1, bands).
 *
 * @throws ValueError for an unknown side, window or scaling, or another shape
 * @example
 * STFT({ side: 'imag', window: 'hamming' })([128, 1, 65]);
 * @see https://keras.io/api/layers/initializers/#stft-class
 */
export const STFT = callable(STFTInitializer);
export type STFT = STFTInitializer;
