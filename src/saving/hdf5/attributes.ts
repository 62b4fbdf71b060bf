/** Attributes of groups and arrays: from messages, or from a heap of those (files of `libver='latest'`). */
import { countOf, readDataspace } from './dataspace';
import { readDatatype } from './datatype';
import { decodeElements } from './elements';
import { openFractalHeap } from './fractalHeap';
import type { GlobalHeap } from './globalHeap';
import type { ObjectHeader } from './objectHeader';
import type { Cursor } from './source';
import type { H5Attribute, H5Data } from './tree';
import { visitTree2 } from './tree2';

/** Records of attributes by name begin with a place in the heap. */
const ATTRIBUTES_BY_NAME = 8;

/** The attributes of an object, each name once. */
export function readAttributes(header: ObjectHeader, strings: GlobalHeap): Map<string, H5Attribute> {
  const attributes = new Map<string, H5Attribute>();
  const add = (cursor: Cursor): void => {
    const [name, value] = readAttribute(cursor, strings);
    if (attributes.has(name)) cursor.fail(`one attribute '${name}'`, 'two');
    attributes.set(name, value);
  };
  for (const message of header.all('attribute')) add(message);
  const info = header.find('attributeInfo');
  if (info) addDense(info, strings, add);
  return attributes;
}

function addDense(info: Cursor, { source }: GlobalHeap, add: (cursor: Cursor) => void): void {
  info.oneOf([0], 'version');
  const flags = info.u8();
  if ((flags & 1) !== 0) info.skip(2); // how many there were
  const heapAt = info.address();
  const treeAt = info.address();
  if (heapAt === undefined) return;
  if (treeAt === undefined) info.fail('the place of an index of attributes', 'none');
  const heap = openFractalHeap(source, heapAt);
  visitTree2(source, treeAt as number, ATTRIBUTES_BY_NAME, (record) => add(heap(record)));
}

function readAttribute(cursor: Cursor, strings: GlobalHeap): [string, H5Attribute] {
  const version = cursor.oneOf([1, 2, 3], 'version');
  const flags = cursor.u8();
  if (version > 1 && flags !== 0) cursor.fail('an attribute of a type of its own', 'one of a named type');
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()] as const;
  if (version === 3) cursor.oneOf([0, 1], 'character set');
  const part = (size: number): Cursor => {
    const start = cursor.skip(size);
    if (version === 1) cursor.skip(-size & 7);
    return cursor.source.cursor(start, size, 'an attribute');
  };
  const named = part(sizes[0]);
  const name = named.textToZero();
  if (named.at !== named.end) named.fail(`a name of ${sizes[0]} bytes`, `'${name}'`);
  const type = readDatatype(part(sizes[1]));
  const shape = readDataspace(part(sizes[2]));
  if (shape === undefined) return [name, []]; // h5py's Empty
  const count = countOf(shape);
  const start = cursor.at;
  const size = count * type.size;
  if (size > cursor.end - start) cursor.fail(`${size} bytes of the attribute '${name}'`, `${cursor.end - start}`);
  const values = listOf(decodeElements(type, cursor.take(size), { strings, user: `the attribute '${name}'` }));
  return [name, shape.length === 0 ? (values[0] as H5Attribute) : values];
}

/** Numbers as JavaScript has them; a list with integers beyond 2 ** 53 is of bigints. */
function listOf(data: H5Data): string[] | number[] | bigint[] {
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return Array.from<never>(data as never);
  const values = Array.from<bigint>(data);
  const isSafe = values.every((value) => Number.isSafeInteger(Number(value)));
  return isSafe ? values.map(Number) : values;
}
