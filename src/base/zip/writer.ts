/** Writes zip archives as Python's zipfile does for Keras: members stored as they are, with a fixed date. */
import { ValueError } from '../errors';
import { crc32 } from './crc32';
import { DESCRIPTOR, DIRECTORY, ELSEWHERE16, ELSEWHERE32, END, LOCAL, nameProblem, STORED } from './format';

/** A file for an archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes of all pieces together. */
  readonly size: number;
  /**
   * The content in order. It is gone through twice, the first time for the checksum that stands before it; what can be
   * gone through only once (a generator) gets its checksum behind it.
   */
  readonly pieces: Iterable<Uint8Array>;
}

/** Version 2.0 of the format, and Unix, where the file is readable and writable by its owner; 1980-01-01, the first date. */
const VERSION = 20;
const MADE_BY = (3 << 8) | VERSION;
const ATTRIBUTES = 0o600 << 16;
const DATE = 0x21;
/** Flags: sizes and checksum follow the content; the name is UTF-8. */
const SIZES_AFTER = 8;
const UTF8 = 0x800;

/** A member with what its headers say. */
interface Planned {
  readonly member: ZipMember;
  readonly name: Uint8Array;
  readonly flags: number;
  readonly offset: number;
}

/**
 * A zip archive in pieces, in order: the same bytes for the same content at any time. Nothing is held but names and sizes;
 * the pieces given are among the pieces, not copied. May be gone through as often as the members' pieces.
 *
 * @throws ValueError for a name that is twice or leads out of a folder, and for more than zip holds without Zip64 (65,534
 *   members, 4 GiB); while pieces are given for pieces that are not of the size that was told
 */
export function writeZip(members: Iterable<ZipMember>): Iterable<Uint8Array> {
  const planned: Planned[] = [];
  const names = new Set<string>();
  let [offset, directorySize] = [0, 0];
  for (const member of members) {
    const { name, size } = member;
    checkMember(member, names);
    names.add(name);
    const encoded = new TextEncoder().encode(name);
    const isOnce = member.pieces[Symbol.iterator]() === (member.pieces as unknown);
    const flags = (encoded.length > name.length ? UTF8 : 0) | (isOnce ? SIZES_AFTER : 0);
    planned.push({ member, name: encoded, flags, offset });
    offset += LOCAL.length + encoded.length + size + (isOnce ? DESCRIPTOR.length : 0);
    directorySize += DIRECTORY.length + encoded.length;
    checkFits(names.size, offset + directorySize + END.length, encoded.length);
  }
  return { [Symbol.iterator]: () => pieces(planned) };
}

function checkMember({ name, size }: ZipMember, names: ReadonlySet<string>): void {
  if (names.has(name)) throw new ValueError(`writeZip: names in a zip archive must differ. Received: '${name}' twice.`);
  const problem = nameProblem(name);
  if (problem)
    throw new ValueError(`writeZip: a name must be that of a file in a folder. Received: '${name}', ${problem}.`);
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new ValueError(`writeZip: ${name}: size must be a number of bytes. Received: ${size}.`);
}

function checkFits(count: number, bytes: number, nameBytes: number): void {
  if (count < ELSEWHERE16 && bytes < ELSEWHERE32 && nameBytes <= 0xffff) return;
  throw new ValueError(
    `writeZip: a zip archive must have at most ${ELSEWHERE16 - 1} members, ${ELSEWHERE32 - 1} bytes, and 65535 bytes of a ` +
      `name. Received: ${count} members, ${bytes} bytes, a name of ${nameBytes} bytes.`,
  );
}

function* pieces(planned: readonly Planned[]): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let [offset, size] = [0, 0];
  for (const one of planned) {
    const { member, name, flags } = one;
    const isOnce = (flags & SIZES_AFTER) !== 0;
    const before = isOnce ? 0 : checksum(member);
    yield record([[4, LOCAL.signature], ...fields(one, before, isOnce ? 0 : member.size), [2, 0]], name);
    const crc = yield* contentOf(member);
    if (!isOnce && crc !== before) {
      throw new ValueError(`writeZip: pieces of ${member.name} must be the same each time. Received: others.`);
    }
    if (isOnce) {
      yield record([
        [4, DESCRIPTOR.signature],
        [4, crc],
        [4, member.size],
        [4, member.size],
      ]);
    }
    const entry = directoryEntry(one, crc);
    directory.push(entry);
    size += entry.length;
    offset = one.offset + LOCAL.length + name.length + member.size + (isOnce ? DESCRIPTOR.length : 0);
  }
  for (const entry of directory) yield entry;
  const count = planned.length;
  yield record([
    [4, END.signature],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
}

/** Goes through the pieces for their checksum. */
function checksum(member: ZipMember): number {
  const content = contentOf(member);
  for (;;) {
    const { done, value } = content.next();
    if (done) return value;
  }
}

/** The pieces; returns their checksum. */
function* contentOf({ name, size, pieces }: ZipMember): Generator<Uint8Array, number, unknown> {
  let [crc, length] = [0, 0];
  for (const piece of pieces) {
    length += piece.length;
    if (length > size) break;
    crc = crc32(piece, crc);
    yield piece;
  }
  if (length === size) return crc;
  const received = length > size ? 'more' : `${length} bytes`;
  throw new ValueError(`writeZip: pieces of ${name} must have ${size} bytes in all. Received: ${received}.`);
}

/** What a member's own header and the directory both say. */
function fields({ flags, name }: Planned, crc: number, size: number): Fields {
  const what = [VERSION, flags, STORED, 0, DATE].map((value) => [2, value] as const);
  return [...what, [4, crc], [4, size], [4, size], [2, name.length]];
}

function directoryEntry(planned: Planned, crc: number): Uint8Array {
  const { member, name, offset } = planned;
  const rest: Fields = [
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, ATTRIBUTES],
    [4, offset],
  ];
  return record([[4, DIRECTORY.signature], [2, MADE_BY], ...fields(planned, crc, member.size), ...rest], name);
}

/** Numbers of 2 or 4 bytes. */
type Fields = readonly (readonly [width: 2 | 4, value: number])[];

/** Numbers one after another, little-endian, and what follows them. */
function record(fields: Fields, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const length = fields.reduce((sum, [width]) => sum + width, 0);
  const bytes = new Uint8Array(length + rest.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  bytes.set(rest, length);
  return bytes;
}
