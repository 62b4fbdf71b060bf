/** The writer of HDF5: files as h5py writes them for Keras, of superblock 0, the same bytes for the same content. */
import { typedArrayName } from '../../base/arrays';
import { formatValue, ValueError } from '../../base/errors';
import { attributeMessage, checkText } from './attributeWriting';
import { countOf } from './dataspace';
import { ITEM_SIZES } from './datatype';
import { MEMORY } from './elements';
import { addTable, HALVES, type Member, putEntry } from './groupIndex';
import { narrow, toBfloat16, toFloat16 } from './halves';
import { Layout, type Stored } from './layout';
import { align, datasetMessages, encodeHeader, groupMessages, Output } from './messages';
import type { H5Attribute, H5Dataset, H5Group } from './tree';

const SUPERBLOCK_SIZE = 96;
/** Groups in groups; the reader goes no deeper. */
const DEEPEST = 256;
const MOST_ATTRIBUTES = 65_000;
/** Headers are given in pieces of about this size. */
const PIECE_SIZE = 2 ** 16;

/**
 * The file in pieces, in order: nothing is held but the headers, and `data()` of an array is asked for when its turn comes.
 * May be gone through several times.
 *
 * - `float16` and `bfloat16` take a Float32Array, and are rounded to the nearest.
 * - Attributes: strings, integers as `int64`, other numbers as `float64`, lists of one kind.
 *
 * @throws ValueError naming the object for what HDF5, or the reader, does not take; while the data are written for data
 *   that are not of their shape and dtype
 */
export function writeHdf5(root: H5Group): Iterable<Uint8Array> {
  const layout = plan(root);
  return { [Symbol.iterator]: () => pieces(layout) };
}

/** Size in bytes of the file that `writeHdf5` gives. */
export function sizeOfHdf5(root: H5Group): number {
  return plan(root).end;
}

function plan(root: H5Group): Layout {
  const layout = new Layout(0);
  const superblock = layout.reserve(SUPERBLOCK_SIZE);
  const member = addObject(layout, root, '', 0);
  const output = new Output(SUPERBLOCK_SIZE).u8(0x89).put('HDF\r\n').u8(0x1a, 0x0a).u8(0, 0, 0, 0, 0, 8, 8, 0);
  output.u16(HALVES.leaf).u16(HALVES.group).u32(0).u64(0).u64(-1).u64(layout.end).u64(-1);
  putEntry(output, 0, member);
  superblock.content = output.bytes;
  return layout;
}

function addObject(layout: Layout, object: H5Group | H5Dataset, path: string, depth: number): Omit<Member, 'name'> {
  if (depth > DEEPEST) throw new ValueError(`writeHdf5: groups must be at most ${DEEPEST} deep. Received: ${path}.`);
  const where = path || '/';
  if (object.attributes.size > MOST_ATTRIBUTES) {
    throw new ValueError(
      `writeHdf5: ${where}: attributes must be at most ${MOST_ATTRIBUTES}. Received: ${object.attributes.size}.`,
    );
  }
  const attributes = (known: ReadonlyMap<string, H5Attribute>) =>
    [...known].map(([name, value]) => ['attribute', attributeMessage(layout, where, name, value)] as const);
  if (object.kind === 'dataset') {
    const messages = addData(layout, object, where);
    return { at: layout.add(encodeHeader([...messages, ...attributes(attributesOf(object, where))])) };
  }
  const members = [...object.children].map(([name, child]) => {
    checkName(where, name);
    return { name, ...addObject(layout, child, `${path}/${name}`, depth + 1) };
  });
  const table = addTable(layout, members);
  return {
    at: layout.add(encodeHeader([...groupMessages(table.tree, table.heap), ...attributes(object.attributes)])),
    table,
  };
}

function checkName(where: string, name: string): void {
  checkText(`writeHdf5: ${where}`, name);
  if (name !== '' && name !== '.' && name !== '..' && !name.includes('/')) return;
  throw new ValueError(`writeHdf5: ${where}: a member's name must be one part of a path. Received: '${name}'.`);
}

/** The attributes of an array; bfloat16 is named in one, as Keras does. */
function attributesOf({ dtype, attributes }: H5Dataset, where: string): ReadonlyMap<string, H5Attribute> {
  if (dtype !== 'bfloat16') return attributes;
  const said = attributes.get('dtype') ?? dtype;
  if (said === dtype) return new Map([...attributes, ['dtype', dtype]]);
  throw new ValueError(
    `writeHdf5: ${where}: attribute 'dtype' of bfloat16 must say so. Received: ${formatValue(said)}.`,
  );
}

/** Gives the data of an array their place; strings are asked for at once. */
function addData(layout: Layout, dataset: H5Dataset, where: string): ReturnType<typeof datasetMessages> {
  const { dtype, shape } = dataset;
  if (!Object.hasOwn(ITEM_SIZES, dtype)) {
    const known = Object.keys(ITEM_SIZES).join(', ');
    throw new ValueError(`writeHdf5: ${where}: dtype must be one of ${known}. Received: ${formatValue(dtype)}.`);
  }
  const isShape = shape.length <= 32 && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  const size = countOf(shape) * ITEM_SIZES[dtype];
  if (!isShape || !Number.isSafeInteger(size)) {
    throw new ValueError(`writeHdf5: ${where}: a shape must be at most 32 sizes. Received: ${formatValue(shape)}.`);
  }
  if (size === 0) return datasetMessages(dtype, shape, -1, 0);
  const content = dtype === 'string' ? layout.addStrings(stringsOf(dataset, where)) : { dataset, where };
  return datasetMessages(dtype, shape, layout.reserve(size, content).at, size);
}

function stringsOf(dataset: H5Dataset, where: string): string[] {
  const data: unknown = dataset.data();
  const count = countOf(dataset.shape);
  if (!Array.isArray(data) || data.length !== count || !data.every((item) => typeof item === 'string')) {
    throw new ValueError(
      `writeHdf5: ${where}: data must be a list of ${count} strings. Received: ${formatValue(data)}.`,
    );
  }
  for (const text of data) checkText(`writeHdf5: ${where}`, text);
  return data;
}

function* pieces({ parts }: Layout): Generator<Uint8Array> {
  let gathered = new Output(PIECE_SIZE);
  const flush = function* (least: number): Generator<Uint8Array> {
    if (gathered.at > 0) yield gathered.bytes.subarray(0, gathered.at);
    gathered = new Output(Math.max(PIECE_SIZE, least));
  };
  for (const { size, content } of parts) {
    const padding = align(size) - size;
    if (content instanceof Uint8Array) {
      if (gathered.at + align(size) > gathered.bytes.length) yield* flush(align(size));
      gathered.put(content);
    } else {
      yield* flush(0);
      yield* dataOf(content);
    }
    gathered.skip(padding);
  }
  yield* flush(0);
}

/** The bytes of an array's data. */
function* dataOf({ dataset, where }: Stored): Generator<Uint8Array> {
  const { dtype, shape } = dataset;
  const values = dataset.data();
  const [count, kind] = [countOf(shape), dtype === 'string' ? undefined : MEMORY[dtype].name];
  if (Array.isArray(values) || typedArrayName(values) !== kind || values.length !== count) {
    const received = Array.isArray(values)
      ? 'a list'
      : `${typedArrayName(values) ?? typeof values} of ${values.length}`;
    throw new ValueError(`writeHdf5: ${where}: data of ${dtype} must be a ${kind} of ${count}. Received: ${received}.`);
  }
  if (dtype === 'float16') yield* narrow(values as Float32Array, toFloat16);
  else if (dtype === 'bfloat16') yield* narrow(values as Float32Array, toBfloat16);
  else yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
