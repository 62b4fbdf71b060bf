import { inflateSync } from 'node:zlib';
import { pngjs } from './codecs';
import { checkSize, type Img, type Mode, refuse } from './img';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Where the size stands: behind the signature, and the length and name of the first chunk. */
const SIZE = 16;
const BIT_DEPTH = 24;
const INTERLACE = 28;
const COLOR_TYPES: Readonly<Record<Mode, number>> = { L: 0, RGB: 2, RGBA: 6 };

export function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE;
}

/** Reads a PNG file; of 16 bits a value the upper 8 are kept. */
export function decodePng(who: string, file: string, bytes: Buffer): Img {
  if (bytes.length < SIZE + 17 || bytes.toString('latin1', 12, SIZE) !== 'IHDR') {
    refuse(file, 12, "the chunk 'IHDR'", bytes.length < 33 ? 'the end' : 'another');
  }
  const [width, height] = [bytes.readUInt32BE(SIZE), bytes.readUInt32BE(SIZE + 4)];
  checkSize(file, SIZE, width, height);
  if (bytes[INTERLACE] !== 0) checkInterlaced(file, bytes, width * height);
  const { PNG } = pngjs(who);
  try {
    const { depth, data } = PNG.sync.read(bytes, { skipRescale: bytes[BIT_DEPTH] === 16 });
    return { mode: 'RGBA', width, height, data: depth === 16 ? Uint8Array.from(data, (value) => value >> 8) : new Uint8Array(data) };
  } catch (error) {
    return refuse(file, SIGNATURE.length, 'an intact PNG picture', (error as Error).message);
  }
}

/** An interlaced picture is unpacked whole by pngjs, whatever its length: it must not be longer than its size says. */
function checkInterlaced(file: string, bytes: Buffer, pixels: number): void {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  try {
    // At most eight bytes a pixel, and one more for each row of each of the seven passes.
    inflateSync(Buffer.concat(parts), { maxOutputLength: pixels * 8 + 2 ** 20 });
  } catch (error) {
    refuse(file, SIGNATURE.length, 'pixel data as long as the size says', (error as Error).message);
  }
}

export function encodePng(who: string, { mode, width, height, data }: Img): Uint8Array {
  const { PNG } = pngjs(who);
  const colorType = COLOR_TYPES[mode];
  const options = { inputColorType: colorType, colorType, inputHasAlpha: mode === 'RGBA', bitDepth: 8 };
  const bytes = PNG.sync.write({ width, height, data: Buffer.from(data) }, options);
  return new Uint8Array(bytes);
}
