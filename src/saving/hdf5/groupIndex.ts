/** The members of a group as they are written: a heap of names, lists of eight entries, and an index of the lists. */
import type { Layout } from './layout';
import { align, encode, Output } from './messages';
import { type CachedTable, compareBytes } from './symbolTable';

/** Entries of lists and nodes, in halves: HDF5's usual ones. */
export const HALVES = { leaf: 4, group: 16 } as const;
const LIST_ROOM = 2 * HALVES.leaf;
const NODE_ROOM = 2 * HALVES.group;
const NODE_SIZE = 24 + 8 * NODE_ROOM + 8 * (NODE_ROOM + 1);
/** Says that a heap has no free part. */
const NOTHING_FREE = 1;

/** A member and its place; groups also tell where theirs are. */
export interface Member {
  readonly name: string;
  readonly at: number;
  readonly table?: CachedTable;
}

/** A list or a node: its place, and that of the last name in it. */
interface Entry {
  readonly at: number;
  readonly lastName: number;
}

/** Writes an entry of a group, as it stands in lists and in the superblock. */
export function putEntry(output: Output, name: number, { at, table }: Omit<Member, 'name'>): void {
  output
    .u64(name)
    .u64(at)
    .u32(table ? 1 : 0)
    .skip(4);
  if (table) output.u64(table.tree).u64(table.heap);
  else output.skip(16);
}

/** Adds the table of a group's members to a file. */
export function addTable(layout: Layout, members: readonly Member[]): CachedTable {
  const sorted = members
    .map((member) => ({ member, name: encode(member.name) }))
    .sort((a, b) => compareBytes(a.name, b.name));
  let size = 8; // the empty name before all others
  const places = sorted.map(({ name }) => {
    size += align(name.length + 1);
    return size - align(name.length + 1);
  });
  const heap = layout.reserve(32 + size);
  const names = new Output(32 + size)
    .put('HEAP')
    .skip(4)
    .u64(size)
    .u64(NOTHING_FREE)
    .u64(heap.at + 32)
    .skip(8);
  for (const { name } of sorted) names.put(name).skip(align(name.length + 1) - name.length);
  heap.content = names.bytes;
  const lists: Entry[] = [];
  for (let from = 0; from < sorted.length; from += LIST_ROOM) {
    const part = sorted.slice(from, from + LIST_ROOM);
    const list = new Output(8 + 40 * LIST_ROOM).put('SNOD').u8(1, 0).u16(part.length);
    part.forEach(({ member }, i) => {
      putEntry(list, places[from + i] as number, member);
    });
    lists.push({ at: layout.add(list.bytes), lastName: places[from + part.length - 1] as number });
  }
  return { tree: addNodes(layout, lists, 0), heap: heap.at };
}

/** Adds the nodes of one level, and those above them; returns the place of the uppermost. */
function addNodes(layout: Layout, entries: readonly Entry[], level: number): number {
  const count = Math.max(Math.ceil(entries.length / NODE_ROOM), 1);
  const nodes = Array.from({ length: count }, () => layout.reserve(NODE_SIZE));
  const above = nodes.map((node, i) => {
    const part = entries.slice(i * NODE_ROOM, (i + 1) * NODE_ROOM);
    const output = new Output(NODE_SIZE).put('TREE').u8(0, level).u16(part.length);
    output.u64(nodes[i - 1]?.at ?? -1).u64(nodes[i + 1]?.at ?? -1);
    output.u64(entries[i * NODE_ROOM - 1]?.lastName ?? 0);
    for (const { at, lastName } of part) output.u64(at).u64(lastName);
    node.content = output.bytes;
    return { at: node.at, lastName: part.at(-1)?.lastName ?? 0 };
  });
  return above.length > 1 ? addNodes(layout, above, level + 1) : (above[0] as Entry).at;
}
