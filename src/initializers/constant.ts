import * as tf from '@tensorflow/tfjs';
import type { DType } from '../backend/variable';
import { callable } from '../base/callable';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import type { Config } from '../base/registry';
import { Initializer } from './initializer';

type NoOptions = Record<string, never>;

const ZEROS: Signature<NoOptions> = { who: 'Zeros', positional: [], defaults: {} };

export class ZerosInitializer extends Initializer {
  static override readonly className: string = 'Zeros';
  static override readonly signature: Signature<NoOptions> = ZEROS;

  constructor(options: NoOptions = {}) {
    super();
    resolveOptions(ZEROS, [options]);
  }

  override call(shape: number[], dtype: DType): tf.Tensor {
    return tf.zeros(shape, dtype);
  }
}

/**
 * All 0.
 *
 * @example
 * Zeros()([2]).print(); // [0, 0]
 * @see https://keras.io/api/layers/initializers/#zeros-class
 */
export const Zeros = callable(ZerosInitializer);
export type Zeros = ZerosInitializer;

const ONES: Signature<NoOptions> = { who: 'Ones', positional: [], defaults: {} };

export class OnesInitializer extends Initializer {
  static override readonly className: string = 'Ones';
  static override readonly signature: Signature<NoOptions> = ONES;

  constructor(options: NoOptions = {}) {
    super();
    resolveOptions(ONES, [options]);
  }

  override call(shape: number[], dtype: DType): tf.Tensor {
    return tf.ones(shape, dtype);
  }
}

/**
 * All 1.
 *
 * @example
 * Ones()([2]).print(); // [1, 1]
 * @see https://keras.io/api/layers/initializers/#ones-class
 */
export const Ones = callable(OnesInitializer);
export type Ones = OnesInitializer;

/** Arguments of `Constant`. */
export interface ConstantOptions {
  /** Default: 0. */
  value?: number;
}
type ConstantArguments = [value: number] | [options?: ConstantOptions];
const CONSTANT: Signature<ConstantOptions> = { who: 'Constant', positional: ['value'], defaults: { value: 0 } };

export class ConstantInitializer extends Initializer {
  static override readonly className: string = 'Constant';
  static override readonly signature: Signature<ConstantOptions> = CONSTANT;
  readonly value: number;

  constructor(...args: ConstantArguments) {
    super();
    const { value } = resolveOptions(CONSTANT, args);
    if (typeof value !== 'number') {
      throw new TypeError(`Constant: value must be a number. Received: value=${formatValue(value)}.`);
    }
    this.value = value;
  }

  override call(shape: number[], dtype: DType): tf.Tensor {
    return tf.fill(shape, this.value).cast(dtype);
  }
}

/**
 * All the same value.
 *
 * @example
 * Constant(0.5)([2]).print(); // [0.5, 0.5]
 * @see https://keras.io/api/layers/initializers/#constant-class
 */
export const Constant = callable(ConstantInitializer);
export type Constant = ConstantInitializer;

/** Arguments of `Identity`. */
export interface IdentityOptions {
  /** Factor of the matrix. Default: 1. */
  gain?: number;
}
type IdentityArguments = [gain: number] | [options?: IdentityOptions];
const IDENTITY: Signature<IdentityOptions> = { who: 'Identity', positional: ['gain'], defaults: { gain: 1 } };

export class IdentityInitializer extends Initializer {
  static override readonly className: string = 'Identity';
  static override readonly signature: Signature<IdentityOptions> = IDENTITY;
  readonly gain: number;

  constructor(...args: IdentityArguments) {
    super();
    ({ gain: this.gain } = resolveOptions(IDENTITY, args) as Required<IdentityOptions>);
  }

  /** Keras leaves the gain out, and loses it; here it is left out where it is 1. */
  override getConfig(): Config {
    return this.gain === 1 ? {} : { gain: this.gain };
  }

  override call(shape: number[], dtype: DType): tf.Tensor {
    if (shape.length !== 2) {
      throw new ValueError(`Identity: expected the shape of a matrix. Received: shape=${formatShape(shape)}.`);
    }
    const [rows, columns] = shape as [number, number];
    return tf.eye(rows, columns).mul(this.gain).cast(dtype);
  }
}

/**
 * The identity matrix: `gain` on the diagonal, 0 elsewhere.
 *
 * @throws ValueError when asked for another rank than 2
 * @example
 * Identity()([2, 2]).print(); // [[1, 0], [0, 1]]
 * @see https://keras.io/api/layers/initializers/#identity-class
 */
export const Identity = callable(IdentityInitializer);
export type Identity = IdentityInitializer;
