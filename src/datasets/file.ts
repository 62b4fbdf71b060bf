/** Reading data files that may be cut off, mislabelled or made to do harm: nothing is believed before it is checked. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { formatShape, refuse } from '../base/errors';

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
 * Most images of a set that are read: four times MNIST's, and more than the 240,000 digits of EMNIST. A file that is made
 * to do harm says, and may even hold, any number of them.
 */
const MOST_IMAGES = 2 ** 18;
const SIDE = 28;

/** Refuses a shape that is not one of images of 28 x 28 pixels (rank 3) or of labels (rank 1), or of too many of them. */
export function checkShape(file: string, shapeOffset: number, shape: readonly number[], rank: number): void {
  const [n = 0, ...rest] = shape;
  const isKnown = shape.length === rank && n > 0 && rest.every((dim) => dim === SIDE);
  const expected = rank === 1 ? 'labels of shape (n,)' : 'images of shape (n, 28, 28)';
  if (!isKnown) refuse(file, shapeOffset, expected, `shape ${formatShape(shape)}`);
  if (n > MOST_IMAGES) refuse(file, shapeOffset, `${expected} with at most n = ${MOST_IMAGES}`, String(n));
}

/** The content of a file that is not larger than it should be. */
export async function readLimited(path: string, largest: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > largest) refuse(basename(path), largest, 'the end of the data', `${size - largest} bytes more`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * The content of a file, unpacked if it is gzipped. `lengthOf` is asked how long it is as soon as its first `start` bytes
 * are there, and may refuse it; reading stops where there is more, so that a small file cannot fill the memory.
 *
 * @returns the content, and how many bytes there were: of one that is too long more than are kept
 */
export async function readPacked(
  path: string,
  start: number,
  lengthOf: (start: Uint8Array) => number,
): Promise<{ content: Uint8Array; total: number }> {
  const file = basename(path);
  const input = createReadStream(path);
  const unpack = await unpackerFor(path);
  input.on('error', (error) => unpack.destroy(error));
  let content = Buffer.alloc(0);
  let length = -1;
  let total = 0;
  const take = (piece: Buffer): boolean => {
    if (length < 0) {
      content = Buffer.concat([content, piece]);
      total = content.length;
      if (total < start) return true;
      length = lengthOf(content);
      const pieces = content;
      content = Buffer.alloc(length);
      pieces.copy(content);
    } else {
      piece.copy(content, total);
      total += piece.length;
    }
    return total <= length;
  };
  try {
    for await (const piece of input.pipe(unpack)) if (!take(piece as Buffer)) break;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code?.startsWith('Z_')) refuse(file, input.bytesRead, 'intact gzip data', message);
    throw error;
  } finally {
    input.destroy();
  }
  return { content, total };
}

/** What unpacks a file: nothing, where it is not gzipped. */
export async function unpackerFor(path: string): Promise<Transform> {
  return (await isGzip(path)) ? createGunzip() : new PassThrough();
}

/** Whether a file begins as gzip does. */
async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
