import { outputSize, type Padding2d } from 'keras-ts/reference';
import * as fc from '../fastCheck';

export type Pair = readonly [number, number];
export type Shape4 = readonly [number, number, number, number];
export type Images = number[][][][];

/** Whole numbers from -4 to 4, always the same for a seed: products and sums of them are exact in float32. */
function integers(seed: number, length: number): number[] {
  let state = (seed * 7919 + 1) >>> 0;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (Math.floor(state / 65536) % 9) - 4;
  });
}

export function nest([n, h, w, c]: Shape4, flat: readonly number[]): Images {
  let next = 0;
  const make = <T>(length: number, entry: () => T): T[] => Array.from({ length }, entry);
  return make(n, () => make(h, () => make(w, () => make(c, () => flat[next++] as number))));
}

export function images(seed: number, shape: Shape4): Images {
  const [n, h, w, c] = shape;
  return nest(shape, integers(seed, n * h * w * c));
}

export function shapeOf(x: Images): Shape4 {
  return [x.length, x[0]?.length ?? 0, x[0]?.[0]?.length ?? 0, x[0]?.[0]?.[0]?.length ?? 0];
}

export const flat = (x: Images): number[] => x.flat(3);

/** The sum of the products of two arrays of one shape. */
export function inner(x: Images, y: Images): number {
  expect(shapeOf(x)).toEqual(shapeOf(y));
  const other = flat(y);
  return flat(x).reduce((sum, value, i) => sum + value * (other[i] as number), 0);
}

/** Equal shapes, and no entry further off than `tolerance`. */
export function expectClose(actual: Images, expected: Images, tolerance = 0): void {
  expect(shapeOf(actual)).toEqual(shapeOf(expected));
  const other = flat(expected);
  const off = Math.max(...flat(actual).map((value, i) => Math.abs(value - (other[i] as number))));
  expect(off).toBeLessThanOrEqual(tolerance);
}

/** A convolution drawn at random. */
export interface Case {
  seed: number;
  batch: number;
  size: Pair;
  kernel: Pair;
  strides: Pair;
  dilationRate: Pair;
  padding: Padding2d;
  groups: number;
  /** Per group. */
  channels: number;
  filters: number;
}

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const pairOf = (min: number, max: number): fc.Arbitrary<Pair> => fc.tuple(between(min, max), between(min, max));
export const names = fc.constantFrom<Padding2d>('valid', 'same');
export const paddings = fc.oneof(names, between(0, 2), pairOf(0, 2), fc.tuple(pairOf(0, 2), pairOf(0, 2)));

/** Random convolutions whose kernel fits, odd and even, square and not. */
export function cases(change: Partial<{ [K in keyof Case]: fc.Arbitrary<Case[K]> }> = {}): fc.Arbitrary<Case> {
  const all = fc.record({
    seed: between(0, 10_000),
    batch: between(1, 2),
    size: pairOf(1, 8),
    kernel: pairOf(1, 4),
    strides: pairOf(1, 3),
    dilationRate: pairOf(1, 3),
    padding: paddings,
    groups: between(1, 3),
    channels: between(1, 3),
    filters: between(1, 3),
    ...change,
  });
  return all.filter(fits);
}

function fits({ size, kernel, dilationRate, padding }: Case): boolean {
  try {
    outputSize({ input: size, kernel, dilation: dilationRate, padding });
    return true;
  } catch {
    return false;
  }
}

/** Input and kernel of a case. */
export function dataOf(c: Case): {
  x: Images;
  kernel: Images;
  options: Pick<Case, 'strides' | 'dilationRate' | 'padding' | 'groups'>;
} {
  const { strides, dilationRate, padding, groups } = c;
  const x = images(c.seed, [c.batch, c.size[0], c.size[1], groups * c.channels]);
  const kernel = images(c.seed + 1, [c.kernel[0], c.kernel[1], c.channels, groups * c.filters]);
  return { x, kernel, options: { strides, dilationRate, padding, groups } };
}
