import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { refuse } from '../base/errors';
import { readZip } from '../base/zip';
import { type ByteArray, checkLength, sizeOf } from './file';

/**
 * Reads arrays of bytes from a NumPy `.npz` file: a zip archive of `.npy` files.
 *
 * @param names of the arrays, without `.npy`
 * @throws ValueError naming the file and the byte for what is not such an archive, and for a missing or damaged array
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function readNpz(path: string, names: readonly string[]): Promise<ByteArray[]> {
  const file = basename(path);
  const bytes = await readFile(path);
  const entries = readZip(file, bytes);
  return names.map((name) => {
    const entry = entries.get(`${name}.npy`);
    if (entry) return readNpy(`${file}, ${entry.name}`, entry.read());
    const found = [...entries.keys()].join(', ') || 'no entries';
    return refuse(file, bytes.length, `an archive with ${names.join(', ')} up to the end`, found);
  });
}

function readNpy(file: string, content: Uint8Array): ByteArray {
  const { shape, dataOffset, step, length } = readHeader(file, content);
  checkLength(file, content.length, dataOffset + length);
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
