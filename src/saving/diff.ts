/** How two files of models differ: in the config, value by value, and in the weights, array by array. */
import { formatShape } from '../base/errors';
import { isPlainObject } from '../base/options';
import type { FileSource } from '../models';
import { openFile } from './files';
import { datasetsIn, type H5Dataset } from './hdf5';
import { MOST_BYTES } from './source';

/** A value of the configs; `undefined` where one has none. */
export interface ConfigDifference {
  /** Keys and indices, with dots between them. */
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** An array of the files. */
export interface WeightDifference {
  readonly path: string;
  /** Type and shape, where they differ or one has none (`null`). */
  readonly a: string | null;
  readonly b: string | null;
  /** The largest difference of two numbers, and how many differ; `null` where arrays cannot be compared. */
  readonly largest: number | null;
  readonly changed: number | null;
}

export interface FileDifference {
  readonly config: readonly ConfigDifference[];
  readonly weights: readonly WeightDifference[];
  /** Arrays that are the same in both. */
  readonly equal: number;
}

/**
 * Compares two files of Keras, of any format.
 * @throws ValueError for what is no such file, or damaged.
 */
export async function diffFiles(a: FileSource, b: FileSource): Promise<FileDifference> {
  const first = await openFile('diff', a, MOST_BYTES);
  const second = await openFile('diff', b, MOST_BYTES);
  const config: ConfigDifference[] = [];
  compare(first.config, second.config, '', config);
  const [p, q] = [new Map(datasetsIn(first.root)), new Map(datasetsIn(second.root))];
  const paths = [...new Set([...p.keys(), ...q.keys()])];
  const all = paths.map((path) => difference(path, p.get(path), q.get(path)));
  const weights = all.filter((found): found is WeightDifference => found !== undefined);
  return { config, weights, equal: all.length - weights.length };
}

/** Notes the innermost values that differ. */
function compare(a: unknown, b: unknown, path: string, found: ConfigDifference[]): void {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) compare(a[i], b[i], join(path, String(i)), found);
  } else if (isPlainObject(a) && isPlainObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(a[key], b[key], join(path, key), found);
  } else if (!Object.is(a, b)) found.push({ path, a, b });
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function difference(path: string, a: H5Dataset | undefined, b: H5Dataset | undefined): WeightDifference | undefined {
  const [one, other] = [a, b].map((data) => (data ? `${data.dtype} ${formatShape(data.shape)}` : null));
  if (!a || !b || one !== other) return { path, a: one ?? null, b: other ?? null, largest: null, changed: null };
  const [p, q] = [a.data(), b.data()] as [ArrayLike<unknown>, ArrayLike<unknown>];
  let [largest, changed] = [0, 0];
  for (let i = 0; i < p.length; i++) {
    if (Object.is(p[i], q[i])) continue;
    changed++;
    const gap = Math.abs(Number(p[i]) - Number(q[i]));
    largest = Number.isNaN(gap) ? Number.NaN : Math.max(largest, gap);
  }
  return changed === 0 ? undefined : { path, a: one ?? null, b: other ?? null, largest, changed };
}
