/** What the functions of `keras.random` share: the forms of their arguments, and the checks made before anything is drawn. */
import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../backend/engine';
import { checkSeed, SeedGenerator } from '../backend/random';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { readArray } from '../base/arrays';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';

/** The same number gives the same random numbers at every call, a generator other ones each time. */
export type SeedArgument = number | SeedGenerator | null;

/** Options of all that draws random numbers. */
export interface SeedOptions {
  /**
   * A whole number or a `SeedGenerator`. Default: the next seed of the generator that all functions without a seed share;
   * `utils.setRandomSeed` starts it again.
   */
  seed?: SeedArgument;
}

/** Options of functions that give numbers of a shape, of a floating dtype. */
export interface FloatOptions extends SeedOptions {
  /** Sizes of the axes; `[]` for a single number. */
  shape: readonly number[];
  /** Default and only floating dtype here: float32. */
  dtype?: 'float32' | null;
}

/** A parameter of a distribution: one number, or an array that broadcasts with the result. */
export type Parameter = TensorOrArray;

/** Greatest number that int32 holds. */
export const GREATEST = 2 ** 31 - 1;

/** The arguments of a function as one options object, its seed checked. */
export function resolve<O extends SeedOptions>(signature: Signature<O>, args: readonly unknown[]): O {
  const options = resolveOptions(signature, args);
  requireReady(signature.who);
  const { seed = null } = options;
  if (seed !== null && !(seed instanceof SeedGenerator)) checkSeed(signature.who, seed);
  return { ...options, seed };
}

/** A shape is a list of whole numbers from 0. */
export function checkShape(who: string, shape: unknown): number[] {
  const isSize = (dim: unknown): boolean =>
    Number.isInteger(dim) && (dim as number) >= 0 && (dim as number) <= GREATEST;
  if (Array.isArray(shape) && shape.every(isSize)) return [...(shape as number[])];
  const mend = typeof shape === 'number' ? ` Write [${shape}].` : '';
  throw new ValueError(
    `${who}: shape must be an array of whole numbers from 0 to ${GREATEST}. Received: shape=${formatValue(shape)}.${mend}`,
  );
}

/** A dtype is one of those that a function can give; `null` and nothing stand for the first. */
export function checkDtype<D extends string>(who: string, dtype: unknown, known: readonly [D, ...D[]]): D {
  if (dtype === null || dtype === undefined) return known[0];
  const found = known.find((name) => name === dtype);
  if (found !== undefined) return found;
  const names = known.map((name) => `'${name}'`).join(' or ');
  throw new ValueError(`${who}: dtype must be ${names}. Received: dtype=${formatValue(dtype)}.`);
}

/** A whole number in a range. */
export function checkInteger(who: string, what: string, value: unknown, low: number, high = GREATEST): number {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
  throw new ValueError(
    `${who}: ${what} must be a whole number from ${low} to ${high}. Received: ${what}=${formatValue(value)}.`,
  );
}

/** A parameter that need not be looked into: a number, or a float32 tensor whose shape broadcasts to the result's. */
export function checkParameter(
  who: string,
  what: string,
  value: unknown,
  shape: readonly number[],
): number | tf.Tensor {
  if (typeof value === 'number') return value;
  const tensor = toTensor(who, what, value, 'float32');
  if (!broadcasts(tensor.shape, shape)) throw misfit(who, what, 'must broadcast to shape', tensor, shape);
  return tensor;
}

/** What numbers a parameter may hold, in words and as a test. */
export interface Range {
  readonly words: string;
  holds(value: number): boolean;
}

/** A parameter as a float32 tensor. Numbers outside the range are refused, but for those of tensors, which are not read. */
export function checkRange(who: string, what: string, value: unknown, { words, holds }: Range): tf.Tensor {
  if (value instanceof tf.Tensor) return toTensor(who, what, value, 'float32');
  const { data, shape } = readArray(who, what, value, 'float32');
  const wrong = data.findIndex((number) => !holds(number));
  if (wrong < 0) return tf.tensor(data, shape, 'float32');
  const received = shape.length === 0 ? `${what}=${formatValue(value)}` : `${data[wrong]} in ${what}`;
  throw new ValueError(`${who}: ${what} must be ${words}. Received: ${received}.`);
}

/** Whether a shape broadcasts to another one. */
export function broadcasts(shape: readonly number[], to: readonly number[]): boolean {
  const skipped = to.length - shape.length;
  return skipped >= 0 && shape.every((dim, axis) => dim === 1 || dim === to[axis + skipped]);
}

/** The error for a parameter whose shape does not fit. */
export function misfit(
  who: string,
  what: string,
  rule: string,
  tensor: tf.Tensor,
  shape: readonly number[],
): ValueError {
  return new ValueError(
    `${who}: ${what} ${rule}. Received: ${what} of shape ${formatShape(tensor.shape)}, shape=${formatValue([...shape])}.`,
  );
}
