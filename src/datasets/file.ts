/** Reading data files that may be cut off, mislabelled or made to do harm: nothing is believed before it is checked. */
import { createGunzip } from 'node:zlib';
import { refuse, ValueError } from '../base/errors';

/** Unsigned bytes and their shape, with where they stood, for messages. */
export interface ByteArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Name of the file, and of the member of it: `mnist.npz, x_train.npy`. */
  readonly file: string;
  /** Where the shape and the first value stand, in bytes from the start (uncompressed). */
  readonly shapeOffset: number;
  readonly dataOffset: number;
  /** Bytes from one value to the next. */
  readonly step: number;
}

/** Refuses content that ends too early or goes on after its end. `header` says where the size comes from. */
export function checkLength(file: string, actual: number, expected: number): void {
  if (actual < expected)
    refuse(file, actual, `${expected} bytes, as the header says; the data ends`, `${actual} bytes`);
  if (actual > expected) refuse(file, expected, 'the end of the data', `${actual - expected} bytes more`);
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/**
 * Unpacks gzip data. The size is asked of `lengthOf` as soon as there is a first piece, and unpacking stops where the data
 * goes beyond it, so that a small file cannot fill the memory.
 */
export async function gunzip(
  file: string,
  packed: Uint8Array,
  lengthOf: (start: Uint8Array) => number,
): Promise<Uint8Array> {
  const stream = createGunzip();
  stream.end(packed);
  const pieces: Buffer[] = [];
  let total = 0;
  let length = Number.POSITIVE_INFINITY;
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer);
      if (total === 0) length = lengthOf(piece as Buffer);
      total += (piece as Buffer).length;
      if (total > length) break;
    }
  } catch (error) {
    if (error instanceof ValueError) throw error;
    refuse(file, stream.bytesWritten, 'intact gzip data', (error as Error).message);
  }
  return Buffer.concat(pieces);
}
