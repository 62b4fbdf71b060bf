import { refuse } from '../../base/errors';
import { Canvas, CHANNELS, checkSize, type Img, toMode, type Wanted } from './img';

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const UNPACKED = 0;
const MASKED = 3;

export function isBmp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 2) === 'BM';
}

/** What the headers say. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Whether the first row is the upper one. */
  readonly isTopDown: boolean;
  readonly palette: Buffer;
  /** Where red, green, blue and opacity stand in a pixel, in bytes; -1 for none. */
  readonly places: readonly number[];
  readonly dataOffset: number;
}

/**
 * Reads a BMP file of 1, 4, 8, 24 or 32 bits a pixel, not compressed.
 *
 * @param fourthIsOpacity whether the fourth byte of 32 bits is opacity where no mask says so, as TensorFlow has it. In
 *   PIL it means nothing
 * @see https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapinfoheader
 */
export function decodeBmp(file: string, bytes: Buffer, wanted: Wanted, fourthIsOpacity = false): Img {
  const header = readHeader(file, bytes, wanted.maxPixels);
  const { width, height, bits, isTopDown, palette, dataOffset } = header;
  const [red, green, blue, given] = header.places as [number, number, number, number];
  const opacity = fourthIsOpacity && bits === 32 && given === -1 ? 3 : given;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const end = dataOffset + stride * height;
  if (bytes.length < end)
    refuse(file, bytes.length, `${end} bytes, as the header says; the data ends`, `${bytes.length} bytes`);
  const canvas = new Canvas(file, wanted.mode, width, height);
  const colors = palette.length / 4;
  for (let row = 0; row < height; row++) {
    const start = dataOffset + stride * (isTopDown ? row : height - 1 - row);
    for (let column = 0; column < width; column++) {
      const index = bits < 24 ? bitsAt(bytes, start, column, bits) : 0;
      if (bits < 24 && index >= colors)
        refuse(file, start + ((column * bits) >> 3), `one of ${colors} colours`, `${index}`);
      const from = bits < 24 ? palette : bytes;
      const at = bits < 24 ? 4 * index : start + column * (bits / 8);
      canvas.put(
        row * width + column,
        from[at + red] as number,
        from[at + green] as number,
        from[at + blue] as number,
        opacity < 0 ? 255 : (from[at + opacity] as number),
      );
    }
  }
  return canvas.toImg();
}

function readHeader(file: string, bytes: Buffer, maxPixels: number): Header {
  if (bytes.length < FILE_HEADER + INFO_HEADER) refuse(file, bytes.length, 'the headers of a BMP file', 'the end');
  const headerSize = bytes.readUInt32LE(14);
  if (headerSize < INFO_HEADER) refuse(file, 14, `a header of ${INFO_HEADER} bytes or more`, `${headerSize} bytes`);
  const [width, signedHeight] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const height = Math.abs(signedHeight);
  checkSize(file, 18, width, height, maxPixels);
  const bits = bytes.readUInt16LE(28);
  if (![1, 4, 8, 24, 32].includes(bits)) refuse(file, 28, '1, 4, 8, 24 or 32 bits a pixel', String(bits));
  const compression = bytes.readUInt32LE(30);
  if (compression !== UNPACKED && !(compression === MASKED && bits === 32)) {
    refuse(file, 30, 'a BMP file that is not compressed', `compression ${compression}`);
  }
  const places = compression === MASKED ? readMasks(file, bytes, headerSize) : [2, 1, 0, -1];
  const dataOffset = bytes.readUInt32LE(10);
  const count = bits < 24 ? bytes.readUInt32LE(46) || 2 ** bits : 0;
  const paletteStart = FILE_HEADER + headerSize;
  if (count > 2 ** bits) refuse(file, 46, `at most ${2 ** bits} colours`, String(count));
  const palette = bytes.subarray(paletteStart, paletteStart + 4 * count);
  if (palette.length < 4 * count) refuse(file, bytes.length, `a palette of ${count} colours`, 'the end');
  return { width, height, bits, isTopDown: signedHeight < 0, palette, places, dataOffset };
}

/** Bit masks of red, green, blue and opacity: each must be one whole byte. */
function readMasks(file: string, bytes: Buffer, headerSize: number): number[] {
  const count = headerSize >= 56 ? 4 : 3;
  const start = FILE_HEADER + INFO_HEADER;
  if (bytes.length < start + 4 * count) refuse(file, bytes.length, 'masks of the colours', 'the end');
  return [0, 1, 2, 3].map((i) => {
    const mask = i < count ? bytes.readUInt32LE(start + 4 * i) : 0;
    const place = [0xff, 0xff00, 0xff0000, 0xff000000].indexOf(mask);
    if (place < 0 && (i < 3 || mask !== 0)) refuse(file, start + 4 * i, 'a mask of one byte', `0x${mask.toString(16)}`);
    return place;
  });
}

function bitsAt(bytes: Buffer, start: number, column: number, bits: number): number {
  const bit = column * bits;
  return ((bytes[start + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
}

/** A BMP file of 24 bits a pixel, or of 32 with opacity. */
export function encodeBmp(img: Img): Uint8Array {
  const { mode, width, height, data } = img.mode === 'L' ? toMode(img, 'RGB') : img;
  const channels = CHANNELS[mode];
  const stride = Math.ceil((width * channels) / 4) * 4;
  const dataOffset = FILE_HEADER + INFO_HEADER + (mode === 'RGBA' ? 16 : 0);
  const bytes = Buffer.alloc(dataOffset + stride * height);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(dataOffset, 10);
  bytes.writeUInt32LE(dataOffset - FILE_HEADER, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(8 * channels, 28);
  bytes.writeUInt32LE(mode === 'RGBA' ? MASKED : UNPACKED, 30);
  bytes.writeUInt32LE(stride * height, 34);
  if (mode === 'RGBA')
    [0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, i) => void bytes.writeUInt32LE(mask, 54 + 4 * i));
  for (let row = 0; row < height; row++) {
    let to = dataOffset + stride * (height - 1 - row);
    for (let i = row * width * channels; i < (row + 1) * width * channels; i += channels) {
      bytes[to++] = data[i + 2] as number;
      bytes[to++] = data[i + 1] as number;
      bytes[to++] = data[i] as number;
      if (channels === 4) bytes[to++] = data[i + 3] as number;
    }
  }
  return new Uint8Array(bytes);
}
