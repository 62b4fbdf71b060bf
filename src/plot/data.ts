import { formatShape, formatValue, ValueError } from '../base/errors';

/** What is used of a tensor. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype?: string;
  arraySync(): unknown;
}

/** Numbers to draw: nested arrays, a tensor, a variable of a layer, or a typed array. */
export type Numbers =
  | TensorLike
  | { readonly value: TensorLike }
  | ArrayLike<number>
  | readonly (readonly number[])[]
  | readonly (readonly (readonly number[])[])[]
  | readonly (readonly (readonly (readonly number[])[])[])[];

/** A regular block of numbers, row by row. */
export interface Block {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Matrix = readonly (readonly number[])[];

function isTensor(value: unknown): value is TensorLike {
  return typeof (value as TensorLike | null)?.arraySync === 'function' && Array.isArray((value as TensorLike).shape);
}

/** Nested arrays of what may also be a tensor, a variable or a typed array. */
export function nestedOf(value: unknown): unknown {
  if (isTensor(value)) return value.arraySync();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  const held = typeof value === 'object' && value !== null && 'value' in value ? value.value : undefined;
  return isTensor(held) ? held.arraySync() : value;
}

/** Whether numbers are whole by their type: an int32 tensor, or an array of integers at the end of all nested ones. */
export function isIntegral(value: unknown): boolean {
  if (isTensor(value)) return value.dtype === 'int32';
  if (ArrayBuffer.isView(value)) return !(value instanceof Float32Array || value instanceof Float64Array);
  if (Array.isArray(value)) return isIntegral(value[0]);
  const held = typeof value === 'object' && value !== null && 'value' in value ? value.value : undefined;
  return isTensor(held) && isIntegral(held);
}

/**
 * Checked numbers.
 * @throws ValueError for ragged or empty arrays and for what is not a number, naming the place.
 */
export function blockOf(who: string, name: string, value: unknown): Block {
  const nested = nestedOf(value);
  if (!Array.isArray(nested)) {
    throw new ValueError(
      `${who}: ${name} must be an array or a tensor of numbers. Received: ${name}=${formatValue(value)}.`,
    );
  }
  const shape: number[] = [];
  for (let inner: unknown = nested; Array.isArray(inner); inner = nestedOf(inner[0])) shape.push(inner.length);
  const data: number[] = [];
  const visit = (given: unknown, axis: number, place: string): void => {
    const items = typeof given === 'number' || Array.isArray(given) ? given : nestedOf(given);
    if (axis === shape.length) {
      if (typeof items !== 'number') throw notANumber(who, name, items, place);
      data.push(items);
      return;
    }
    if (!Array.isArray(items) || items.length !== shape[axis])
      throw ragged(who, name, items, place, shape[axis] as number);
    items.forEach((item, i) => {
      visit(item, axis + 1, `${place}[${i}]`);
    });
  };
  visit(nested, 0, name);
  if (data.length === 0) {
    throw new ValueError(`${who}: ${name} must not be empty. Received: an array of shape ${formatShape(shape)}.`);
  }
  return { shape, data };
}

function notANumber(who: string, name: string, item: unknown, place: string): ValueError {
  const what = Array.isArray(item) ? 'an array, where other entries are numbers' : formatValue(item);
  return new ValueError(`${who}: ${name} must hold numbers only. Received: ${place} is ${what}.`);
}

function ragged(who: string, name: string, item: unknown, place: string, size: number): ValueError {
  const what = Array.isArray(item) ? `has ${item.length}` : `is ${formatValue(item)}`;
  return new ValueError(
    `${who}: ${name} must be regular, each array as long as its neighbours. Received: ${place} ${what}, ` +
      `the first one has ${size}.`,
  );
}

/** The error for a block with the wrong number of axes. */
export function wrongShape(who: string, name: string, expected: string, shape: readonly number[]): ValueError {
  return new ValueError(`${who}: ${name} must have the shape ${expected}. Received: shape ${formatShape(shape)}.`);
}

/** Numbers as (rows, columns). */
export function matrixOf(who: string, name: string, value: unknown): number[][] {
  const { shape, data } = blockOf(who, name, value);
  if (shape.length !== 2) throw wrongShape(who, name, '(rows, columns)', shape);
  return rowsOf(data, shape[1] as number);
}

/** Numbers as a list. */
export function listOf(who: string, name: string, value: unknown): readonly number[] {
  const { shape, data } = blockOf(who, name, value);
  if (shape.length !== 1) throw wrongShape(who, name, '(n,)', shape);
  return data;
}

export function rowsOf(data: readonly number[], columns: number): number[][] {
  return Array.from({ length: data.length / columns }, (_, i) => data.slice(i * columns, (i + 1) * columns));
}

/** The parts of a block along its first axis. */
export function split({ shape, data }: Block): Block[] {
  const size = data.length / (shape[0] as number);
  return Array.from({ length: shape[0] as number }, (_, i) => ({
    shape: shape.slice(1),
    data: data.slice(i * size, (i + 1) * size),
  }));
}

/** Least and greatest number, NaN and infinities left out; `undefined` where nothing is left. */
export function rangeOf(data: Iterable<number>): [number, number] | undefined {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least <= greatest ? [least, greatest] : undefined;
}

/** Least and greatest number, at least one of them being finite. */
export function finiteRange(who: string, name: string, data: Iterable<number>): [number, number] {
  const range = rangeOf(data);
  if (range) return range;
  throw new ValueError(`${who}: ${name} must hold a finite number. Received: nothing but NaN and infinities.`);
}

/** How far along a range a value is; at the start of one that has no length, as matplotlib has it. */
export function shareOf(value: number, [from, to]: readonly [number, number]): number {
  if (from === to && value === from) return 0;
  return (value - from) / (to - from);
}
