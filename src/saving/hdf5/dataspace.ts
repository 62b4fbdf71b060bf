/** Dataspace messages: the sizes of the axes of an array. */
import type { Cursor } from './source';

const MAX_RANK = 32;
/** What counts exactly in a number. */
const MOST = 2 ** 53;

/** Axes, last one fastest; `undefined` for a space with nothing in it, not even one number. */
export function readDataspace(cursor: Cursor): number[] | undefined {
  const version = cursor.oneOf([1, 2], 'version');
  const rank = cursor.u8();
  if (rank > MAX_RANK) cursor.fail(`at most ${MAX_RANK} axes`, String(rank));
  const flags = cursor.u8();
  const kind = version === 2 ? cursor.oneOf([0, 1, 2], 'type') : undefined;
  if (version === 1) cursor.skip(5);
  if (kind !== undefined && kind !== 1 && rank > 0) cursor.fail('no axes of a space that has none', String(rank));
  const shape = Array.from({ length: rank }, () => cursor.u64());
  const limits = (flags & 1) === 0 ? [] : shape.map(() => cursor.address());
  shape.forEach((size, axis) => {
    if (size > (limits[axis] ?? size)) cursor.fail(`at most ${limits[axis]} entries on axis ${axis}`, String(size));
  });
  const count = shape.reduce((product, size) => product * Math.max(size, 1), 1);
  if (count > MOST) cursor.fail('an array with fewer elements', `shape (${shape.join(', ')})`);
  return kind === 2 ? undefined : shape;
}

/** The number of elements in an array of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
