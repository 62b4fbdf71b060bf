/** Arrays: type, shape, and where the elements are. */
import { MOST_RATIO } from '../../base/inflate';
import { readAttributes } from './attributes';
import { type Chunk, type Grid, placeChunk, readChunks3, readChunks4 } from './chunks';
import { countOf, readDataspace } from './dataspace';
import { type ElementType, readDatatype } from './datatype';
import { decodeElements, MEMORY } from './elements';
import { readFilters, undoFilters } from './filters';
import type { GlobalHeap } from './globalHeap';
import type { ObjectHeader } from './objectHeader';
import type { Cursor, Source } from './source';
import type { NodeSizes } from './superblock';
import type { H5Dataset } from './tree';

/** Bytes that an array may have without any in the file: those that were never written. */
const FREE_BYTES = 2 ** 24;
const [COMPACT, CONTIGUOUS, CHUNKED] = [0, 1, 2];

/** What the arrays of a file share. */
export interface Shared {
  readonly source: Source;
  readonly sizes: NodeSizes;
  readonly strings: GlobalHeap;
  /** Bytes that the elements of all arrays may take in memory. */
  readonly maxBytes: number;
  /** Bytes that they take so far. */
  bytes: number;
}

/** Where elements are, and how many bytes they take: in the file, and when all chunks are unpacked. */
interface Storage {
  readonly stored: number;
  readonly unpacked?: number;
  read(): Uint8Array;
}

/** Reads what there is to know of an array, all but its elements. */
export function readDataset(shared: Shared, header: ObjectHeader): H5Dataset {
  const { source, strings } = shared;
  const { path } = source;
  if (header.find('external')) source.fail(header.at, 'an array in this file', 'one in external files');
  if (!header.find('space') && header.find('type')) source.fail(header.at, 'a group or an array', 'a named type');
  const space = header.get('space');
  const shape = readDataspace(space) ?? space.fail('an array', 'a space with nothing in it (Empty)');
  const type = readDatatype(header.get('type'));
  const attributes = readAttributes(header, strings);
  if (type.dtype === 'bfloat16') {
    const said = attributes.get('dtype') ?? 'bfloat16';
    if (said !== 'bfloat16') source.fail(header.at, 'bfloat16 in 2 opaque bytes', `'${String(said)}'`);
    attributes.delete('dtype');
  }
  const storage = readLayout(shared, header, shape, type);
  countBytes(shared, header, shape, type, storage);
  const data = (): ReturnType<H5Dataset['data']> => {
    source.path = path;
    return decodeElements(type, storage.read(), { strings, user: 'its data' });
  };
  return { kind: 'dataset', dtype: type.dtype, shape, attributes, data };
}

/** Compares what an array takes with what is stored of it, and with what the caller allows. */
function countBytes(
  shared: Shared,
  { at }: ObjectHeader,
  shape: readonly number[],
  type: ElementType,
  { stored, unpacked = 0 }: Storage,
): void {
  const { source, maxBytes } = shared;
  const declared = countOf(shape) * type.size;
  if (declared > Math.max(FREE_BYTES, stored * MOST_RATIO)) {
    source.fail(at, `${declared} bytes, as shape (${shape.join(', ')}) has,`, `${stored} that are stored`);
  }
  const width = type.dtype === 'string' ? type.size : MEMORY[type.dtype].BYTES_PER_ELEMENT;
  shared.bytes += Math.max(countOf(shape) * width, unpacked);
  if (shared.bytes > maxBytes) {
    source.fail(at, `arrays of at most ${maxBytes} bytes in all, as maxBytes allows`, `${shared.bytes} up to here`);
  }
}

function readLayout(shared: Shared, header: ObjectHeader, shape: readonly number[], type: ElementType): Storage {
  const { source, sizes } = shared;
  const cursor = header.get('layout');
  const version = cursor.oneOf([3, 4, 5], 'version');
  const kind = cursor.u8();
  const filters = header.find('filters');
  if (kind === CHUNKED) {
    const read = version === 3 ? readChunks3 : readChunks4;
    const { grid, chunks } = read(cursor, shape, type.size, sizes.chunk);
    return chunkedStorage(source, grid, chunks, filters, readFill(header, type));
  }
  if (kind !== COMPACT && kind !== CONTIGUOUS) {
    cursor.fail('an array in this file', kind === 3 ? 'a virtual one, of parts of others' : `layout ${kind}`);
  }
  if (filters) cursor.fail('an array without filters', 'filters');
  const declared = countOf(shape) * type.size;
  const at = kind === COMPACT ? undefined : cursor.address();
  const stored = kind === COMPACT ? cursor.u16() : cursor.u64();
  if (stored !== declared && (kind === COMPACT || at !== undefined)) {
    cursor.fail(`${declared} bytes, as shape (${shape.join(', ')}) has,`, `${stored} that are stored`);
  }
  if (kind === COMPACT) {
    const bytes = cursor.take(stored);
    return { stored, read: () => bytes };
  }
  if (at === undefined) return unwritten(declared, readFill(header, type));
  source.claim(at, stored, 'data');
  return { stored, read: () => source.bytes.subarray(at, at + stored) };
}

/** What was never written has the value to fill with. */
function unwritten(size: number, fill: Uint8Array | undefined): Storage {
  return { stored: 0, read: () => filled(size, fill) };
}

function filled(size: number, fill: Uint8Array | undefined): Uint8Array {
  const bytes = new Uint8Array(size);
  if (fill) for (let at = 0; at < size; at += fill.length) bytes.set(fill, at);
  return bytes;
}

function chunkedStorage(
  source: Source,
  grid: Grid,
  chunks: readonly Chunk[],
  filterMessage: Cursor | undefined,
  fill: Uint8Array | undefined,
): Storage {
  const filters = filterMessage ? readFilters(filterMessage, grid.elementSize) : [];
  for (const { at, size, skipped } of chunks) {
    if (skipped >= 2 ** filters.length) source.fail(at, `${filters.length} filters at most left out`, String(skipped));
    const isPlain = filters.every((_, i) => (skipped & (1 << i)) !== 0);
    if (isPlain && size !== grid.chunkSize) source.fail(at, `a chunk of ${grid.chunkSize} bytes`, `${size} bytes`);
  }
  const size = countOf(grid.shape) * grid.elementSize;
  const isWhole = chunks.length === countOf(grid.counts);
  const read = (): Uint8Array => {
    const result = filled(size, isWhole ? undefined : fill);
    for (const chunk of chunks)
      placeChunk(result, grid, chunk.index, undoFilters(source, filters, chunk, grid.chunkSize));
    return result;
  };
  const stored = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  return { stored, unpacked: chunks.length * grid.chunkSize, read };
}

/** The bytes of the value that fills what was not written; `undefined` for zeros. */
function readFill(header: ObjectHeader, { size }: ElementType): Uint8Array | undefined {
  const cursor = header.find('fill') ?? header.find('oldFill');
  if (cursor === undefined) return undefined;
  if (header.find('fill')) {
    const version = cursor.oneOf([1, 2, 3], 'version');
    const flags = cursor.u8();
    if (version < 3) cursor.skip(1);
    const hasValue = version < 3 ? cursor.u8() > 0 || version === 1 : (flags & 32) !== 0;
    if (!hasValue) return undefined;
  }
  const length = cursor.u32();
  if (length === 0 || length === 0xffffffff) return undefined;
  if (length !== size) cursor.fail(`a value of ${size} bytes to fill with`, `${length} bytes`);
  return cursor.take(length);
}
