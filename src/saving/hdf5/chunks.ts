/** Arrays in chunks: where each chunk is, and how they are put together. */
import { checkLookup3 } from './checksums';
import { countOf } from './dataspace';
import type { Cursor, Source } from './source';
import { visitTree } from './tree1';

/** A chunk in the file; `index` counts chunks as elements are counted, the last axis fastest. */
export interface Chunk {
  readonly index: number;
  readonly at: number;
  readonly size: number;
  readonly skipped: number;
}

/** How an array is divided. */
export interface Grid {
  readonly shape: readonly number[];
  /** Entries of a chunk on each axis. */
  readonly chunk: readonly number[];
  /** Chunks on each axis. */
  readonly counts: readonly number[];
  readonly elementSize: number;
  /** Bytes of a chunk, unpacked. */
  readonly chunkSize: number;
}

/** Kinds of indexes of layout 4. */
const SINGLE = 1;
const IMPLICIT = 2;
const FIXED = 3;
const OTHERS: Readonly<Record<number, string>> = {
  4: 'an extensible array, as for an array without limit on one axis',
  5: 'a B-tree of version 2, as for an array without limit on several axes',
};

function gridOf(cursor: Cursor, shape: readonly number[], dims: readonly number[], elementSize: number): Grid {
  const chunk = dims.slice(0, -1);
  if (dims.at(-1) !== elementSize || chunk.length !== shape.length || chunk.length === 0 || chunk.includes(0)) {
    cursor.fail(`chunks of an array of ${shape.length} axes and ${elementSize} bytes`, `chunks (${dims.join(', ')})`);
  }
  const counts = shape.map((size, axis) => Math.ceil(size / (chunk[axis] as number)));
  const chunkSize = countOf(chunk) * elementSize;
  if (chunkSize > 2 ** 32) cursor.fail('chunks of at most 4 GiB', `${chunkSize} bytes`);
  return { shape, chunk, counts, elementSize, chunkSize };
}

interface Chunked {
  readonly grid: Grid;
  readonly chunks: readonly Chunk[];
}

/** Reads layout 3, whose chunks stand in a tree in their order. */
export function readChunks3(cursor: Cursor, shape: readonly number[], elementSize: number, half: number): Chunked {
  const { source } = cursor;
  const rank = cursor.u8();
  const root = cursor.address();
  const dims = Array.from({ length: rank }, () => cursor.u32());
  const grid = gridOf(cursor, shape, dims, elementSize);
  const chunks: Chunk[] = [];
  if (root === undefined) return { grid, chunks };
  visitTree(source, root, { type: 1, half, keySize: 8 + 8 * rank }, (key, at) => {
    const size = key.u32();
    const skipped = key.u32();
    const index = grid.chunk.reduce((sum, entries, axis) => {
      const start = key.u64();
      const isInside = start % entries === 0 && start < (shape[axis] as number);
      if (!isInside) key.fail(`a chunk of shape (${shape.join(', ')})`, `one at ${start} on axis ${axis}`);
      return sum * (grid.counts[axis] as number) + start / entries;
    }, 0);
    if (index <= (chunks.at(-1)?.index ?? -1)) key.fail('chunks in their order', 'one before the last');
    source.claim(at, size, 'a chunk');
    chunks.push({ index, at, size, skipped });
  });
  return { grid, chunks };
}

/** Reads layouts 4 and 5 (`libver='latest'`). */
export function readChunks4(cursor: Cursor, shape: readonly number[], elementSize: number): Chunked {
  const { source } = cursor;
  const flags = cursor.u8();
  if ((flags & ~2) !== 0) cursor.fail('chunks that are all packed the same way', `flags ${flags}`);
  const rank = cursor.u8();
  const width = cursor.u8();
  if (width < 1 || width > 8) cursor.fail('chunk sizes of 1 to 8 bytes', String(width));
  const grid = gridOf(
    cursor,
    shape,
    Array.from({ length: rank }, () => cursor.uint(width)),
    elementSize,
  );
  const kind = cursor.u8();
  const { chunkSize } = grid;
  const total = countOf(grid.counts);
  const chunks: Chunk[] = [];
  const add = (index: number, at: number, size: number, skipped = 0): void => {
    source.claim(at, size, 'a chunk');
    chunks.push({ index, at, size, skipped });
  };
  if (kind === SINGLE) {
    const [size, skipped] = (flags & 2) === 0 ? [chunkSize, 0] : [cursor.u64(), cursor.u32()];
    const at = cursor.address();
    if (at !== undefined && total !== 1) cursor.fail('one chunk', `${total} of them`);
    if (at !== undefined) add(0, at, size, skipped);
  } else if (kind === IMPLICIT) {
    const at = cursor.address();
    if (at !== undefined) source.need(at, total * chunkSize, 'chunks');
    for (let i = 0; at !== undefined && i < total; i++) add(i, at + i * chunkSize, chunkSize);
  } else if (kind === FIXED) {
    cursor.skip(1); // said in the index, too
    const at = cursor.address();
    if (at !== undefined) readFixed(source, at, { total, chunkSize }, add);
  } else {
    cursor.fail('chunks whose number does not grow', OTHERS[kind] ?? `an index of kind ${kind}`);
  }
  return { grid, chunks };
}

const FIXED_HEADER_SIZE = 28;

/** An array of places, one for each chunk. */
function readFixed(
  source: Source,
  at: number,
  { total, chunkSize }: { total: number; chunkSize: number },
  add: (index: number, at: number, size: number, skipped: number) => void,
): void {
  source.claim(at, FIXED_HEADER_SIZE, 'an index of chunks');
  const header = source.cursor(at, FIXED_HEADER_SIZE, 'an index of chunks');
  header.signature('FAHD');
  header.oneOf([0], 'version');
  const isFiltered = header.oneOf([0, 1], 'kind') === 1;
  const entrySize = header.u8();
  const pageBits = header.u8();
  const count = header.u64();
  const blockAt = header.address();
  checkLookup3(source, at, header.at, 'an index of chunks');
  const isWide = isFiltered ? entrySize > 12 && entrySize <= 20 : entrySize === 8;
  if (count !== total || !isWide) header.fail(`an index of ${total} chunks`, `${count} of ${entrySize} bytes each`);
  if (blockAt === undefined) return;
  const pageLength = 2 ** pageBits;
  const pages = count > pageLength ? Math.ceil(count / pageLength) : 0;
  const size = 14 + (pages > 0 ? Math.ceil(pages / 8) : count * entrySize) + 4;
  source.claim(blockAt, size, 'an index of chunks');
  const block = source.cursor(blockAt, size, 'an index of chunks');
  block.signature('FADB');
  block.oneOf([0], 'version');
  block.oneOf([isFiltered ? 1 : 0], 'kind');
  if (block.place('an index of chunks') !== at) block.fail(`a part of the index at byte ${at}`, 'one of another');
  const isThere = block.take(pages > 0 ? Math.ceil(pages / 8) : 0);
  const readEntries = (entries: Cursor, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const chunkAt = entries.address();
      const [size, skipped] = isFiltered ? [entries.uint(entrySize - 12), entries.u32()] : [chunkSize, 0];
      if (chunkAt !== undefined) add(i, chunkAt, size, skipped);
    }
  };
  if (pages === 0) readEntries(block, 0, count);
  checkLookup3(source, blockAt, block.at, 'an index of chunks');
  for (let page = 0, pageAt = blockAt + size; page < pages; page++) {
    const [from, to] = [page * pageLength, Math.min((page + 1) * pageLength, count)];
    const length = (to - from) * entrySize;
    if (((isThere[page >> 3] as number) & (0x80 >> (page & 7))) !== 0) {
      source.claim(pageAt, length + 4, 'an index of chunks');
      checkLookup3(source, pageAt, pageAt + length, 'an index of chunks');
      readEntries(source.cursor(pageAt, length, 'an index of chunks'), from, to);
    }
    pageAt += length + 4;
  }
}

/** Copies a chunk to its place in an array; what reaches over the end of an axis is left out. */
export function placeChunk(
  result: Uint8Array,
  { shape, chunk, counts, elementSize }: Grid,
  index: number,
  bytes: Uint8Array,
): void {
  const rank = shape.length;
  const starts: number[] = [];
  for (let axis = rank - 1, rest = index; axis >= 0; axis--) {
    const count = counts[axis] as number;
    starts[axis] = (rest % count) * (chunk[axis] as number);
    rest = Math.floor(rest / count);
  }
  const sizes = shape.map((size, axis) => Math.min(chunk[axis] as number, size - (starts[axis] as number)));
  const copy = (axis: number, from: number, to: number): void => {
    const [entries, size, start] = [chunk[axis] as number, shape[axis] as number, starts[axis] as number];
    const length = sizes[axis] as number;
    const [first, target] = [from * entries, to * size + start];
    if (axis === rank - 1) {
      result.set(bytes.subarray(first * elementSize, (first + length) * elementSize), target * elementSize);
      return;
    }
    for (let i = 0; i < length; i++) copy(axis + 1, first + i, target + i);
  };
  copy(0, 0, 0);
}
