import { refuse } from '../../base/errors';
import { decodeBmp, encodeBmp, isBmp } from './bmp';
import { decodeGif, encodeGif, isGif } from './gif';
import { type Img, type Mode, toMode } from './img';
import { decodeJpeg, encodeJpeg, isJpeg } from './jpeg';
import { decodeGrayPng, decodePng, encodePng, isPng } from './png';

/** Names of the kinds of files that can be written; `jpg` is `jpeg`. */
export type FileFormat = 'png' | 'jpeg' | 'jpg' | 'gif' | 'bmp';
export const FILE_FORMATS: readonly string[] = ['png', 'jpeg', 'jpg', 'gif', 'bmp'];

/**
 * A picture from the content of a file, of the kind that its first bytes tell, whatever its name says; of an animation
 * the first picture.
 *
 * @param who name of the caller, in messages about missing packages
 * @param file name in other messages
 * @throws ValueError for what is no such picture, naming the byte
 */
export function decode(who: string, file: string, bytes: Buffer): Img {
  if (isPng(bytes)) return decodePng(who, file, bytes);
  if (isJpeg(bytes)) return decodeJpeg(who, file, bytes);
  if (isGif(bytes)) return decodeGif(file, bytes);
  if (isBmp(bytes)) return decodeBmp(file, bytes);
  const start = JSON.stringify(bytes.toString('latin1', 0, 8)).slice(1, -1);
  return refuse(file, 0, 'a PNG, JPEG, GIF or BMP picture', bytes.length === 0 ? 'the end' : `'${start}'`);
}

/** `decode` as TensorFlow does it, which differs from PIL in the gray of PNG files and the opacity of BMP files. */
export function decodeAsTensorFlow(who: string, file: string, bytes: Buffer, mode: Mode): Img {
  if (mode === 'L' && isPng(bytes)) return decodeGrayPng(who, file, bytes);
  return toMode(isBmp(bytes) ? decodeBmp(file, bytes, true) : decode(who, file, bytes), mode);
}

/** The content of a file. */
export function encode(who: string, img: Img, format: FileFormat, quality: number): Uint8Array {
  if (format === 'png') return encodePng(who, img);
  if (format === 'gif') return encodeGif(who, img);
  return format === 'bmp' ? encodeBmp(img) : encodeJpeg(who, img, quality);
}
