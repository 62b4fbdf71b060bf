/** The members of a group as most files have them: an index, lists of entries (`SNOD`), and a heap of names (`HEAP`). */
import { type Cursor, decodeText, type Source } from './source';
import { visitTree } from './tree1';

/** Where the members of a group are: also kept in the entry of the group itself. */
export interface CachedTable {
  readonly tree: number;
  readonly heap: number;
}

/** A member of a group. */
export interface Link {
  readonly name: string;
  /** Where its object header is. */
  readonly at: number;
  readonly cached?: CachedTable;
}

const ENTRY_SIZE = 40;
const HEAP_SIZE = 32;
/** Least size of a free part of a heap, and what stands for none. */
const FREE_SIZE = 16;
const NOTHING_FREE = 1;

/** Reads the members, which must stand in the order of their names. */
export function readSymbolTable(
  source: Source,
  sizes: { readonly group: number; readonly leaf: number },
  table: CachedTable,
): Link[] {
  const nameAt = openNames(source, table.heap);
  const links: Link[] = [];
  let last: Uint8Array = new Uint8Array();
  visitTree(source, table.tree, { type: 0, half: sizes.group, keySize: 8 }, (_, child) => {
    for (const entry of listEntries(source, child, sizes.leaf)) {
      const offset = entry.u64();
      const name = nameAt(offset, entry);
      if (links.length > 0 && compareBytes(last, name) >= 0) {
        entry.fail('members in the order of their names', `'${toText(name)}' after '${toText(last)}'`);
      }
      last = name;
      links.push({ name: checkName(entry, toText(name)), ...readEntry(entry, toText(name)) });
    }
  });
  return links;

  function toText(name: Uint8Array): string {
    return decodeText(name, () => source.fail(table.heap, 'a name in UTF-8', 'other bytes'));
  }
}

/** A name that a path may have in it. */
export function checkName(cursor: Cursor, name: string): string {
  const isPlain = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  return isPlain ? name : cursor.fail('a name of a member', `'${name}'`);
}

/** The heap of names: gives the bytes of one by its place. */
function openNames(source: Source, at: number): (offset: number, entry: Cursor) => Uint8Array {
  source.claim(at, HEAP_SIZE, 'a heap of names');
  const cursor = source.cursor(at, HEAP_SIZE, 'a heap of names');
  cursor.signature('HEAP');
  cursor.oneOf([0], 'version');
  cursor.skip(3);
  const size = cursor.u64();
  const free = cursor.u64();
  const start = cursor.place('names');
  source.claim(start, size, 'names');
  const names = source.bytes.subarray(start, start + size);
  checkFree(source.cursor(start, size, 'names'), free);
  let left = size; // so that names which share bytes come to an end
  return (offset, entry) => {
    const length = offset < size ? names.subarray(offset, offset + left).indexOf(0) : -1;
    if (length < 0 || offset % 8 !== 0) entry.fail(`the place of a name among ${size} bytes`, String(offset));
    left -= length + 1;
    return names.subarray(offset, offset + length);
  };
}

/** Goes through the free parts of a heap, each of which begins with the place of the next and its size. */
function checkFree(names: Cursor, first: number): void {
  const { at: start, end } = names;
  let left = end - start;
  for (let place = first; place !== NOTHING_FREE; ) {
    names.at = start + place;
    if (place % 8 !== 0 || names.at + FREE_SIZE > end)
      names.source.fail(start, 'a free part among names', String(place));
    place = names.u64();
    const size = names.u64();
    left -= size;
    if (size < FREE_SIZE || left < 0) names.fail(`a free part of ${FREE_SIZE} bytes or more`, String(size));
  }
}

function* listEntries(source: Source, at: number, leaf: number): Iterable<Cursor> {
  const size = 8 + 2 * leaf * ENTRY_SIZE;
  source.claim(at, size, 'a list of members');
  const cursor = source.cursor(at, size, 'a list of members');
  cursor.signature('SNOD');
  cursor.oneOf([1], 'version');
  cursor.skip(1);
  const count = cursor.u16();
  if (count > 2 * leaf) cursor.fail(`at most ${2 * leaf} members in a list`, String(count));
  for (let i = 0; i < count; i++) yield source.cursor(cursor.skip(ENTRY_SIZE), ENTRY_SIZE, 'an entry of a member');
}

function readEntry(entry: Cursor, name: string): { at: number; cached?: CachedTable } {
  const at = entry.address();
  const kind = entry.oneOf([0, 1, 2], 'kind', 'u16');
  if (kind === 2) entry.fail('a member of this file', `'${name}', a soft link`);
  if (at === undefined) return entry.fail('the place of a member', 'none');
  entry.skip(6);
  return kind === 0 ? { at } : { at, cached: { tree: entry.place('an index'), heap: entry.place('names') } };
}

/** As C compares strings. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}
