/** Datatype messages: what an element is, and how it is written. */
import type { Cursor } from './source';
import type { H5Dtype } from './tree';

/** Classes of types, in HDF5's order. */
const CLASSES = [
  'an integer',
  'a float',
  'a time',
  'a string',
  'a bit field',
  'opaque bytes',
  'a compound',
  'a reference',
  'an enumeration',
  'a list of any length',
  'an array',
  'a complex number',
] as const;
const NEWEST = 5;

/** Where the parts of a float stand: sign bit, first bit, bits in all, exponent and its bits, mantissa and its bits, bias. */
export const FLOATS = {
  float16: [15, 0, 16, 10, 5, 0, 10, 15],
  bfloat16: [15, 0, 16, 7, 8, 0, 7, 127],
  float32: [31, 0, 32, 23, 8, 0, 23, 127],
  float64: [63, 0, 64, 52, 11, 0, 52, 1023],
} as const;

/** Bytes of one element in a file; those of strings are a place in a heap of strings, or as many as the file says. */
export const ITEM_SIZES = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
  string: 16,
} as const satisfies Record<H5Dtype, number>;

/** How strings end: before the first zero, before the zeros at their end, before the spaces there. */
export type Padding = 'zero' | 'zeros' | 'spaces';
const PADDINGS: readonly Padding[] = ['zero', 'zeros', 'spaces'];

export interface ElementType {
  readonly dtype: H5Dtype;
  /** Bytes of an element. */
  readonly size: number;
  readonly isBigEndian: boolean;
  /** Of strings of one length only. */
  readonly padding?: Padding;
  /** Bytes that are bfloat16 only where an attribute does not say otherwise. */
  readonly isOpaque?: boolean;
}

export function readDatatype(cursor: Cursor): ElementType {
  const classAndVersion = cursor.u8();
  const [kind, version] = [classAndVersion & 15, classAndVersion >> 4];
  if (version < 1 || version > NEWEST) cursor.fail(`version 1 to ${NEWEST} of a type`, String(version));
  const bits = cursor.uint(3);
  const size = cursor.u32();
  if (size === 0) cursor.fail('elements of at least a byte', '0');
  const isBigEndian = (bits & 1) !== 0;
  switch (CLASSES[kind]) {
    case 'an integer':
      return { dtype: readInteger(cursor, bits, size), size, isBigEndian };
    case 'a float':
      return { dtype: readFloat(cursor, bits, size), size, isBigEndian };
    case 'a string':
      return { dtype: 'string', size, isBigEndian: false, padding: readPadding(cursor, bits) };
    case 'opaque bytes':
      if (size !== ITEM_SIZES.bfloat16) cursor.fail('opaque elements of 2 bytes (bfloat16)', `${size} bytes`);
      return { dtype: 'bfloat16', size, isBigEndian: false, isOpaque: true };
    case 'an enumeration':
      return readBool(cursor, bits, size, version);
    case 'a list of any length':
      return readText(cursor, bits, size);
    default:
      return cursor.fail('elements that are numbers, booleans or strings', CLASSES[kind] ?? `class ${kind}`);
  }
}

function readInteger(cursor: Cursor, bits: number, size: number): H5Dtype {
  const [offset, precision] = [cursor.u16(), cursor.u16()];
  const name = `${(bits & 8) === 0 ? 'u' : ''}int${size * 8}`;
  const isWhole = offset === 0 && precision === size * 8 && (bits & 6) === 0;
  if (isWhole && Object.hasOwn(ITEM_SIZES, name)) return name as H5Dtype;
  return cursor.fail('integers of 8, 16, 32 or 64 bits', `${precision} of ${size * 8} bits`);
}

function readFloat(cursor: Cursor, bits: number, size: number): H5Dtype {
  const layout = [(bits >> 8) & 0xff, cursor.u16(), cursor.u16()];
  for (let i = 0; i < 4; i++) layout.push(cursor.u8());
  layout.push(cursor.u32());
  const names = Object.keys(FLOATS) as (keyof typeof FLOATS)[];
  const name = names.find((known) => FLOATS[known].join() === layout.join());
  const isPlain = (bits & 0x7e) === 0x20; // the first bit of the mantissa is not written, and no VAX
  if (name && isPlain && size === ITEM_SIZES[name]) return name;
  return cursor.fail(`floats of the form of ${names.join(', ')}`, `${size * 8} bits of another form`);
}

function readPadding(cursor: Cursor, bits: number): Padding {
  if ((bits & 0xf0) > 0x10) cursor.fail('strings in ASCII or UTF-8', `character set ${(bits & 0xf0) >> 4}`);
  return PADDINGS[bits & 15] ?? cursor.fail(`padding ${PADDINGS.join(', ')} of strings`, `number ${bits & 15}`);
}

/** h5py's booleans: an enumeration of bytes, FALSE 0 and TRUE 1. */
function readBool(cursor: Cursor, bits: number, size: number, version: number): ElementType {
  const count = bits & 0xffff;
  const base = readDatatype(cursor);
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = cursor.at;
    names.push(cursor.textToZero());
    if (version < 3) cursor.skip(-(cursor.at - start) & 7);
    if (i > 1) break;
  }
  const isBool = names.join() === 'FALSE,TRUE' && base.size === 1 && /^u?int8$/.test(base.dtype) && size === 1;
  if (!isBool || cursor.u8() !== 0 || cursor.u8() !== 1) {
    cursor.fail(
      "the one enumeration that h5py has for booleans, 'FALSE' 0 and 'TRUE' 1",
      `that of ${names.join(', ')}`,
    );
  }
  return { dtype: 'bool', size, isBigEndian: false };
}

function readText(cursor: Cursor, bits: number, size: number): ElementType {
  if ((bits & 15) !== 1) cursor.fail('elements that are numbers, booleans or strings', CLASSES[9]);
  if (size !== ITEM_SIZES.string) cursor.fail(`${ITEM_SIZES.string} bytes for the place of a string`, String(size));
  return { dtype: 'string', size, isBigEndian: false };
}
