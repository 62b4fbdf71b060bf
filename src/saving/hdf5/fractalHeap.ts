/** Heaps of messages that do not stand in an object header (`FRHP`): many links or many attributes of one object. */
import { checkLookup3, lookup3 } from './checksums';
import type { Cursor, Source } from './source';

interface Heap {
  readonly source: Source;
  readonly at: number;
  /** Bytes of an offset, of a length, and of the header of a block. */
  readonly offsetWidth: number;
  readonly hasChecksums: boolean;
  readonly width: number;
  readonly firstSize: number;
  readonly largestSize: number;
}

interface Block {
  readonly offset: number;
  readonly at: number;
  readonly size: number;
}

/** Reads the heap's blocks; gives a function from an entry of an index, at the place of an object, to that object. */
export function openFractalHeap(source: Source, at: number): (id: Cursor) => Cursor {
  const cursor = source.cursor(at, Math.min(146, source.end - at), 'a heap');
  cursor.signature('FRHP');
  cursor.oneOf([0], 'version');
  const idSize = cursor.u16();
  if (cursor.u16() !== 0) cursor.fail('a heap without filters', 'one with filters');
  const hasChecksums = (cursor.u8() & 2) !== 0;
  const largestObject = cursor.u32();
  cursor.skip(12 * 8); // sizes, places of free space and of objects of other kinds
  const width = cursor.u16();
  const firstSize = cursor.u64();
  const largestSize = cursor.u64();
  const offsetBits = cursor.u16();
  cursor.skip(2);
  const root = cursor.address();
  const rows = cursor.u16();
  checkLookup3(source, at, cursor.at, 'a heap');
  source.claim(at, cursor.at + 4 - at, 'a heap');
  const isPower = (size: number): boolean => size > 0 && Number.isInteger(Math.log2(size));
  if (![width, firstSize, largestSize].every(isPower) || firstSize > largestSize || offsetBits > 64) {
    cursor.fail('sizes of blocks that are powers of 2', [width, firstSize, largestSize, offsetBits].join(', '));
  }
  const offsetWidth = Math.ceil(offsetBits / 8);
  const heap = { source, at, offsetWidth, hasChecksums, width, firstSize, largestSize };
  const blocks: Block[] = [];
  if (root !== undefined && rows === 0) readDirect(heap, { at: root, offset: 0, size: firstSize }, blocks);
  else if (root !== undefined) readIndirect(heap, root, 0, rows, blocks);
  const lengthWidth = Math.min(
    Math.ceil(Math.log2(largestSize) / 8),
    Math.floor(Math.log2(largestObject || 1) / 8) + 1,
  );
  let left = blocks.reduce((sum, { size }) => sum + size, 0);
  return (id) => {
    const start = id.at;
    const object = source.cursor(id.skip(idSize), idSize, 'the place of an object of a heap');
    const kind = object.u8();
    if ((kind & 0xf0) !== 0)
      source.fail(start, 'an object among others in a heap', 'one that stands apart, as large ones do');
    const [offset, length] = [object.uint(offsetWidth), object.uint(lengthWidth)];
    const block = blockOf(blocks, offset);
    if (block === undefined || offset + length > block.offset + block.size) {
      return source.fail(start, `${length} bytes of a heap at ${offset}`, 'a place outside of its blocks');
    }
    left -= length;
    if (left < 0) source.fail(start, 'objects apart from each other in a heap', 'objects that share bytes');
    return source.cursor(block.at + offset - block.offset, length, 'an object of a heap');
  };
}

/** The block with an offset; blocks stand in the order of theirs. */
function blockOf(blocks: readonly Block[], offset: number): Block | undefined {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as Block).offset <= offset) low = middle + 1;
    else high = middle;
  }
  return blocks[low - 1];
}

function readDirect(heap: Heap, block: Block, blocks: Block[]): void {
  const { source, hasChecksums } = heap;
  source.claim(block.at, block.size, 'a block of a heap');
  const cursor = readPrefix(heap, block.at, block.size, 'FHDB', block.offset);
  if (hasChecksums) {
    const checked = source.bytes.slice(block.at, block.at + block.size);
    checked.fill(0, cursor.at - block.at, cursor.at - block.at + 4); // of the block without it
    const expected = lookup3(checked);
    const received = cursor.u32();
    if (received !== expected) cursor.fail(`checksum ${expected} of a block of a heap`, String(received));
  }
  blocks.push(block);
}

/** Rows of blocks: two of the first size, each further one of twice the size of that before it. */
function readIndirect(heap: Heap, at: number, offset: number, rows: number, blocks: Block[]): void {
  const { source, offsetWidth, width, firstSize, largestSize } = heap;
  const size = 13 + offsetWidth + rows * width * 8 + 4;
  source.claim(at, size, 'a list of blocks of a heap');
  const cursor = readPrefix(heap, at, size, 'FHIB', offset);
  checkLookup3(source, at, at + size - 4, 'a list of blocks of a heap');
  let next = offset;
  for (let row = 0; row < rows; row++) {
    const blockSize = firstSize * 2 ** Math.max(row - 1, 0);
    for (let i = 0; i < width; i++, next += blockSize) {
      const child = cursor.address();
      if (child === undefined) continue;
      if (blockSize <= largestSize) readDirect(heap, { at: child, offset: next, size: blockSize }, blocks);
      else readIndirect(heap, child, next, Math.log2(blockSize / (firstSize * width)) + 1, blocks);
    }
  }
}

function readPrefix(heap: Heap, at: number, size: number, signature: string, offset: number): Cursor {
  const cursor = heap.source.cursor(at, size, 'a block of a heap');
  cursor.signature(signature);
  cursor.oneOf([0], 'version');
  if (cursor.place('the heap') !== heap.at) cursor.fail(`a block of the heap at byte ${heap.at}`, 'one of another');
  const found = cursor.uint(heap.offsetWidth);
  if (found !== offset) cursor.fail(`the block at ${offset} of a heap`, `that at ${found}`);
  return cursor;
}
