/**
 * Reads zip archives that are in memory. Believes nothing: sizes, places and checksums are checked, and bytes are unpacked
 * only into as much memory as was checked before.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { refuse } from '../errors';
import { inflate, MOST_RATIO } from '../inflate';
import { crc32 } from './crc32';
import * as format from './format';

const { DEFLATED, DIRECTORY, ELSEWHERE32, END, END64, LOCAL, LOCATOR64, STORED } = format;

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /**
   * The content, its checksum compared: a view into the archive where it is stored, a new array where it is deflated.
   *
   * @throws ValueError naming the entry and its place for content that is damaged or too large
   */
  read(): Uint8Array;
}

/** Of an extra field with sizes in 64 bits. */
const EXTRA64 = 1;
/** How a deflated entry was packed, that its sizes follow it, that its name is UTF-8: all else (encryption) is refused. */
const KNOWN_FLAGS = 0x080e;

/** What the directory says of an entry. */
interface Listed {
  readonly name: string;
  /** Where it stands in the directory. */
  readonly listedAt: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header stands. */
  readonly offset: number;
}

/** What is unpacked at most. */
interface ZipLimits {
  /** Bytes of an entry. Default: 2 ** 30 */
  readonly largest?: number;
  /** Bytes of all packed entries together. Default: 2 ** 32 */
  readonly total?: number;
}

/**
 * The entries of a zip archive by name, in the order of its directory. Bytes before and after the archive are passed over,
 * Zip64 is read. Encrypted, split, overlapping and repeated entries, and names that lead out of a folder, are refused;
 * methods other than deflate only where the entry is read.
 *
 * @param file name in messages
 * @throws ValueError naming the byte, and the entry, for anything that is not as it must be
 */
export function readZip(
  file: string,
  bytes: Uint8Array,
  { largest = 2 ** 30, total = 2 ** 32 }: ZipLimits = {},
): Map<string, ZipEntry> {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // a Buffer's slices are views
  const input = new Input(file, plain);
  const directory = findDirectory(input);
  const listed = readDirectory(input, directory);
  const places = new Map<string, number>();
  let room = directory.offset;
  let unpacked = 0;
  for (const entry of [...listed.values()].sort((a, b) => b.offset - a.offset)) {
    places.set(entry.name, checkPlace(input, entry, room));
    room = entry.offset;
    if (entry.method !== STORED) unpacked += entry.size;
  }
  if (unpacked > total)
    refuse(file, directory.offset, `at most ${total} bytes of all packed entries`, String(unpacked));
  const open = (entry: Listed): ZipEntry => ({
    name: entry.name,
    size: entry.size,
    read: () => {
      checkSize(file, entry, largest);
      return unpack(input, entry, places.get(entry.name) as number);
    },
  });
  return new Map([...listed.values()].map((entry) => [entry.name, open(entry)]));
}

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly end: number;
  /** Bytes before the archive, which its own places do not count. */
  readonly before: number;
}

/** Numbers in an archive, little-endian. */
class Input {
  readonly #view: DataView;

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  has({ signature, length }: { signature: number; length: number }, at: number, end = this.bytes.length): boolean {
    return at >= 0 && at + length <= end && this.u32(at) === signature;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Exact up to 2 ** 53; beyond that it is past the end of any archive either way. */
  u64(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }
}

/** Finds the record at the end: one that reaches to the last byte, or else the last one with bytes behind it. */
function findEnd(input: Input): number {
  const { file, bytes } = input;
  const earliest = Math.max(0, bytes.length - END.length - 0xffff);
  const last = bytes.length - END.length;
  let withMore = -1;
  for (let at = last; at >= earliest; at--) {
    if (!input.has(END, at)) continue;
    const end = at + END.length + input.u16(at + 20);
    if (end === bytes.length) return at;
    if (withMore < 0 && end < bytes.length) withMore = at;
  }
  if (withMore >= 0) return withMore;
  if (input.has({ ...LOCAL, length: 4 }, 0)) {
    refuse(file, bytes.length, "the zip archive's directory before the end", 'none');
  }
  const start = Array.from(bytes.subarray(0, 4), (byte) => String.fromCharCode(byte)).join('');
  return refuse(file, 0, 'a zip archive', bytes.length < 4 ? 'the end' : JSON.stringify(start).replaceAll('"', "'"));
}

/** Finds the directory, from the end. */
function findDirectory(input: Input): Directory {
  const { file } = input;
  const at = findEnd(input);
  const is64 = input.has(LOCATOR64, at - LOCATOR64.length);
  const wide = is64 ? at - LOCATOR64.length - END64.length : at;
  if (is64 && !input.has(END64, wide, at)) {
    refuse(file, at - LOCATOR64.length, 'a Zip64 directory before this', 'none');
  }
  const [count, size, offset] = is64
    ? [input.u64(wide + 32), input.u64(wide + 40), input.u64(wide + 48)]
    : [input.u16(at + 10), input.u32(at + 12), input.u32(at + 16)];
  const [disk, start] = is64 ? [input.u32(wide + 16), input.u32(wide + 20)] : [input.u16(at + 4), input.u16(at + 6)];
  if (disk !== 0 || start !== 0) refuse(file, wide, 'an archive in one part', `part ${disk} of more`);
  const before = wide - size - offset;
  if (before < 0) refuse(file, wide, `the directory, ${size} bytes from byte ${offset} on, to end here`, 'another end');
  return { count, offset: before + offset, end: wide, before };
}

function readDirectory(input: Input, { count, offset, end, before }: Directory): Map<string, Listed> {
  const { file } = input;
  const entries = new Map<string, Listed>();
  let at = offset;
  for (let left = count; left > 0; left--) {
    if (!input.has(DIRECTORY, at, end)) refuse(file, at, "an entry of the zip archive's directory", 'something else');
    const [nameLength, extraLength] = [input.u16(at + 28), input.u16(at + 30)];
    const next = at + DIRECTORY.length + nameLength + extraLength + input.u16(at + 32);
    const name = input.text(at + DIRECTORY.length, nameLength);
    if (next > end) refuse(file, at, `the directory's entry ${name}, ${next - at} bytes`, 'the end');
    const flags = input.u16(at + 8);
    if ((flags & ~KNOWN_FLAGS) !== 0) {
      refuse(file, at + 8, `${name} without encryption`, `flags 0x${flags.toString(16)}`);
    }
    const problem = format.nameProblem(name);
    if (problem) refuse(file, at + DIRECTORY.length, 'a name in a folder', `${JSON.stringify(name)}, ${problem}`);
    if (entries.has(name)) refuse(file, at, `${name} once`, 'a second one');
    const { size, packedSize, offset: inArchive } = readSizes(input, at, name);
    const place = { method: input.u16(at + 10), crc: input.u32(at + 16), packedSize, size, offset: before + inArchive };
    entries.set(name, { name, listedAt: at, ...place });
    at = next;
  }
  if (at !== end) refuse(file, at, `the end of the directory after ${count} entries`, 'more');
  return entries;
}

/** Sizes and place of an entry, of 32 bits, or of 64 in an extra field. */
function readSizes(input: Input, at: number, name: string): Pick<Listed, 'packedSize' | 'size' | 'offset'> {
  const start = at + DIRECTORY.length + input.u16(at + 28);
  const end = start + input.u16(at + 30);
  let [field, fieldEnd] = [0, 0];
  for (let extra = start; extra + 4 <= end; extra += 4 + input.u16(extra + 2)) {
    if (input.u16(extra) === EXTRA64) [field, fieldEnd] = [extra + 4, extra + 4 + input.u16(extra + 2)];
  }
  const sizeAt = (place: number): number => {
    const value = input.u32(place);
    if (value !== ELSEWHERE32) return value;
    if (field === 0 || field + 8 > Math.min(fieldEnd, end)) {
      refuse(input.file, place, `a size of ${name} in 64 bits, as Zip64 has it`, 'none');
    }
    field += 8;
    return input.u64(field - 8);
  };
  const size = sizeAt(at + 24);
  const packedSize = sizeAt(at + 20);
  return { size, packedSize, offset: sizeAt(at + 42) };
}

/** Where the content of an entry begins; it must end before `room`, where the next one begins. */
function checkPlace(input: Input, { name, listedAt, method, packedSize, offset }: Listed, room: number): number {
  const { file, bytes } = input;
  if (!input.has(LOCAL, offset, room)) refuse(file, offset, `the header of ${name}`, 'something else');
  const nameLength = input.u16(offset + 26);
  const start = offset + LOCAL.length + nameLength + input.u16(offset + 28);
  if (start + packedSize > room) {
    refuse(file, room, `more of ${name}, ${packedSize} bytes from byte ${start} on,`, 'the start of something else');
  }
  const inDirectory = bytes.subarray(
    listedAt + DIRECTORY.length,
    listedAt + DIRECTORY.length + input.u16(listedAt + 28),
  );
  const isSame = nameLength === inDirectory.length && inDirectory.every((byte, i) => byte === bytes[offset + 30 + i]);
  const [found, foundMethod] = [input.text(offset + LOCAL.length, nameLength), input.u16(offset + 8)];
  if (!isSame || foundMethod !== method) {
    refuse(file, offset, `${name}, method ${method}, as in the directory`, `${found}, method ${foundMethod}`);
  }
  return start;
}

/** Refuses an entry before memory is taken for it. */
function checkSize(file: string, { name, listedAt, method, packedSize, size }: Listed, largest: number): void {
  const sizeAt = listedAt + 24;
  if (method !== STORED && method !== DEFLATED) {
    refuse(file, listedAt + 10, 'a stored or deflated entry', `compression method ${method} of ${name}`);
  }
  if (method === STORED && size !== packedSize) refuse(file, sizeAt, `${packedSize} bytes of ${name}`, String(size));
  if (method !== DEFLATED) return;
  if (size > largest) refuse(file, sizeAt, `at most ${largest} bytes of ${name}`, String(size));
  const most = packedSize * MOST_RATIO;
  if (size > most) refuse(file, sizeAt, `at most ${most} bytes of ${name}, packed in ${packedSize}`, String(size));
}

function unpack({ file, bytes }: Input, { name, method, crc, packedSize, size }: Listed, start: number): Uint8Array {
  const packed = bytes.subarray(start, start + packedSize);
  const content = method === STORED ? packed : inflateEntry(file, name, packed, size, start);
  const sum = crc32(content);
  if (sum !== crc) refuse(file, start, `${name} with checksum ${crc}`, `checksum ${sum}`);
  return content;
}

function inflateEntry(file: string, name: string, packed: Uint8Array, size: number, start: number): Uint8Array {
  try {
    return inflate(packed, size);
  } catch (error) {
    return refuse(file, start, `intact deflate data of ${name}`, (error as Error).message);
  }
}
