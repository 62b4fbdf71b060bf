import { show, showShape, valueError } from './errors';

// Letters used in this folder: N images, H rows, W columns, C input channels, K filters (output channels), G groups,
// M depth multiplier; n, y, x, c, k count through them; i, j are output row and column, a, b kernel row and column.

/** Nested arrays by their depth, as the functions of this folder take them (they change nothing). */
export type Rank1 = readonly number[];
export type Rank2 = readonly Rank1[];
export type Rank3 = readonly Rank2[];
export type Rank4 = readonly Rank3[];

export type Shape2 = readonly [number, number];
export type Shape3 = readonly [number, number, number];
export type Shape4 = readonly [number, number, number, number];

export const VECTOR = ['length'] as const;
export const MATRIX = ['height', 'width'] as const;
export const SEQUENCES = ['batch', 'steps', 'channels'] as const;
export const SEQUENCE_KERNEL = ['size', 'channels / groups', 'filters'] as const;
export const IMAGES = ['batch', 'height', 'width', 'channels'] as const;
export const KERNEL = ['kernel height', 'kernel width', 'channels / groups', 'filters'] as const;

type Names<S extends readonly number[]> = { readonly [I in keyof S]: string };

/** The shape of nested arrays of numbers, checked: right depth, no empty or ragged level, nothing but numbers. */
export function shapeOf<S extends readonly number[]>(who: string, name: string, value: unknown, axes: Names<S>): S {
  const expected = `${name} must be a nested array of numbers of shape (${axes.join(', ')})`;
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  if (!Array.isArray(value)) throw valueError(who, expected, `${name}=${show(value)}`);
  if (shape.includes(0)) throw valueError(who, `${name} must not be empty`, `${name} of shape ${showShape(shape)}`);
  if (shape.length !== axes.length) {
    const mend = shape.length < axes.length ? 'Add a level of brackets.' : 'Take a level of brackets away.';
    throw valueError(who, expected, `${name} of shape ${showShape(shape)}`, mend);
  }
  checkLevel(who, name, value, shape);
  return shape as unknown as S;
}

function checkLevel(who: string, path: string, value: unknown, shape: readonly number[]): void {
  const [length, ...inner] = shape;
  if (length === undefined) {
    if (typeof value !== 'number') throw valueError(who, `${path} must be a number`, `${path}=${show(value)}`);
    return;
  }
  if (!Array.isArray(value) || value.length !== length) {
    const received = Array.isArray(value) ? `${path} of length ${value.length}` : `${path}=${show(value)}`;
    throw valueError(who, `${path} must be an array of length ${length}, as its neighbours are`, received);
  }
  for (let i = 0; i < length; i++) checkLevel(who, `${path}[${i}]`, value[i], inner);
}

/** A shape given as an argument, checked: as many positive integers as there are axes. */
export function checkShape<S extends readonly number[]>(who: string, name: string, shape: S, axes: Names<S>): S {
  const good = Array.isArray(shape) && shape.length === axes.length && shape.every((n) => Number.isInteger(n) && n > 0);
  if (!good) {
    const expected = `${name} must be ${axes.length} positive integers (${axes.join(', ')})`;
    throw valueError(who, expected, `${name}=${show(shape)}`);
  }
  return shape;
}

/** The value at (i, j), and 0 outside: that is what zero padding means. */
export function at2(x: Rank2, i: number, j: number): number {
  return x[i]?.[j] ?? 0;
}

/** The value at (n, i, c), and 0 outside. */
export function at3(x: Rank3, n: number, i: number, c: number): number {
  return x[n]?.[i]?.[c] ?? 0;
}

/** The value at (n, i, j, c), and 0 outside. */
export function at4(x: Rank4, n: number, i: number, j: number, c: number): number {
  return x[n]?.[i]?.[j]?.[c] ?? 0;
}

/** An array of `length` entries, each a function of its index. */
export function build1<T>(length: number, entry: (i: number) => T): T[] {
  const out: T[] = [];
  for (let i = 0; i < length; i++) out.push(entry(i));
  return out;
}

export function build2([h, w]: Shape2, entry: (i: number, j: number) => number): number[][] {
  return build1(h, (i) => build1(w, (j) => entry(i, j)));
}

export function build3([n, h, w]: Shape3, entry: (n: number, i: number, j: number) => number): number[][][] {
  return build1(n, (m) => build2([h, w], (i, j) => entry(m, i, j)));
}

export function build4(
  [n, h, w, c]: Shape4,
  entry: (n: number, i: number, j: number, k: number) => number,
): number[][][][] {
  return build1(n, (m) => build3([h, w, c], (i, j, k) => entry(m, i, j, k)));
}
