import { refuse } from '../../base/errors';
import type { Canvas } from './img';
import { COLOR, COLOR_AND_OPACITY, GRAY, GRAY_AND_OPACITY, PALETTE, type PngFile } from './pngFile';
import type { RowPlace } from './pngRows';

/** Sets a pixel to values of 8 or of 16 bits. */
type Put = (pixel: number, red: number, green: number, blue: number, opacity: number) => void;
/** Sets a pixel to the samples from a place on. */
type Paint = (pixel: number, at: number) => void;

/** What puts rows of samples into a picture. */
export function painterOf(
  file: string,
  png: PngFile,
  canvas: Canvas,
  asTensorFlow: boolean,
): (row: Uint8Array, place: RowPlace) => void {
  const { depth, samples } = png;
  const values = new Uint16Array(png.width * samples);
  const put = asTensorFlow && canvas.mode === 'L' ? putGray(canvas, depth) : putColor(canvas, depth);
  const paint = PAINTS[png.colorType]?.(file, png, values, put) as Paint;
  return (row, { pixel, step, count }) => {
    readSamples(row, depth, values, count * samples);
    for (let i = 0; i < count; i++) paint(pixel + i * step, i * samples);
  };
}

function putColor(canvas: Canvas, depth: number): Put {
  if (depth !== 16) return (pixel, red, green, blue, opacity) => canvas.put(pixel, red, green, blue, opacity);
  return (pixel, red, green, blue, opacity) => canvas.put(pixel, red >> 8, green >> 8, blue >> 8, opacity >> 8);
}

/** libpng's gray: `(9797 red + 19234 green + 3737 blue) / 32768`, cut; of 16 bits it is rounded, and the upper 8 kept. */
function putGray(canvas: Canvas, depth: number): Put {
  const [half, shift] = depth === 16 ? [0x4000, 23] : [0, 15];
  return (pixel, red, green, blue, opacity) => {
    const gray = (red * 9797 + green * 19234 + blue * 3737 + half) >>> shift;
    canvas.put(pixel, gray, gray, gray, opacity);
  };
}

/** Samples of 1 to 16 bits, the upper bits of a byte first. */
function readSamples(row: Uint8Array, depth: number, values: Uint16Array, count: number): void {
  if (depth === 8) {
    values.set(row.subarray(0, count));
  } else if (depth === 16) {
    for (let i = 0; i < count; i++) values[i] = ((row[2 * i] as number) << 8) | (row[2 * i + 1] as number);
  } else {
    const mask = 2 ** depth - 1;
    for (let i = 0, bit = 0; i < count; i++, bit += depth) {
      values[i] = ((row[bit >> 3] as number) >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

/** For each colour type what its samples mean. */
const PAINTS: Readonly<Record<number, (file: string, png: PngFile, values: Uint16Array, put: Put) => Paint>> = {
  [GRAY]: (_, { depth, transparency }, values, put) => {
    const opaque = 2 ** Math.max(depth, 8) - 1;
    const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
    const clear = transparency.length >= 2 ? transparency.readUInt16BE(0) : -1;
    return (pixel, at) => {
      const value = values[at] as number;
      const gray = value * scale;
      put(pixel, gray, gray, gray, value === clear ? 0 : opaque);
    };
  },
  [COLOR]: (_, { depth, transparency }, values, put) => {
    const opaque = 2 ** depth - 1;
    const [r, g, b] = transparency.length >= 6 ? [0, 2, 4].map((i) => transparency.readUInt16BE(i)) : [-1, -1, -1];
    return (pixel, at) => {
      const red = values[at] as number;
      const green = values[at + 1] as number;
      const blue = values[at + 2] as number;
      put(pixel, red, green, blue, red === r && green === g && blue === b ? 0 : opaque);
    };
  },
  [PALETTE]: (file, { palette, transparency }, values, put) => {
    const colors = palette.length / 3;
    return (pixel, at) => {
      const index = values[at] as number;
      if (index >= colors) refuse(file, 8, `one of ${colors} colours in the pixels from here on,`, String(index));
      const from = 3 * index;
      const opacity = transparency[index] ?? 255;
      put(pixel, palette[from] as number, palette[from + 1] as number, palette[from + 2] as number, opacity);
    };
  },
  [GRAY_AND_OPACITY]: (_file, _png, values, put) => (pixel, at) => {
    const gray = values[at] as number;
    put(pixel, gray, gray, gray, values[at + 1] as number);
  },
  [COLOR_AND_OPACITY]: (_file, _png, values, put) => (pixel, at) =>
    put(pixel, values[at] as number, values[at + 1] as number, values[at + 2] as number, values[at + 3] as number),
};
