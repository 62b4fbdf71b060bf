import { inflateSync } from 'node:zlib';
import { refuse } from '../../base/errors';
import { pngjs } from '../../host/optional';
import { checkSize, type Img, type Mode } from './img';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Where the size stands: behind the signature, and the length and name of the first chunk. */
const SIZE = 16;
const BIT_DEPTH = 24;
const COLOR_TYPE = 25;
const INTERLACE = 28;
/** Bytes after the pixels that are passed over, as other readers do. */
const SLACK = 2 ** 16;
const COLOR_TYPES: Readonly<Record<Mode, number>> = { L: 0, RGB: 2, RGBA: 6 };

export function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE;
}

/** The pixels of a PNG file: red, green, blue and opacity, of 8 or 16 bits. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly data: ArrayLike<number>;
}

/** Reads a PNG file; of 16 bits a value the upper 8 are kept. */
export function decodePng(who: string, file: string, bytes: Buffer): Img {
  const { width, height, depth, data } = readPixels(who, file, bytes);
  const shift = depth === 16 ? 8 : 0;
  return { mode: 'RGBA', width, height, data: Uint8Array.from(data, (value) => value >> shift) };
}

/**
 * Reads a PNG file as gray, as libpng and so TensorFlow does it: `(9797 red + 19234 green + 3737 blue) / 32768`, cut to a
 * whole number; values of 16 bits are rounded, and their upper 8 bits kept.
 */
export function decodeGrayPng(who: string, file: string, bytes: Buffer): Img {
  const { width, height, depth, data: pixels } = readPixels(who, file, bytes);
  const [half, shift] = depth === 16 ? [0x4000, 23] : [0, 15];
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [red, green, blue] = [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]] as [number, number, number];
    return (red * 9797 + green * 19234 + blue * 3737 + half) >>> shift;
  });
  return { mode: 'L', width, height, data };
}

function readPixels(who: string, file: string, bytes: Buffer): Pixels {
  if (bytes.length < SIZE + 17 || bytes.toString('latin1', 12, SIZE) !== 'IHDR') {
    refuse(file, 12, "the chunk 'IHDR'", bytes.length < 33 ? 'the end' : 'another');
  }
  const [width, height] = [bytes.readUInt32BE(SIZE), bytes.readUInt32BE(SIZE + 4)];
  checkSize(file, SIZE, width, height);
  checkPixels(file, bytes, width, height);
  const { PNG } = pngjs(who, 'a PNG file');
  try {
    const { depth, data } = PNG.sync.read(bytes, { skipRescale: bytes[BIT_DEPTH] === 16 });
    return { width, height, depth, data };
  } catch (error) {
    return refuse(file, SIGNATURE.length, 'an intact PNG picture', (error as Error).message);
  }
}

/** What a pass over an interlaced picture takes: its first row and column, and the steps to the next. */
type Pass = readonly [row: number, column: number, rowStep: number, columnStep: number];
const PASSES: readonly Pass[] = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
];
const CHANNELS_OF: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Refuses pixel data that is shorter than the size says, or much longer: pngjs checks neither well. */
function checkPixels(file: string, bytes: Buffer, width: number, height: number): void {
  const bits = (CHANNELS_OF[bytes[COLOR_TYPE] as number] ?? 0) * (bytes[BIT_DEPTH] as number);
  const passes: readonly Pass[] = bytes[INTERLACE] === 0 ? [[0, 0, 1, 1]] : PASSES;
  const length = passes.reduce((sum, [row, column, rowStep, columnStep]) => {
    const [rows, columns] = [Math.ceil((height - row) / rowStep), Math.ceil((width - column) / columnStep)];
    return sum + (rows > 0 && columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0);
  }, 0);
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  let received: string;
  try {
    const found = inflateSync(Buffer.concat(parts), { maxOutputLength: length + SLACK }).length;
    if (found >= length) return;
    received = `${found} bytes`;
  } catch (error) {
    received = (error as Error).message;
  }
  refuse(file, SIGNATURE.length, `a PNG picture with ${length} bytes of pixels from here on,`, received);
}

export function encodePng(who: string, { mode, width, height, data }: Img): Uint8Array {
  const { PNG } = pngjs(who, 'a PNG file');
  const colorType = COLOR_TYPES[mode];
  const options = { inputColorType: colorType, colorType, inputHasAlpha: mode === 'RGBA', bitDepth: 8 };
  const bytes = PNG.sync.write({ width, height, data: Buffer.from(data) }, options);
  return new Uint8Array(bytes);
}
