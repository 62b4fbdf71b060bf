/** Indexes of version 2 (`BTHD`), of links and of attributes. */
import { checkLookup3 } from './checksums';
import type { Cursor, Source } from './source';

const HEADER_SIZE = 38;
/** Signature, version and type before the records of a node, checksum behind them. */
const PREFIX_SIZE = 6;
const CHECKSUM_SIZE = 4;

interface Tree {
  readonly source: Source;
  readonly type: number;
  readonly nodeSize: number;
  readonly recordSize: number;
  readonly visit: (record: Cursor) => void;
  readonly levels: readonly Level[];
}

/** Of the leaves, of the nodes above them, and so on. */
interface Level {
  /** Bytes for the number of records of a node. */
  readonly countWidth: number;
  /** Most records in a node and below it, and bytes for that number; it is not written of leaves. */
  readonly total: number;
  readonly totalWidth: number;
}

/** Goes through the records of a tree, in any order. */
export function visitTree2(source: Source, at: number, type: number, visit: (record: Cursor) => void): void {
  source.claim(at, HEADER_SIZE, 'an index');
  const header = source.cursor(at, HEADER_SIZE, 'an index');
  header.signature('BTHD');
  header.oneOf([0], 'version');
  header.oneOf([type], 'type');
  const nodeSize = header.u32();
  const recordSize = header.u16();
  const depth = header.u16();
  header.skip(2);
  const root = header.address();
  const count = header.u16();
  const total = header.u64();
  checkLookup3(source, at, header.at, 'an index');
  const least = PREFIX_SIZE + CHECKSUM_SIZE + recordSize;
  if (recordSize === 0 || nodeSize < least || depth > 16) header.fail('an index with room for records', 'none');
  if (root === undefined) return;
  const tree = { source, type, nodeSize, recordSize, visit, levels: levelsOf(nodeSize, recordSize, depth) };
  const found = visitNode(tree, root, depth, count);
  if (found !== total) source.fail(at, `an index of ${total} entries`, String(found));
}

/** How many records fit in nodes, from the leaves up: that tells how wide their counts are. */
function levelsOf(nodeSize: number, recordSize: number, depth: number): Level[] {
  const free = nodeSize - PREFIX_SIZE - CHECKSUM_SIZE;
  const leaf = Math.floor(free / recordSize);
  const countWidth = bytesFor(leaf); // of all levels
  const levels: Level[] = [{ countWidth, total: leaf, totalWidth: 0 }];
  while (levels.length <= depth) {
    const below = levels.at(-1) as Level;
    const pointer = 8 + countWidth + below.totalWidth;
    const room = Math.max(Math.floor((free - pointer) / (recordSize + pointer)), 0);
    const total = room + (room + 1) * below.total;
    levels.push({ countWidth, total, totalWidth: bytesFor(total) });
  }
  return levels;
}

function bytesFor(count: number): number {
  return Math.floor(Math.log2(Math.max(count, 1)) / 8) + 1;
}

function visitNode(tree: Tree, at: number, level: number, count: number): number {
  const { source, type, nodeSize, recordSize, visit, levels } = tree;
  source.claim(at, nodeSize, 'a node of an index');
  const node = source.cursor(at, nodeSize, 'a node of an index');
  node.signature(level > 0 ? 'BTIN' : 'BTLF');
  node.oneOf([0], 'version');
  node.oneOf([type], 'type');
  for (let i = 0; i < count; i++) visit(source.cursor(node.skip(recordSize), recordSize, 'an entry of an index'));
  let found = count;
  const below = levels[level - 1];
  for (let i = 0; below && i <= count; i++) {
    const child = node.place('a node of an index');
    const childCount = node.uint(below.countWidth);
    node.skip(below.totalWidth);
    found += visitNode(tree, child, level - 1, childCount);
  }
  checkLookup3(source, at, node.at, 'a node of an index');
  return found;
}
