/** What an HDF5 file holds: groups, arrays and their attributes, as the reader gives them and the writer takes them. */

/** Types of elements. `bool` is an enumeration of h5py's (FALSE 0, TRUE 1), `bfloat16` two opaque bytes as Keras writes it. */
export type H5Dtype =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string';

/**
 * The elements of an array, the last axis fastest: those of `float16` and `bfloat16` widened in a Float32Array, those of
 * `bool` as 0 and 1 in a Uint8Array, all else in the typed array of its name.
 */
export type H5Data =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

/** An attribute: a string, a number, a list of either; integers beyond 2 ** 53 are bigint. */
export type H5Attribute = string | number | bigint | string[] | number[] | bigint[];

/** An array. */
export interface H5Dataset {
  kind: 'dataset';
  dtype: H5Dtype;
  shape: number[];
  attributes: Map<string, H5Attribute>;
  /** Reads the elements: a view into the file where that can be, so not to be changed; otherwise a new array. */
  data(): H5Data;
}

/** A group: what it holds, by name. */
export interface H5Group {
  kind: 'group';
  attributes: Map<string, H5Attribute>;
  children: Map<string, H5Group | H5Dataset>;
}

/** All arrays below a group, with their paths; of names that are numbers the smallest first. */
export function* datasetsIn(group: H5Group, above = ''): Generator<[path: string, dataset: H5Dataset], void> {
  const byNumber = [...group.children].sort(([a], [b]) => Number(a) - Number(b) || 0);
  for (const [name, child] of byNumber) {
    const path = above === '' ? name : `${above}/${name}`;
    if (child.kind === 'group') yield* datasetsIn(child, path);
    else yield [path, child];
  }
}
