/** Indexes of version 1 (`TREE`): of a group's members, and of an array's chunks. */
import type { Cursor, Source } from './source';

interface TreeKind {
  /** 0 of members, 1 of chunks. */
  readonly type: number;
  /** Entries that a node has room for, in halves. */
  readonly half: number;
  readonly keySize: number;
}

/** Goes through the leaves in order: `visit` gets a cursor at the key that stands before an entry, and the entry's place. */
export function visitTree(
  source: Source,
  at: number,
  kind: TreeKind,
  visit: (key: Cursor, child: number) => void,
  level?: number,
): void {
  const { type, half, keySize } = kind;
  const size = 24 + (2 * half + 1) * keySize + 2 * half * 8;
  source.claim(at, size, 'an index');
  const cursor = source.cursor(at, size, 'an index');
  cursor.signature('TREE');
  cursor.oneOf([type], 'type');
  const found = level === undefined ? cursor.u8() : cursor.oneOf([level], 'level');
  const count = cursor.u16();
  if (count > 2 * half) cursor.fail(`at most ${2 * half} entries of an index`, String(count));
  cursor.skip(16); // the nodes beside it
  for (let i = 0; i < count; i++) {
    const keyAt = cursor.skip(keySize);
    const child = cursor.place('an entry of an index');
    if (found > 0) visitTree(source, child, kind, visit, found - 1);
    else visit(source.cursor(keyAt, keySize, 'a key of an index'), child);
  }
}
