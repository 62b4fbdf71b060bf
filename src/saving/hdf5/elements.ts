/** The elements of an array: from the bytes of a file to a typed array or strings. */
import type { ElementType, Padding } from './datatype';
import type { GlobalHeap } from './globalHeap';
import { fromBfloat16, fromFloat16, widen } from './halves';
import { decodeText } from './source';
import type { H5Data } from './tree';

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** What holds the numbers of a type in memory. */
export const MEMORY = { ...ARRAYS, float16: Float32Array, bfloat16: Float32Array } as const;

interface StringsOf {
  readonly strings: GlobalHeap;
  /** Whose strings they are, in messages. */
  readonly user: string;
}

/** A view of the bytes where that can be, a new array elsewhere. */
export function decodeElements(
  { dtype, size, isBigEndian, padding }: ElementType,
  bytes: Uint8Array,
  of: StringsOf,
): H5Data {
  if (dtype === 'string') return padding ? fixedStrings(bytes, size, padding, of) : variableStrings(bytes, size, of);
  const little = isBigEndian && size > 1 ? reversed(bytes, size) : bytes;
  if (dtype === 'float16') return widen(viewOf(Uint16Array, little), fromFloat16);
  if (dtype === 'bfloat16') return widen(viewOf(Uint16Array, little), fromBfloat16);
  return viewOf<H5Data>(ARRAYS[dtype], little);
}

interface ArrayType<T> {
  new (buffer: ArrayBufferLike, start: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

function viewOf<T>(type: ArrayType<T>, bytes: Uint8Array): T {
  const width = type.BYTES_PER_ELEMENT;
  const { buffer, byteOffset, length } = byteOffsetFits(bytes, width) ? bytes : bytes.slice();
  return new type(buffer, byteOffset, length / width);
}

function byteOffsetFits({ byteOffset }: Uint8Array, width: number): boolean {
  return byteOffset % width === 0;
}

/** The other order of bytes. */
function reversed(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    for (let i = 0; i < size; i++) result[at + i] = bytes[at + size - 1 - i] as number;
  }
  return result;
}

function fixedStrings(bytes: Uint8Array, size: number, padding: Padding, { strings, user }: StringsOf): string[] {
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const whole = bytes.subarray(i * size, (i + 1) * size);
    const zero = padding === 'zero' ? whole.indexOf(0) : -1;
    const text = decodeText(zero < 0 ? whole : whole.subarray(0, zero), () =>
      strings.source.fail(
        bytes.byteOffset - strings.source.bytes.byteOffset,
        `text in UTF-8 in ${user}`,
        'other bytes',
      ),
    );
    return padding === 'spaces' ? text.replace(/ +$/, '') : text;
  });
}

function variableStrings(bytes: Uint8Array, size: number, { strings, user }: StringsOf): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const path = strings.source.path;
  return Array.from({ length: bytes.length / size }, (_, i) => strings.read(view, i * size, `${path}, ${user}, ${i}`));
}
