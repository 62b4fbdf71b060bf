/** The beginning of an HDF5 file: its version, where it ends, and where the root group is. */
import { checkLookup3 } from './checksums';
import { type Cursor, Source } from './source';
import type { CachedTable } from './symbolTable';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** Offsets and lengths have 8 bytes in all files of Keras. */
const WIDTH = 8;
const CONSISTENCY_FLAGS = 4;

/** Numbers of entries that nodes of indexes have room for, in halves. */
export interface NodeSizes {
  /** Of a list of a group's members. */
  leaf: number;
  /** Of a node of a group's index. */
  group: number;
  /** Of a node of an index of chunks. */
  chunk: number;
}

export interface Superblock {
  /** The file; addresses begin where its superblock stands. */
  readonly source: Source;
  readonly sizes: NodeSizes;
  /** The root's object header, and its table of members as the superblock has it, too. */
  readonly root: number;
  readonly cached?: CachedTable;
  /** An object header with more about the file. */
  readonly extension?: number;
}

/** Reads the superblock, which may stand behind a user's block of 512, 1024, 2048 ... bytes. */
export function readSuperblock(name: string, bytes: Uint8Array): Superblock {
  const whole = new Source(name, bytes);
  let origin = 0;
  while (origin + SIGNATURE.length <= bytes.length && !whole.hasSignature(origin, SIGNATURE)) {
    origin = origin === 0 ? 512 : origin * 2;
  }
  if (origin + SIGNATURE.length > bytes.length)
    whole.fail(0, 'an HDF5 file', bytes.length === 0 ? 'nothing' : 'another');
  const source = origin === 0 ? whole : new Source(name, bytes.subarray(origin), origin);
  const cursor = source.cursor(SIGNATURE.length, Math.min(92, source.end - SIGNATURE.length), 'the superblock');
  const version = cursor.oneOf([0, 1, 2, 3], 'version');
  return version < 2 ? readOld(source, cursor, version) : readNew(source, cursor);
}

/** Versions 0 and 1. */
function readOld(source: Source, cursor: Cursor, version: number): Superblock {
  cursor.oneOf([0], 'version of the free space');
  cursor.oneOf([0], "version of the root group's entry");
  cursor.skip(1);
  cursor.oneOf([0], 'version of shared messages');
  cursor.oneOf([WIDTH], 'bytes of an offset:');
  cursor.oneOf([WIDTH], 'bytes of a length:');
  cursor.skip(1);
  const sizes = { leaf: readHalf(cursor), group: readHalf(cursor), chunk: 32 };
  cursor.skip(CONSISTENCY_FLAGS);
  if (version === 1) {
    sizes.chunk = readHalf(cursor);
    cursor.skip(2);
  }
  readBase(cursor);
  if (cursor.address() !== undefined) cursor.fail('no place of free space', 'one');
  source.end = readEnd(cursor);
  if (cursor.address() !== undefined) cursor.fail('a file of its own', 'a driver that divides it');
  cursor.skip(8);
  const root = cursor.place('the root group');
  const isCached = cursor.u32() === 1;
  cursor.skip(4);
  const cached = isCached ? { tree: cursor.place('an index'), heap: cursor.place('names') } : undefined;
  source.claim(0, version === 0 ? 96 : 100, 'the superblock');
  return cached ? { source, sizes, root, cached } : { source, sizes, root };
}

/** Versions 2 and 3. */
function readNew(source: Source, cursor: Cursor): Superblock {
  cursor.oneOf([WIDTH], 'bytes of an offset:');
  cursor.oneOf([WIDTH], 'bytes of a length:');
  cursor.skip(1);
  readBase(cursor);
  const extension = cursor.address();
  source.end = readEnd(cursor);
  const root = cursor.place('the root group');
  checkLookup3(source, 0, cursor.at, 'the superblock');
  source.claim(0, cursor.at + 4, 'the superblock');
  const sizes = { leaf: 4, group: 16, chunk: 32 };
  return extension === undefined ? { source, sizes, root } : { source, sizes, root, extension };
}

function readHalf(cursor: Cursor): number {
  const half = cursor.u16();
  return half > 0 ? half : cursor.fail('room in the nodes of an index', '0');
}

/** The base address must be where the superblock stands. */
function readBase(cursor: Cursor): void {
  const { source } = cursor;
  const base = cursor.place('the base');
  if (base !== source.origin) source.fail(cursor.at - 8, `the base address ${source.origin}`, String(base));
}

/** The end, counted as addresses are; the file has it from its first byte. */
function readEnd(cursor: Cursor): number {
  const { source } = cursor;
  const end = cursor.place('the end') - source.origin;
  if (end > source.end) {
    const [there, said] = [source.end, end].map((bytes) => bytes + source.origin);
    source.fail(cursor.at - 8, `a file of ${there} bytes, as many as there are`, `one of ${said} bytes: it is cut off`);
  }
  return end;
}
