import { formatValue, refuse, ValueError } from '../../base/errors';

/** Gray, colour, or colour with opacity: one, three or four bytes a pixel. */
export type Mode = 'L' | 'RGB' | 'RGBA';

/** A picture of bytes, as PIL's images in Keras. */
export interface Img {
  readonly mode: Mode;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The values, `(height, width, channels)`, row by row. */
  readonly data: Uint8Array;
}

/** Bytes a pixel. */
export const CHANNELS: Readonly<Record<Mode, 1 | 3 | 4>> = { L: 1, RGB: 3, RGBA: 4 };

/** How a picture is read. */
export interface Wanted {
  /** What its pixels become while they are read: there is never a copy of the whole picture in another mode. */
  readonly mode: Mode;
  /** Width times height at most. */
  readonly maxPixels: number;
}

/** Pixels of a picture unless the caller says otherwise: in colour 150 MB. */
export const MAX_PIXELS = 50_000_000;

export function checkMaxPixels(who: string, maxPixels: unknown): number {
  if (Number.isInteger(maxPixels) && (maxPixels as number) > 0) return maxPixels as number;
  throw new ValueError(
    `${who}: maxPixels must be a whole number above 0. Received: maxPixels=${formatValue(maxPixels)}.`,
  );
}

/** libpng's limit. What is longer is no picture, and takes time and memory that its pixels do not tell. */
const LONGEST_SIDE = 1_000_000;

/** Refuses the size of a picture, as its header tells it, before memory is taken for it. */
export function checkSize(file: string, offset: number, width: number, height: number, maxPixels: number): void {
  if (Math.max(width, height) > LONGEST_SIDE) {
    refuse(file, offset, `a width and height of at most ${LONGEST_SIDE} pixels`, `${width} x ${height}`);
  }
  if (width > 0 && height > 0 && width * height <= maxPixels) return;
  const mend = width > 0 && height > 0 ? ' Give maxPixels to read larger ones.' : '';
  throw new ValueError(
    `${file}: expected a width and height above 0, with at most ${maxPixels} pixels at byte ${offset}. ` +
      `Received: ${width} x ${height}.${mend}`,
  );
}

/** A picture while it is read: pixels come in any order, and are kept in one mode. */
export class Canvas {
  readonly data: Uint8Array;
  readonly #channels: number;

  constructor(
    file: string,
    readonly mode: Mode,
    readonly width: number,
    readonly height: number,
  ) {
    this.#channels = CHANNELS[mode];
    try {
      this.data = new Uint8Array(width * height * this.#channels);
    } catch (error) {
      throw new ValueError(
        `${file}: there is no memory for a picture of ${width} x ${height} pixels (${(error as Error).message}).`,
      );
    }
  }

  /** Sets a pixel, counted row by row, to bytes of red, green, blue and opacity. */
  put(pixel: number, red: number, green: number, blue: number, opacity: number): void {
    const { data } = this;
    const at = pixel * this.#channels;
    if (this.#channels === 1) {
      data[at] = grayOf(red, green, blue);
      return;
    }
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    if (this.#channels === 4) data[at + 3] = opacity;
  }

  toImg(): Img {
    const { mode, width, height, data } = this;
    return { mode, width, height, data };
  }
}

/** PIL's gray: `0.299 red + 0.587 green + 0.114 blue`, rounded. */
function grayOf(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** A picture in another mode: gray is PIL's; opacity is dropped, or full. */
export function toMode(img: Img, mode: Mode): Img {
  if (img.mode === mode) return img;
  const { width, height } = img;
  const [from, to] = [CHANNELS[img.mode], CHANNELS[mode]];
  const data = new Uint8Array(width * height * to);
  for (let i = 0, j = 0; j < data.length; i += from, j += to) {
    const red = img.data[i] as number;
    const green = from === 1 ? red : (img.data[i + 1] as number);
    const blue = from === 1 ? red : (img.data[i + 2] as number);
    if (to === 1) {
      data[j] = grayOf(red, green, blue);
      continue;
    }
    data[j] = red;
    data[j + 1] = green;
    data[j + 2] = blue;
    if (to === 4) data[j + 3] = 255;
  }
  return { mode, width, height, data };
}
