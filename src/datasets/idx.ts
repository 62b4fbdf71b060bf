import { basename } from 'node:path';
import { refuse } from '../base/errors';
import { type ByteArray, checkLength, checkShape, readPacked, sizeOf } from './file';

const UNSIGNED_BYTE = 8;
const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;

/**
 * Reads an IDX file of unsigned bytes, gzipped or not: `00 00 08 rank`, each size as 4 bytes big-endian, the values.
 *
 * @param rank number of axes the file must have: 3, images of 28 x 28, or 1, labels
 * @throws ValueError naming the file and the byte for anything else, and for data shorter or longer than the header says
 * @see http://yann.lecun.com/exdb/mnist/
 */
export async function readIdx(path: string, rank: number): Promise<ByteArray> {
  const file = basename(path);
  const dataOffset = 4 + 4 * rank;
  let shape: number[] | undefined;
  const { content, total } = await readPacked(path, dataOffset, (start) => {
    shape = readShape(file, start, rank);
    checkShape(file, 4, shape, rank);
    return dataOffset + sizeOf(shape);
  });
  shape ??= readShape(file, content, rank);
  checkLength(file, total, dataOffset + sizeOf(shape));
  return { shape, data: content.subarray(dataOffset), file, shapeOffset: 4, dataOffset, step: 1 };
}

function readShape(file: string, bytes: Uint8Array, rank: number): number[] {
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) refuse(file, bytes.length, `an IDX header of ${headerLength} bytes`, 'the end');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = (UNSIGNED_BYTE << 8) | rank;
  if (magic !== expected) refuse(file, 0, `the IDX magic number ${hex(expected)}`, hex(magic));
  return Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
}
