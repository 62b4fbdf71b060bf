import { refuse } from '../../base/errors';
import { decodeBmp, encodeBmp, isBmp } from './bmp';
import { decodeGif, encodeGif, isGif } from './gif';
import type { Img, Wanted } from './img';
import { decodeJpeg, encodeJpeg, isJpeg } from './jpeg';
import { decodePng, encodePng, isPng } from './png';

/** Names of the kinds of files that can be written; `jpg` is `jpeg`. */
export type FileFormat = 'png' | 'jpeg' | 'jpg' | 'gif' | 'bmp';
export const FILE_FORMATS: readonly string[] = ['png', 'jpeg', 'jpg', 'gif', 'bmp'];

/**
 * A picture from the content of a file, of the kind that its first bytes tell, whatever its name says; of an animation
 * the first picture.
 *
 * @param file name in messages
 * @param asTensorFlow whether it is read as TensorFlow does it, which differs from PIL in the gray of PNG files and the
 *   opacity of BMP files
 * @throws ValueError for what is no such picture, naming the byte
 */
export async function decode(file: string, bytes: Buffer, wanted: Wanted, asTensorFlow = false): Promise<Img> {
  if (isPng(bytes)) return decodePng(file, bytes, wanted, asTensorFlow);
  if (isJpeg(bytes)) return decodeJpeg(file, bytes, wanted, asTensorFlow);
  if (isGif(bytes)) return decodeGif(file, bytes, wanted);
  if (isBmp(bytes)) return decodeBmp(file, bytes, wanted, asTensorFlow);
  const start = JSON.stringify(bytes.toString('latin1', 0, 8)).slice(1, -1);
  return refuse(file, 0, 'a PNG, JPEG, GIF or BMP picture', bytes.length === 0 ? 'the end' : `'${start}'`);
}

/** The content of a file. */
export function encode(who: string, img: Img, format: FileFormat, quality: number): Uint8Array {
  if (format === 'png') return encodePng(who, img);
  if (format === 'gif') return encodeGif(who, img);
  return format === 'bmp' ? encodeBmp(img) : encodeJpeg(who, img, quality);
}
