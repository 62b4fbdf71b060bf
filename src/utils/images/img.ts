import { refuse } from '../../base/errors';

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

/** As many pixels as PIL takes without complaint: a quarter of a gigabyte of colours. */
const MOST_PIXELS = 89_478_485;

/** Refuses the size of a picture before memory is taken for it. */
export function checkSize(file: string, offset: number, width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return;
  refuse(file, offset, `a width and height above 0, with at most ${MOST_PIXELS} pixels`, `${width} x ${height}`);
}

/** A picture in another mode: gray is `0.299 red + 0.587 green + 0.114 blue`, rounded; opacity is dropped, or full. */
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
      data[j] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      continue;
    }
    data[j] = red;
    data[j + 1] = green;
    data[j + 2] = blue;
    if (to === 4) data[j + 3] = 255;
  }
  return { mode, width, height, data };
}
