import { TENSORFLOW_DTYPES as DTYPE } from '../../base/dtypes';

/** An attribute of a graph node, with the kind of value that TensorFlow's `AttrValue` distinguishes. */
export type Attribute =
  | { kind: 'type'; value: number }
  | { kind: 'shape'; value: readonly number[] }
  | { kind: 'int'; value: number | readonly number[] }
  | { kind: 'float' | 'bool' | 'string'; value: number | boolean | string };

/** The value of a `Const` node. */
export interface Constant {
  /** Number of the dtype in TensorFlow's C API. */
  dtype: number;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** One operation of a TensorFlow graph. Inputs are `node:output`, or `^node` for "after that node". */
export interface GraphNode {
  name: string;
  op: string;
  inputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
  constant?: Constant;
  /** The layer it was made in; empty where it was made in none. */
  place?: string;
}

export { DTYPE };

export const type = (value: number): Attribute => ({ kind: 'type', value });
export const shape = (value: readonly number[]): Attribute => ({ kind: 'shape', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });

/** A `Const` node of float32 or int32 numbers. */
export function constant(
  name: string,
  dtype: 'float32' | 'int32',
  dims: readonly number[],
  values: readonly number[],
): GraphNode {
  const array = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return constantNode(name, { dtype: DTYPE[dtype], shape: dims, bytes: new Uint8Array(array.buffer) });
}

export function constantNode(name: string, value: Constant): GraphNode {
  return { name, op: 'Const', inputs: [], attributes: { dtype: type(value.dtype) }, constant: value };
}

/** The numbers of a constant, whatever its dtype. */
export function numbersOf({ dtype, bytes }: Constant): ArrayLike<number> {
  const copy = bytes.slice();
  if (dtype === DTYPE.float32) return new Float32Array(copy.buffer);
  if (dtype === DTYPE.int32) return new Int32Array(copy.buffer);
  return copy;
}

/** A step that cannot be a graph; the message says why, and in which layer if that is known. */
export class Unrecordable extends Error {
  override readonly name = 'Unrecordable';

  constructor(reason: string, place = '') {
    super(place === '' ? reason : `${reason} in layer '${place}'`);
  }
}
