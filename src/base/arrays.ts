/** Numbers as callers give them, in nested or typed arrays: all that takes data reads it here. */
import { formatShape, formatValue, ValueError } from './errors';
import { isPlainObject } from './options';

/** A typed array of numbers of any kind; those of 64-bit integers hold `bigint`s. */
export type TypedArray = ArrayBufferView & (ArrayLike<number> | ArrayLike<bigint>);
/** Numbers in arrays in arrays, equally long on each axis; the innermost may be typed. */
export type NestedNumbers = number | boolean | TypedArray | readonly NestedNumbers[];
/** A typed array and the shape it stands for, the last axis running fastest. */
export interface ShapedArray {
  data: TypedArray;
  shape: readonly number[];
}

const STORES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;
/** Types of elements that arrays are read as; `float64` keeps numbers as they are given. */
export type ElementType = keyof typeof STORES;
type Store<D extends ElementType = ElementType> = InstanceType<(typeof STORES)[D]>;

/** The elements in order, and their shape. */
export interface FlatArray<D extends ElementType = ElementType> {
  readonly data: Store<D>;
  readonly shape: number[];
  readonly dtype: D;
}

/** Kinds of typed arrays, by the name that they have in every realm; `wide` ones may hold more than int32 does. */
const KINDS = {
  Float16Array: 'float',
  Float32Array: 'float',
  Float64Array: 'float',
  Int8Array: 'int',
  Uint8Array: 'int',
  Uint8ClampedArray: 'int',
  Int16Array: 'int',
  Uint16Array: 'int',
  Int32Array: 'int',
  Uint32Array: 'wide',
  BigInt64Array: 'wide',
  BigUint64Array: 'wide',
} as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

/** The name of a typed array's class, such as `'Float32Array'`; `undefined` for all else. */
export function typedArrayName(value: unknown): keyof typeof KINDS | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = Reflect.get(value, Symbol.toStringTag) as keyof typeof KINDS;
  return Object.hasOwn(KINDS, name) ? name : undefined;
}

function kindOf(value: unknown): Kind | undefined {
  const name = typedArrayName(value);
  return name && KINDS[name];
}

/** Whether a value is a typed array with its shape. */
export function isShapedArray(value: unknown): value is ShapedArray {
  return isPlainObject(value) && ArrayBuffer.isView(value['data']) && Array.isArray(value['shape']);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || kindOf(value) !== undefined;
}

/** The sizes of the axes, as the first entries have them. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; isList(level); level = Array.isArray(level) ? level[0] : undefined) shape.push(level.length);
  return shape;
}

/** Whether all that arrays in arrays hold passes a test. */
function holdOnly(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) ? value.every((item) => holdOnly(item, test)) : test(value);
}

/** As NumPy and Keras have it: int32 for typed arrays of integers, bool for booleans alone, else float32. */
function typeOf(value: unknown): 'float32' | 'int32' | 'bool' {
  let first = value;
  while (Array.isArray(first)) first = first[0];
  if (typeof first === 'boolean' && holdOnly(value, (item) => typeof item === 'boolean')) return 'bool';
  const isInteger = (item: unknown): boolean => ['int', 'wide'].includes(kindOf(item) as string);
  return isInteger(first) && holdOnly(value, isInteger) ? 'int32' : 'float32';
}

/**
 * Numbers in a new typed array: what is written to the caller's arrays later changes nothing.
 *
 * @param who name in messages: `fit`
 * @param what name of the value there: `x`
 * @param dtype default: int32 for typed arrays of integers, bool for booleans alone, else float32
 * @throws TypeError for what is no array of numbers; ValueError for arrays that are not equally long, entries that are
 *   no numbers, and integers that the type does not hold, naming place and value
 */
export function readArray<D extends ElementType = 'float32' | 'int32' | 'bool'>(
  who: string,
  what: string,
  value: unknown,
  dtype?: D,
): FlatArray<D>;
export function readArray(who: string, what: string, value: unknown, dtype?: ElementType): FlatArray {
  if (isShapedArray(value)) {
    const { data } = readArray(who, `${what}.data`, value.data, dtype as ElementType);
    return { data, shape: checkedShape(who, what, value), dtype: dtype ?? typeOf(value.data) };
  }
  if (!isList(value) && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new TypeError(
      `${who}: ${what} must be a tensor or nested arrays of numbers. Received: ${formatValue(value)}.`,
    );
  }
  const [shape, type] = [shapeOf(value), dtype ?? typeOf(value)];
  return { data: new Reader(who, what, shape, type).read(value), shape, dtype: type };
}

/** The caller's own array where it is one of bytes, alone or with its shape; nothing for all else. */
export function readBytes(
  who: string,
  what: string,
  value: unknown,
): { data: Uint8Array; shape: number[] } | undefined {
  const data = isShapedArray(value) ? value.data : value;
  if (!['Uint8Array', 'Uint8ClampedArray'].includes(typedArrayName(data) as string)) return undefined;
  const shape = isShapedArray(value) ? checkedShape(who, what, value) : [(data as Uint8Array).length];
  return { data: data as Uint8Array, shape };
}

function checkedShape(who: string, what: string, { data, shape }: ShapedArray): number[] {
  const { length } = data as ArrayLike<unknown>;
  const areSizes = shape.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (areSizes && shape.reduce((product, dim) => product * dim, 1) === length) return [...shape];
  throw new ValueError(
    `${who}: ${what}.shape must be whole numbers whose product is the length of ${what}.data. ` +
      `Received: shape ${formatShape(shape)}, data of length ${length}.`,
  );
}

/** Integers beyond this are not all exact as numbers. */
const EXACT = 2 ** 53;

/** Writes arrays in arrays, walked once, into one typed array. */
class Reader {
  readonly #store: Store;
  /** Where the walk is. */
  readonly #index: number[] = [];

  constructor(
    readonly who: string,
    readonly what: string,
    readonly shape: readonly number[],
    readonly dtype: ElementType,
  ) {
    this.#store = new STORES[dtype](shape.reduce((product, dim) => product * dim, 1));
  }

  read(value: unknown): Store {
    if (this.shape.length === 0) this.#store[0] = this.#held(value as number);
    else this.#list(value, 0, 0);
    return this.#store;
  }

  /** Writes the list at a depth to a place in the store; returns the place after it. */
  #list(value: unknown, depth: number, start: number): number {
    this.#index.length = depth;
    if (!isList(value) || value.length !== this.shape[depth]) return this.#refuseList(value, depth);
    if (depth === this.shape.length - 1) return this.#row(value, start);
    if (!Array.isArray(value)) return this.#refuse('numbers', '', ' holds arrays');
    let at = start;
    for (let i = 0; i < value.length; i++) {
      this.#index[depth] = i;
      at = this.#list(value[i], depth + 1, at);
    }
    return at;
  }

  /** Writes the numbers of an innermost list. */
  #row(row: ArrayLike<unknown>, start: number): number {
    const [store, dtype] = [this.#store, this.dtype];
    const isFloat = dtype === 'float32' || dtype === 'float64';
    if (!Array.isArray(row)) {
      const isHeld = isFloat ? typeof row[0] !== 'bigint' : dtype === 'int32' && kindOf(row) === 'int';
      if (isHeld) store.set(row as ArrayLike<number>, start);
      else for (let i = 0; i < row.length; i++) store[start + i] = this.#held(row[i] as number | bigint, i);
      return start + row.length;
    }
    for (let i = 0; i < row.length; i++) {
      const item: unknown = row[i];
      if (typeof item !== 'number' && typeof item !== 'boolean') return this.#refuseEntry(item, i);
      store[start + i] = isFloat ? Number(item) : this.#held(item, i);
    }
    return start + row.length;
  }

  /** The number, after checking that the elements' type holds it. */
  #held(given: number | bigint | boolean, i?: number): number {
    const value = Number(given);
    const isBig = typeof given === 'bigint';
    if (this.dtype === 'bool') return value === 0 ? 0 : 1;
    if (this.dtype === 'int32' ? (value | 0) === value : !isBig || Math.abs(value) < EXACT || BigInt(EXACT) === given) {
      return value;
    }
    const range =
      this.dtype === 'int32' ? 'from -2147483648 to 2147483647, as int32 does' : 'that floats hold, up to 2 ** 53';
    throw new ValueError(
      `${this.who}: ${this.what} must hold whole numbers ${range}. Received: ${formatValue(given)} at ` +
        `${this.#place(i)}. Where rounding does no harm, pass Float32Array.from(values${isBig ? ', Number' : ''}).`,
    );
  }

  #place(last: number | undefined): string {
    const index = last === undefined ? this.#index : [...this.#index, last];
    return this.what + index.map((at) => `[${at}]`).join('');
  }

  /** Refuses what stands where a list like the first one was expected. */
  #refuseList(value: unknown, depth: number): never {
    if (!isList(value) && typeof value !== 'number' && typeof value !== 'boolean') return this.#refuseEntry(value);
    const received = isList(value) ? `an array of length ${value.length}` : formatValue(value);
    return this.#refuse(received, '', ` has length ${this.shape[depth]}`);
  }

  /** Refuses what stands where a number was expected. */
  #refuseEntry(value: unknown, i?: number): never {
    if (i !== undefined) this.#index.push(i);
    if (isList(value)) return this.#refuse(`an array of length ${value.length}`, '', ' is a number');
    return this.#refuse(formatValue(value), hintFor(value));
  }

  /** @param first what the first of the same list is, if that is the point */
  #refuse(received: string, hint: string, first?: string): never {
    const place = this.#place(undefined);
    const sibling = first === undefined ? '' : `, where ${place.replace(/\d+\]$/, '0]')}${first}`;
    throw new ValueError(
      `${this.who}: ${this.what} must be a tensor or nested arrays of numbers, equally long on each axis. ` +
        `Received: ${received} at ${place}${sibling}.${hint && ` ${hint}`}`,
    );
  }
}

function hintFor(value: unknown): string {
  if (typeof value === 'bigint') return 'Write Number(value), or pass a BigInt64Array.';
  if (typeof value === 'string') return 'Turn text into numbers first, as Number(text) does.';
  const isTensor = Array.isArray((value as { shape?: unknown } | null)?.shape);
  return isTensor ? 'Stack tensors with tf.stack.' : 'Give every entry a number.';
}
