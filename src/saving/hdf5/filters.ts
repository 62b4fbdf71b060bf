/** What was done to the bytes of chunks: deflate, shuffle and Fletcher's checksum are undone, all else is refused. */
import { unzlib } from '../../base/inflate';
import { fletcher32 } from './checksums';
import type { Cursor, Source } from './source';

const NAMES: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'nbit',
  6: 'scaleoffset',
  32000: 'LZF',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'bitshuffle',
  32015: 'Zstandard',
};
const [DEFLATE, SHUFFLE, FLETCHER32] = [1, 2, 3];
const CHECKSUM_SIZE = 4;

interface Filter {
  readonly id: number;
  /** Bytes of an element, of shuffle. */
  readonly width: number;
}

/** Reads a filter pipeline message, in the order in which the filters were applied. */
export function readFilters(cursor: Cursor, elementSize: number): Filter[] {
  const version = cursor.oneOf([1, 2], 'version');
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  const filters: Filter[] = [];
  for (let i = 0; i < count; i++) {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2); // whether it may be left out
    const values = cursor.u16();
    cursor.skip(version === 1 ? nameLength + (-nameLength & 7) : nameLength);
    const [width = 1] = Array.from({ length: values }, () => cursor.u32());
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    if (![DEFLATE, SHUFFLE, FLETCHER32].includes(id)) {
      cursor.fail('chunks packed with gzip, shuffle or fletcher32 alone', NAMES[id] ?? `filter ${id}`);
    }
    if (filters.some((filter) => filter.id === id)) cursor.fail(`filter ${id} once`, 'twice');
    if (id === SHUFFLE && width !== elementSize) cursor.fail(`bytes of ${elementSize} shuffled`, String(width));
    filters.push({ id, width });
  }
  return filters;
}

/**
 * Undoes filters.
 *
 * @param skipped a bit for each filter that was not applied to this chunk
 * @param size bytes of the chunk before any filter
 */
export function undoFilters(
  source: Source,
  filters: readonly Filter[],
  chunk: { readonly at: number; readonly size: number; readonly skipped: number },
  size: number,
): Uint8Array {
  const applied = filters.filter((_, i) => (chunk.skipped & (1 << i)) === 0);
  const deflateAt = applied.findIndex(({ id }) => id === DEFLATE);
  const isChecked = applied.findIndex(({ id }) => id === FLETCHER32);
  const unpackedSize = size + (isChecked >= 0 && isChecked < deflateAt ? CHECKSUM_SIZE : 0);
  let bytes = source.bytes.subarray(chunk.at, chunk.at + chunk.size);
  for (const { id, width } of applied.reverse()) {
    if (id === DEFLATE) bytes = unpack(source, chunk.at, bytes, unpackedSize);
    else if (id === SHUFFLE) bytes = unshuffle(bytes, width);
    else bytes = unchecked(source, chunk.at, bytes);
  }
  if (bytes.length !== size) source.fail(chunk.at, `a chunk of ${size} bytes`, `${bytes.length} bytes`);
  return bytes;
}

function unpack(source: Source, at: number, packed: Uint8Array, size: number): Uint8Array {
  try {
    return unzlib(packed, size);
  } catch (error) {
    return source.fail(at, 'intact zlib data', (error as Error).message);
  }
}

/** From the first bytes of all elements, the second ones and so on to the elements; what is left over stays at the end. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / width);
  const result = bytes.slice();
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < count; j++) result[j * width + i] = bytes[i * count + j] as number;
  }
  return result;
}

function unchecked(source: Source, at: number, bytes: Uint8Array): Uint8Array {
  const length = bytes.length - CHECKSUM_SIZE;
  if (length < 0) source.fail(at, 'a chunk with its checksum', `${bytes.length} bytes`);
  const content = bytes.subarray(0, length);
  const sum = new DataView(bytes.buffer, bytes.byteOffset + length, CHECKSUM_SIZE).getUint32(0, true);
  const expected = fletcher32(content);
  if (sum !== expected) source.fail(at, `a chunk with checksum ${expected}`, String(sum));
  return content;
}
