import * as tf from '@tensorflow/tfjs-core';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import type { DType } from '../backend/variable';
import {
  type FlatArray,
  isShapedArray,
  type NestedNumbers,
  readArray,
  type TypedArray,
  typedArrayName,
} from '../base/arrays';
import { callable } from '../base/callable';
import { finite } from '../base/checks';
import { formatShape, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { type Config, isSerialized } from '../base/registry';
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

/** What `Constant` takes: a number, nested arrays of numbers, a typed array, one with its shape, or a tensor. */
export type ConstantValue = TensorOrArray;

/** Keras's JSON of an array or a tensor. */
interface SerializedArray {
  class_name: '__numpy__' | '__tensor__';
  config: { value: NestedNumbers; dtype: string };
}

/** Arguments of `Constant`. */
export interface ConstantOptions {
  /** Default: 0. */
  value?: ConstantValue | SerializedArray;
}
type ConstantArguments = [value: ConstantValue] | [options?: ConstantOptions];
const CONSTANT: Signature<ConstantOptions> = { who: 'Constant', positional: ['value'], defaults: { value: 0 } };

function isSerializedArray(value: unknown): value is SerializedArray {
  return isSerialized(value) && ['__numpy__', '__tensor__'].includes(value.class_name);
}

/** Arrays in arrays of the elements in order. */
function nest(values: readonly number[], [length, ...rest]: readonly number[]): NestedNumbers {
  if (length === undefined) return values[0] as number;
  const step = values.length / length;
  return Array.from({ length }, (_, i) => nest(values.slice(i * step, (i + 1) * step), rest));
}

/** Lists as they are given, but with arrays of JavaScript only; a copy. */
function plain(value: NestedNumbers): NestedNumbers {
  if (typeof value !== 'object') return value;
  return Array.from(value as ArrayLike<NestedNumbers | bigint>, (item) =>
    typeof item === 'bigint' ? Number(item) : plain(item),
  );
}

/** NumPy's name of the elements of a typed array: `uint8`, `float64`, `int64`. */
function elementName(array: TypedArray): string {
  return String(typedArrayName(array))
    .toLowerCase()
    .replace(/^big|clamped|array/g, '');
}

export class ConstantInitializer extends Initializer {
  static override readonly className: string = 'Constant';
  static override readonly signature: Signature<ConstantOptions> = CONSTANT;
  /** A number, or arrays in arrays. */
  readonly value: NestedNumbers;
  readonly #elements: FlatArray<'float64'>;
  /** What Keras's JSON makes of the value, where it is not a number or a list. */
  readonly #made: { class_name: SerializedArray['class_name']; dtype: string } | undefined;

  constructor(...args: ConstantArguments) {
    super();
    const given = isShapedArray(args[0]) ? args[0] : resolveOptions(CONSTANT, args).value;
    const read = (value: unknown): FlatArray<'float64'> => readArray('Constant', 'value', value, 'float64');
    if (isSerializedArray(given)) {
      const { value, dtype } = given.config;
      this.#made = { class_name: given.class_name, dtype };
      this.#elements = read(value);
      this.value = plain(value);
      return;
    }
    if (given instanceof tf.Tensor) this.#made = { class_name: '__tensor__', dtype: given.dtype };
    const array = isShapedArray(given) ? given.data : given;
    if (typedArrayName(array)) this.#made = { class_name: '__numpy__', dtype: elementName(array as TypedArray) };
    const value = given instanceof tf.Tensor ? toTensor('Constant', 'value', given).arraySync() : given;
    this.#elements = read(value);
    const { data, shape } = this.#elements;
    this.value = isShapedArray(value) ? nest(Array.from(data), shape) : plain(value as NestedNumbers);
  }

  protected override configValue(): unknown {
    const { value } = this;
    if (!this.#made) return value;
    return { class_name: this.#made.class_name, config: { value, dtype: this.#made.dtype } };
  }

  override call(shape: number[], dtype: DType): tf.Tensor {
    const { data, shape: own } = this.#elements;
    const lead = shape.length - own.length;
    if (lead < 0 || own.some((dim, axis) => dim !== 1 && dim !== shape[lead + axis])) {
      throw new ValueError(
        `Constant: value must broadcast to the shape asked for. Received: value of shape ${formatShape(own)}, ` +
          `shape=${formatShape(shape)}.`,
      );
    }
    if (own.length === 0) return tf.fill(shape, data[0] as number).cast(dtype);
    const numbers = Array.from(data, (value) => (dtype === 'bool' ? Number(value !== 0) : value));
    const elements = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype].from(numbers);
    return tf.broadcastTo(tf.tensor(elements, own, dtype), shape);
  }
}

/**
 * All the same value, or those of an array that broadcasts to the shape.
 *
 * @throws TypeError or ValueError for what is no number and no array of numbers, ValueError when asked for a shape that
 *   the array does not broadcast to
 * @example
 * Constant(0.5)([2]).print(); // [0.5, 0.5]
 * Constant([1, 2])([2, 2]).print(); // [[1, 2], [1, 2]]
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
const IDENTITY: Signature<IdentityOptions> = {
  who: 'Identity',
  positional: ['gain'],
  defaults: { gain: 1 },
  checks: { gain: finite },
};

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
