/**
 * Zip archives in memory. Reading believes nothing: sizes, places and checksums are checked, and bytes are unpacked only
 * into as much memory as was checked before. Writing stores entries as they are, with a fixed date.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { Inflate, inflateSync } from 'fflate';
import { refuse, ValueError } from './errors';

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
  /**
   * The content piece by piece, so that a reader can judge its start before all is unpacked. The checksum is compared
   * after the last piece.
   *
   * @throws ValueError as `read`, but a content may be of any size
   */
  pieces(): Iterable<Uint8Array>;
}

/** Lengths, without names and what else varies. */
const LOCAL = { signature: 0x04034b50, length: 30 };
const DIRECTORY = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
const END64 = { signature: 0x06064b50, length: 56 };
const LOCATOR64 = { signature: 0x07064b50, length: 20 };
/** Stands in a field of 16 or 32 bits whose value is given in 64 bits elsewhere. */
const ELSEWHERE16 = 0xffff;
const ELSEWHERE32 = 0xffffffff;
const EXTRA64 = 1;

const STORED = 0;
const DEFLATED = 8;
/** How a deflated entry was packed, that its sizes follow it, that its name is UTF-8: all else (encryption) is refused. */
const KNOWN_FLAGS = 0x080e;
const UTF8 = 0x0800;
/** No byte of deflate data makes more. */
const MOST_RATIO = 1032;
/** Version 2.0 of the format; 1980-01-01, the first date there is. */
const VERSION = 20;
const DATE = 0x21;

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

/**
 * The entries of a zip archive by name, in the order of its directory. Zip64 is read; encrypted, split, overlapping and
 * repeated entries and methods other than deflate are refused.
 *
 * @param file name in messages
 * @param options.largest most bytes of an entry that is unpacked. Default: 2 ** 30
 * @throws ValueError naming the byte, and the entry, for anything that is not as it must be
 */
export function readZip(
  file: string,
  bytes: Uint8Array,
  { largest = 2 ** 30 }: { largest?: number } = {},
): Map<string, ZipEntry> {
  const input = new Input(file, bytes);
  const directory = findDirectory(input);
  const listed = readDirectory(input, directory);
  const places = new Map<string, number>();
  let room = directory.offset;
  for (const entry of [...listed.values()].sort((a, b) => b.offset - a.offset)) {
    places.set(entry.name, checkPlace(input, entry, room));
    room = entry.offset;
  }
  const open = (entry: Listed): ZipEntry => ({
    name: entry.name,
    size: entry.size,
    read: () => {
      checkSize(file, entry, largest);
      return unpack(input, entry, places.get(entry.name) as number);
    },
    pieces: () => {
      checkSize(file, entry, Number.POSITIVE_INFINITY);
      return unpackPieces(input, entry, places.get(entry.name) as number);
    },
  });
  return new Map([...listed.values()].map((entry) => [entry.name, open(entry)]));
}

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly end: number;
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

/** Finds the directory, from the end. */
function findDirectory(input: Input): Directory {
  const { file, bytes } = input;
  if (!input.has({ ...LOCAL, length: 4 }, 0) && !input.has(END, 0)) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => String.fromCharCode(byte)).join('');
    refuse(file, 0, 'a zip archive', bytes.length < 4 ? 'the end' : JSON.stringify(start).replaceAll('"', "'"));
  }
  const earliest = Math.max(0, bytes.length - END.length - 0xffff);
  let at = bytes.length - END.length;
  const isEnd = (): boolean => input.has(END, at) && at + END.length + input.u16(at + 20) === bytes.length;
  while (at >= earliest && !isEnd()) at--;
  if (at < earliest) refuse(file, bytes.length, "the zip archive's directory before the end", 'none');
  const is64 = input.has(LOCATOR64, at - LOCATOR64.length);
  const wide = is64 ? input.u64(at - LOCATOR64.length + 8) : at;
  if (is64 && !input.has(END64, wide, at))
    refuse(file, at - LOCATOR64.length, 'the place of a Zip64 directory', 'none');
  const [count, size, offset] = is64
    ? [input.u64(wide + 32), input.u64(wide + 40), input.u64(wide + 48)]
    : [input.u16(at + 10), input.u32(at + 12), input.u32(at + 16)];
  const [disk, start] = is64 ? [input.u32(wide + 16), input.u32(wide + 20)] : [input.u16(at + 4), input.u16(at + 6)];
  if (disk !== 0 || start !== 0) refuse(file, wide, 'an archive in one part', `part ${disk} of more`);
  if (offset + size !== wide) {
    refuse(file, wide, `the directory, ${size} bytes from byte ${offset} on, to end here`, 'another end');
  }
  return { count, offset, end: wide };
}

function readDirectory(input: Input, { count, offset, end }: Directory): Map<string, Listed> {
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
    const method = input.u16(at + 10);
    if (method !== STORED && method !== DEFLATED) {
      refuse(file, at + 10, 'a stored or deflated entry', `compression method ${method} of ${name}`);
    }
    if (entries.has(name)) refuse(file, at, `${name} once`, 'a second one');
    entries.set(name, { name, listedAt: at, method, crc: input.u32(at + 16), ...readSizes(input, at, name) });
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
  if (method === STORED && size !== packedSize) refuse(file, sizeAt, `${packedSize} bytes of ${name}`, String(size));
  if (method !== DEFLATED) return;
  if (size > largest) refuse(file, sizeAt, `at most ${largest} bytes of ${name}`, String(size));
  const most = packedSize * MOST_RATIO;
  if (size > most) refuse(file, sizeAt, `at most ${most} bytes of ${name}, packed in ${packedSize}`, String(size));
}

function unpack({ file, bytes }: Input, { name, method, crc, packedSize, size }: Listed, start: number): Uint8Array {
  const packed = bytes.subarray(start, start + packedSize);
  const content = method === STORED ? packed : inflate(file, name, packed, size, start);
  const sum = crc32(content);
  if (sum !== crc) refuse(file, start, `${name} with checksum ${crc}`, `checksum ${sum}`);
  return content;
}

function inflate(file: string, name: string, packed: Uint8Array, size: number, start: number): Uint8Array {
  let content: Uint8Array;
  try {
    if (packed.length === 0) throw new Error('the end');
    content = inflateSync(packed, { out: new Uint8Array(size + 1) }); // one more, to see whether there is more
  } catch (error) {
    return refuse(file, start, `intact deflate data of ${name}`, (error as Error).message);
  }
  if (content.length === size) return content;
  const received = content.length > size ? 'more' : `${content.length} bytes`;
  return refuse(file, start, `deflate data of ${size} bytes of ${name}`, received);
}

/** Packed bytes that are unpacked at once: they make 16 MB at most. */
const PIECE = 2 ** 14;

function* unpackPieces({ file, bytes }: Input, entry: Listed, start: number): Iterable<Uint8Array> {
  const { name, crc, packedSize, size } = entry;
  let [sum, length] = [0, 0];
  const packed = bytes.subarray(start, start + packedSize);
  for (const piece of entry.method === STORED ? cut(packed) : inflatePieces(file, name, packed, start)) {
    sum = crc32(piece, sum);
    length += piece.length;
    if (length > size) refuse(file, start, `deflate data of ${size} bytes of ${name}`, 'more');
    yield piece;
  }
  if (length < size) refuse(file, start, `deflate data of ${size} bytes of ${name}`, `${length} bytes`);
  if (sum !== crc) refuse(file, start, `${name} with checksum ${crc}`, `checksum ${sum}`);
}

function* cut(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function* inflatePieces(file: string, name: string, packed: Uint8Array, start: number): Iterable<Uint8Array> {
  const made: Uint8Array[] = [];
  const inflate = new Inflate((piece) => made.push(piece));
  let left = packed.length;
  for (const piece of cut(packed)) {
    left -= piece.length;
    try {
      inflate.push(piece, left === 0);
    } catch (error) {
      refuse(file, start, `intact deflate data of ${name}`, (error as Error).message);
    }
    yield* made.splice(0);
  }
}

/** The polynomial's multiples, byte by byte. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});

function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) {
    crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/**
 * A zip archive of stored entries, the same bytes for the same content at any time.
 *
 * @param who name of the caller, in messages
 * @param entries names, each once, and their contents
 * @returns the archive in pieces, in order: the contents given are among them, not copied
 * @throws ValueError for a name that is twice, and for more than zip holds without Zip64: 65,534 entries, 4 GiB
 */
export function writeZip(who: string, entries: Iterable<readonly [name: string, content: Uint8Array]>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const [name, content] of entries) {
    const encoded = new TextEncoder().encode(name);
    if (names.has(name)) throw new ValueError(`${who}: names in a zip archive must differ. Received: '${name}' twice.`);
    names.add(name);
    const flags = encoded.length > name.length ? UTF8 : 0;
    const what: Fields = [
      ...([VERSION, flags, STORED, 0, DATE] as const).map((value) => [2, value] as const),
      ...[crc32(content), content.length, content.length].map((value) => [4, value] as const),
      [2, encoded.length],
    ];
    const local = record([[4, LOCAL.signature], ...what, [2, 0]], encoded);
    const rest: Fields = [
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ];
    directory.push(record([[4, DIRECTORY.signature], [2, VERSION], ...what, ...rest], encoded));
    pieces.push(local, content);
    offset += local.length + content.length;
    checkFits(who, names.size, offset, encoded.length);
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  checkFits(who, names.size, offset + size);
  const count = names.size;
  const end: Fields = [
    [4, END.signature],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ];
  return [...pieces, ...directory, record(end)];
}

function checkFits(who: string, count: number, bytes: number, nameBytes = 0): void {
  if (count < ELSEWHERE16 && bytes < ELSEWHERE32 && nameBytes <= 0xffff) return;
  throw new ValueError(
    `${who}: a zip archive must have at most ${ELSEWHERE16 - 1} entries, ${ELSEWHERE32 - 1} bytes, and 65535 bytes of a ` +
      `name. Received: ${count} entries, ${bytes} bytes, a name of ${nameBytes} bytes.`,
  );
}

/** Numbers of 2 or 4 bytes. */
type Fields = readonly (readonly [width: 2 | 4, value: number])[];

/** Numbers one after another, little-endian, and what follows them. */
function record(fields: Fields, rest = new Uint8Array()): Uint8Array {
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
