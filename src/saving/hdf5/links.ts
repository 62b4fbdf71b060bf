/** The members of a group: from its table, from link messages, or from a heap of those (files of `libver='latest'`). */
import { openFractalHeap } from './fractalHeap';
import type { ObjectHeader } from './objectHeader';
import type { Cursor, Source } from './source';
import type { NodeSizes } from './superblock';
import { type CachedTable, checkName, compareBytes, type Link, readSymbolTable } from './symbolTable';
import { visitTree2 } from './tree2';

/** Records of links by name: a hash of the name, and a place in the heap. */
const LINKS_BY_NAME = 5;
const HASH_SIZE = 4;

/** The members of a group in the order of their names, each name once; `undefined` for what is no group. */
export function readLinks(
  source: Source,
  sizes: NodeSizes,
  header: ObjectHeader,
  cached: CachedTable | undefined,
): Link[] | undefined {
  const message = header.find('symbolTable');
  if (message) {
    const table = { tree: message.place('an index'), heap: message.place('names') };
    if (cached && (cached.tree !== table.tree || cached.heap !== table.heap)) {
      message.fail(`a table at bytes ${cached.tree} and ${cached.heap}`, `one at ${table.tree} and ${table.heap}`);
    }
    return readSymbolTable(source, sizes, table);
  }
  const info = header.find('linkInfo');
  const compact = header.all('link');
  if (info === undefined && compact.length === 0) return undefined;
  const links = [...compact.map(readLink), ...(info ? readDenseLinks(source, info) : [])];
  const names = new Set<string>();
  for (const { name } of links) {
    if (names.has(name)) source.fail(header.at, `one member '${name}'`, 'two');
    names.add(name);
  }
  return links.sort((a, b) => compareBytes(encode(a.name), encode(b.name)));
}

function encode(name: string): Uint8Array {
  return new TextEncoder().encode(name);
}

function readDenseLinks(source: Source, info: Cursor): Link[] {
  info.oneOf([0], 'version');
  const flags = info.u8();
  if ((flags & 1) !== 0) info.skip(8); // how many there were
  const heapAt = info.address();
  const treeAt = info.address();
  if (heapAt === undefined) return [];
  if (treeAt === undefined) return info.fail('the place of an index of links', 'none');
  const heap = openFractalHeap(source, heapAt);
  const links: Link[] = [];
  visitTree2(source, treeAt, LINKS_BY_NAME, (record) => {
    record.skip(HASH_SIZE);
    links.push(readLink(heap(record)));
  });
  return links;
}

function readLink(cursor: Cursor): Link {
  cursor.oneOf([1], 'version');
  const flags = cursor.u8();
  const kind = (flags & 8) === 0 ? 0 : cursor.u8();
  if ((flags & 4) !== 0) cursor.skip(8); // when it was made
  if ((flags & 16) !== 0) cursor.oneOf([0, 1], 'character set');
  const name = checkName(cursor, cursor.text(cursor.uint(1 << (flags & 3))));
  if (kind === 1) cursor.fail('a member of this file', `'${name}', a soft link`);
  if (kind === 64) cursor.fail('a member of this file', `'${name}', an external link`);
  if (kind !== 0) cursor.fail('a member of this file', `'${name}', a link of kind ${kind}`);
  return { name, at: cursor.place('a member') };
}
