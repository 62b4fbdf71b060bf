/** Messages of object headers as they are written: space, type, layout, attribute; and the headers around them. */
import { FLOATS, ITEM_SIZES } from './datatype';
import { MESSAGE } from './objectHeader';
import type { H5Dtype } from './tree';

/** Most bytes of a message; Keras's bound for a list of names in an attribute. */
export const LARGEST_MESSAGE = 64_512;
/** Says that a message does not change. */
const CONSTANT = 1;

/** Numbers one after another, little-endian. */
export class Output {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(...values: number[]): this {
    for (const value of values) this.#view.setUint8(this.at++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.at, value, true);
    return this.skip(2);
  }

  u32(value: number): this {
    this.#view.setUint32(this.at, value, true);
    return this.skip(4);
  }

  /** A length or a place; -1 for none. */
  u64(value: number | bigint): this {
    this.#view.setBigUint64(this.at, BigInt.asUintN(64, BigInt(value)), true);
    return this.skip(8);
  }

  put(bytes: Uint8Array | string): this {
    const content = typeof bytes === 'string' ? encode(bytes) : bytes;
    this.bytes.set(content, this.at);
    return this.skip(content.length);
  }

  /** Steps over zeros. */
  skip(length: number): this {
    this.at += length;
    return this;
  }
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The next multiple of 8. */
export function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Strings of one length, zeros at their end: for lists that are too long with a place in a heap for each. */
export interface FixedStrings {
  readonly fixed: number;
}

export function encodeType(dtype: H5Dtype | FixedStrings): Uint8Array {
  if (typeof dtype === 'object') return new Output(8).u8(0x13, 0x11, 0, 0).u32(dtype.fixed).bytes;
  const size = ITEM_SIZES[dtype];
  switch (dtype) {
    case 'float16':
    case 'float32':
    case 'float64': {
      const [sign, offset, precision, ...parts] = FLOATS[dtype];
      const output = new Output(20).u8(0x11, 0x20, sign, 0).u32(size).u16(offset).u16(precision);
      return output.u8(...parts.slice(0, 4)).u32(parts[4] as number).bytes;
    }
    case 'bfloat16':
      return new Output(8).u8(0x15, 0, 0, 0).u32(size).bytes; // opaque
    case 'bool': {
      const names = new Output(16).put('FALSE').skip(3).put('TRUE').bytes;
      return new Output(38).u8(0x18, 2, 0, 0).u32(size).put(encodeType('int8')).put(names).u8(0, 1).bytes;
    }
    case 'string': {
      const output = new Output(20).u8(0x19, 0x01, 0x01, 0).u32(size); // variable-length, UTF-8
      return output.u8(0x10, 0, 0, 0).u32(1).u16(0).u16(8).bytes;
    }
    default: {
      const isSigned = dtype.startsWith('int');
      return new Output(12)
        .u8(0x10, isSigned ? 8 : 0, 0, 0)
        .u32(size)
        .u16(0)
        .u16(size * 8).bytes;
    }
  }
}

export function encodeSpace(shape: readonly number[]): Uint8Array {
  const output = new Output(8 + 8 * shape.length).u8(1, shape.length).skip(6);
  for (const size of shape) output.u64(size);
  return output.bytes;
}

/** A name in ASCII in version 1, as h5py writes it; another one in version 3, which says that it is UTF-8. */
export function encodeAttribute(name: string, type: Uint8Array, space: Uint8Array, data: Uint8Array): Uint8Array {
  const named = encode(`${name}\0`);
  const parts = [named, type, space];
  const isPlain = named.length === name.length + 1;
  const room = isPlain ? align : (length: number): number => length;
  const size = parts.reduce((sum, { length }) => sum + room(length), isPlain ? 8 : 9) + data.length;
  const output = new Output(size).u8(isPlain ? 1 : 3, 0);
  for (const { length } of parts) output.u16(length);
  if (!isPlain) output.u8(1);
  for (const part of parts) output.put(part).skip(room(part.length) - part.length);
  return output.put(data).bytes;
}

type Message = readonly [type: keyof typeof MESSAGE, content: Uint8Array, flags?: number];

/** The messages of an array whose data are at a place, -1 for none. */
export function datasetMessages(dtype: H5Dtype, shape: readonly number[], at: number, size: number): Message[] {
  return [
    ['space', encodeSpace(shape)],
    ['type', encodeType(dtype), CONSTANT],
    ['fill', new Output(8).u8(2, 2, 2, 1).bytes, CONSTANT], // as HDF5 has it by default: zeros
    ['layout', new Output(18).u8(3, 1).u64(at).u64(size).bytes],
  ];
}

export function groupMessages(tree: number, heap: number): Message[] {
  return [['symbolTable', new Output(16).u64(tree).u64(heap).bytes]];
}

/** An object header of version 1. */
export function encodeHeader(messages: readonly Message[]): Uint8Array {
  const size = messages.reduce((sum, [, { length }]) => sum + 8 + align(length), 0);
  const output = new Output(16 + size).u8(1, 0).u16(messages.length).u32(1).u32(size).skip(4);
  for (const [type, content, flags = 0] of messages) {
    const room = align(content.length);
    output.u16(MESSAGE[type]).u16(room).u8(flags).skip(3);
    output.put(content).skip(room - content.length);
  }
  return output.bytes;
}
