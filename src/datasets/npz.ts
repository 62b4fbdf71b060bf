import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { type ByteArray, checkLength, inflate, refuse, sizeOf } from './file';

/** A member of a zip archive, as its directory says. */
interface Member {
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

const END_RECORD = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_RECORD_LENGTH = 22;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads arrays of bytes from a NumPy `.npz` file: a zip archive of `.npy` files.
 *
 * @param names of the arrays, without `.npy`
 * @throws ValueError naming the file and the byte for what is not such an archive, and for a missing or damaged array
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function readNpz(path: string, names: readonly string[]): Promise<ByteArray[]> {
  const bytes = await readFile(path);
  const members = readDirectory(path, bytes);
  const arrays: ByteArray[] = [];
  for (const name of names) {
    const member = members.get(`${name}.npy`);
    if (!member) {
      const found = [...members.keys()].join(', ') || 'no members';
      return refuse(path, bytes.length - END_RECORD_LENGTH, `an archive with ${names.join(', ')}`, found);
    }
    arrays.push(await readMember(path, bytes, `${name}.npy`, member));
  }
  return arrays;
}

/** The members by name, from the directory at the end of the archive. */
function readDirectory(file: string, bytes: Buffer): Map<string, Member> {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== LOCAL_HEADER) {
    refuse(
      file,
      0,
      'a zip archive (an .npz file)',
      bytes.length < 4 ? 'the end' : `'${bytes.toString('latin1', 0, 4)}'`,
    );
  }
  const earliest = Math.max(0, bytes.length - END_RECORD_LENGTH - 0xffff);
  let end = bytes.length - END_RECORD_LENGTH;
  while (end >= earliest && bytes.readUInt32LE(end) !== END_RECORD) end--;
  if (end < earliest) refuse(file, bytes.length, "the zip archive's directory before the end", 'none');
  const members = new Map<string, Member>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      refuse(file, at, "an entry of the zip archive's directory", 'something else');
    }
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    members.set(bytes.toString('utf8', at + 46, nameEnd), {
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return members;
}

/** Unpacks and checks one member. */
async function readMember(path: string, bytes: Buffer, name: string, member: Member): Promise<ByteArray> {
  const { method, crc, packedSize, size, offset } = member;
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_HEADER) {
    refuse(path, offset, `the header of ${name}`, 'something else');
  }
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + packedSize > bytes.length) refuse(path, bytes.length, `${packedSize} bytes of ${name}`, 'the end');
  if (method !== STORED && method !== DEFLATED) {
    refuse(path, offset + 8, 'a stored or deflated member', `compression method ${method} of ${name}`);
  }
  const file = `${basename(path)}, ${name}`;
  const packed = bytes.subarray(start, start + packedSize);
  const lengthOf = (first: Uint8Array): number => {
    const { length, dataOffset } = readHeader(file, first);
    return dataOffset + length;
  };
  const content = method === STORED ? packed : await inflate(path, packed, 'deflate', lengthOf, start);
  const { shape, dataOffset, step, length } = readHeader(file, content);
  checkLength(file, content.length, dataOffset + length);
  const sum = crc32(content);
  if (content.length !== size || sum !== crc) {
    refuse(path, start, `${name} with checksum ${crc}`, `checksum ${sum}`);
  }
  return { shape, data: toBytes(file, content, dataOffset, step), file, shapeOffset: 8, dataOffset, step };
}

const STEPS: Readonly<Record<string, number>> = { '|u1': 1, '<i4': 4, '<i8': 8 };

/** What a `.npy` file says about itself: `\x93NUMPY`, version, length of a Python dict of dtype, order and shape. */
function readHeader(
  file: string,
  bytes: Uint8Array,
): { shape: number[]; dataOffset: number; step: number; length: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = buffer.toString('latin1', 0, 6);
  if (magic !== '\x93NUMPY') refuse(file, 0, "'\\x93NUMPY'", `'${JSON.stringify(magic).slice(1, -1)}'`);
  const wide = (buffer[6] ?? 1) > 1;
  const textStart = wide ? 12 : 10;
  if (buffer.length < textStart) refuse(file, buffer.length, 'a NumPy header', 'the end');
  const dataOffset = textStart + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  if (buffer.length < dataOffset) refuse(file, buffer.length, `a NumPy header of ${dataOffset} bytes`, 'the end');
  const text = buffer.toString('latin1', textStart, dataOffset);
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1] ?? 'none';
  const step = STEPS[descr];
  if (step === undefined) return refuse(file, textStart, `dtype ${Object.keys(STEPS).join(', ')}`, `dtype ${descr}`);
  if (!/'fortran_order':\s*False/.test(text)) refuse(file, textStart, "'fortran_order': False", text.trim());
  const dims = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (dims === undefined) return refuse(file, textStart, 'a shape', text.trim());
  const shape = dims.split(',').flatMap((dim) => (dim.trim() === '' ? [] : [Number(dim)]));
  return { shape, dataOffset, step, length: sizeOf(shape) * step };
}

/** The values as bytes; wider integers must be 0 to 255. */
function toBytes(file: string, content: Uint8Array, dataOffset: number, step: number): Uint8Array {
  const raw = content.subarray(dataOffset);
  if (step === 1) return raw;
  const data = raw.filter((_, i) => i % step === 0);
  const wrong = raw.findIndex((byte, i) => i % step > 0 && byte !== 0);
  if (wrong >= 0) refuse(file, dataOffset + wrong - (wrong % step), 'a number from 0 to 255', 'another number');
  return data;
}
