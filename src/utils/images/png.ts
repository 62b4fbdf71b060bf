import { createInflate } from 'node:zlib';
import { refuse, ValueError } from '../../base/errors';
import { pngjs } from '../../host/optional';
import { Canvas, type Img, type Mode, type Wanted } from './img';
import { COLOR, COLOR_AND_OPACITY, checkSums, GRAY, readPngFile, SIGNATURE } from './pngFile';
import { painterOf } from './pngPixels';
import { Rows, sizeOfRows } from './pngRows';

/** Bytes after the pixels that are passed over, as other readers do. */
const SLACK = 2 ** 16;
/** No byte of deflate data makes more. */
const MOST_RATIO = 1032;
const PIECE = 2 ** 16;
const COLOR_TYPES: Readonly<Record<Mode, number>> = { L: GRAY, RGB: COLOR, RGBA: COLOR_AND_OPACITY };

export function isPng(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE;
}

/**
 * Reads a PNG file of any kind, row by row: beside the picture itself hardly any memory is taken. Of 16 bits a value the
 * upper 8 are kept.
 *
 * @param asTensorFlow whether colours become gray as in libpng, and so in TensorFlow, rather than as in PIL
 */
export async function decodePng(file: string, bytes: Buffer, wanted: Wanted, asTensorFlow: boolean): Promise<Img> {
  const png = readPngFile(file, bytes, wanted.maxPixels);
  const length = sizeOfRows(png);
  const wrong = (received: string): never =>
    refuse(file, SIGNATURE.length, `a PNG picture with ${length} bytes of pixels from here on,`, received);
  if (png.packed.length * MOST_RATIO < length) wrong(`${png.packed.length} packed bytes, which hold less`);
  const canvas = new Canvas(file, wanted.mode, png.width, png.height);
  const rows = new Rows(file, png, painterOf(file, png, canvas, asTensorFlow));
  let found = 0;
  const inflate = createInflate({ chunkSize: PIECE });
  inflate.end(png.packed);
  try {
    for await (const piece of inflate) {
      found += (piece as Buffer).length;
      rows.take(piece as Buffer);
      if (found > length + SLACK) return wrong('more');
    }
  } catch (error) {
    if (error instanceof ValueError) throw error;
    return wrong((error as Error).message);
  }
  if (found < length) wrong(`${found} bytes`);
  checkSums(file, bytes);
  return canvas.toImg();
}

export function encodePng(who: string, { mode, width, height, data }: Img): Uint8Array {
  const { PNG } = pngjs(who, 'a PNG file');
  const colorType = COLOR_TYPES[mode];
  const options = { inputColorType: colorType, colorType, inputHasAlpha: mode === 'RGBA', bitDepth: 8 };
  const bytes = PNG.sync.write({ width, height, data: Buffer.from(data) }, options);
  return new Uint8Array(bytes);
}
