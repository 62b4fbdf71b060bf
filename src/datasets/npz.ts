import { basename } from 'node:path';
import { refuse } from '../base/errors';
import { readZip, type ZipEntry } from '../base/zip';
import { type ByteArray, checkLength, checkShape, readLimited, sizeOf } from './file';
import { type NpyHeader, readNpyHeader } from './npyHeader';

/** Files of MNIST's kind: with all that is read of them, unpacked and as integers of 64 bits. */
const LARGEST = 2 ** 31;

/**
 * Reads arrays of bytes from a NumPy `.npz` file: a zip archive of `.npy` files. Each is judged by its header before it is
 * unpacked.
 *
 * @param ranks of the arrays by their names, without `.npy`: 3, images of 28 x 28, or 1, labels
 * @throws ValueError naming the file and the byte for what is not such an archive, and for a missing or damaged array
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function readNpz(path: string, ranks: Readonly<Record<string, number>>): Promise<ByteArray[]> {
  const file = basename(path);
  const bytes = await readLimited(path, LARGEST);
  const entries = readZip(file, bytes);
  return Object.entries(ranks).map(([name, rank]) => {
    const entry = entries.get(`${name}.npy`);
    if (entry) return readNpy(`${file}, ${entry.name}`, entry, rank);
    const found = [...entries.keys()].join(', ') || 'no entries';
    return refuse(file, bytes.length, `an archive with ${Object.keys(ranks).join(', ')} up to the end`, found);
  });
}

function readNpy(file: string, entry: ZipEntry, rank: number): ByteArray {
  let start: Uint8Array = new Uint8Array();
  let header: NpyHeader | undefined;
  let data = new Uint8Array();
  let at = 0;
  for (const piece of entry.pieces()) {
    if (header) {
      take(file, header, data, piece, at);
      at += piece.length;
      continue;
    }
    start = Buffer.concat([start, piece]);
    header = readNpyHeader(file, start, start.length === entry.size);
    if (!header) continue;
    const { shape, dataOffset, step } = header;
    checkLength(file, entry.size, dataOffset + sizeOf(shape) * step);
    checkShape(file, 8, shape, rank);
    data = new Uint8Array(sizeOf(shape));
    take(file, header, data, start.subarray(dataOffset), 0);
    at = start.length - dataOffset;
  }
  // Without a header the loop has refused the file, unless it is empty.
  if (!header) return refuse(file, 0, 'a NumPy header', 'the end');
  const { shape, dataOffset, step } = header;
  return { shape, data, file, shapeOffset: 8, dataOffset, step };
}

/** Takes the values of a piece as bytes, the first of it being byte `at` of the data; wider integers must be 0 to 255. */
function take(file: string, { dataOffset, step }: NpyHeader, data: Uint8Array, piece: Uint8Array, at: number): void {
  if (step === 1) {
    data.set(piece, at);
    return;
  }
  for (let i = 0; i < piece.length; i++) {
    const place = at + i;
    const byte = piece[i] as number;
    if (place % step === 0) data[place / step] = byte;
    else if (byte !== 0) {
      refuse(file, dataOffset + place - (place % step), 'a number from 0 to 255', 'another number');
    }
  }
}
