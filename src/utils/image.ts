import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../backend/engine';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { formatShape, formatValue, unknownName, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { decode, encode, FILE_FORMATS, type FileFormat } from './images';
import { CHANNELS, checkMaxPixels, type Img, MAX_PIXELS, type Mode, type Wanted } from './images/img';
import { INTERPOLATIONS, type Interpolation, resize } from './images/resize';
import { wholeOrNothing } from './wholeOrNothing';

export type { FileFormat } from './images';
export type { Img, Mode } from './images/img';
export type { Interpolation } from './images/resize';

/** Names of the kinds of pixels. */
export type ColorMode = 'grayscale' | 'rgb' | 'rgba';
/** Where the channels stand in a tensor. */
export type DataFormat = 'channels_last' | 'channels_first';

const MODES: Readonly<Record<ColorMode, Mode>> = { grayscale: 'L', rgb: 'RGB', rgba: 'RGBA' };

/** Options of `loadImg`. */
export interface LoadImgOptions {
  /** Default: `'rgb'`. */
  colorMode?: ColorMode;
  /** `[height, width]` in pixels. Default: as in the file. */
  targetSize?: readonly [height: number, width: number] | null;
  /** How the picture is resized: `'nearest'` (default), `'bilinear'`, `'bicubic'`, `'lanczos'`, `'box'` or `'hamming'`. */
  interpolation?: Interpolation;
  /** Cuts off at both sides what does not fit `targetSize`, rather than distorting the picture. Default: false. */
  keepAspectRatio?: boolean;
  /** Width times height that a picture may have: larger ones are refused before they are read. Default: 50 million. */
  maxPixels?: number;
}

/**
 * Reads a picture: PNG, JPEG, GIF (its first picture) or BMP, told apart by content, to the byte as PIL does. Of 16 bits a
 * value the upper 8 are kept.
 *
 * @param path of the file, or its content
 * @throws ValueError for what is no intact picture, naming file and byte, and for sizes and names that cannot be
 * @example
 * await saveImg('red.png', [[[255, 0, 0]]], { scale: false });
 * const img = await loadImg('red.png', { targetSize: [2, 2] });
 * console.log(img.mode, img.width, imgToArray(img).shape); // RGB 2 [ 2, 2, 3 ]
 * @see https://keras.io/api/data_loading/image/#load_img-function
 */
export async function loadImg(path: string | Uint8Array, options: LoadImgOptions = {}): Promise<Img> {
  checkKeys('loadImg', options, ['colorMode', 'targetSize', 'interpolation', 'keepAspectRatio', 'maxPixels']);
  const maxPixels = checkMaxPixels('loadImg', options.maxPixels ?? MAX_PIXELS);
  const { colorMode = 'rgb', targetSize, interpolation = 'nearest', keepAspectRatio = false } = options;
  const mode = modeOf('loadImg', colorMode);
  if (!INTERPOLATIONS.includes(interpolation))
    throw unknownName('loadImg', 'interpolation', String(interpolation), INTERPOLATIONS);
  const size = targetSize ? checkTargetSize('loadImg', 'targetSize', targetSize) : undefined;
  const img = await readImg('loadImg', path, { mode, maxPixels });
  if (!size || (img.height === size[0] && img.width === size[1])) return img;
  const [height, width] = size;
  const box = keepAspectRatio
    ? centeredBox(img, height, width)
    : { left: 0, top: 0, width: img.width, height: img.height };
  if (box.width === 0 || box.height === 0) {
    throw new ValueError(
      `loadImg: nothing of a picture of ${img.height} x ${img.width} is left at the ratio of ${height} x ${width}. ` +
        'Leave out keepAspectRatio.',
    );
  }
  return resize(img, width, height, interpolation, box);
}

/** The picture in a file; `asTensorFlow`: as TensorFlow reads it rather than PIL. */
export async function readImg(
  who: string,
  path: string | Uint8Array,
  wanted: Wanted,
  asTensorFlow = false,
): Promise<Img> {
  if (typeof path !== 'string') {
    if (path instanceof Uint8Array) {
      return decode('picture', Buffer.from(path.buffer, path.byteOffset, path.length), wanted, asTensorFlow);
    }
    throw new TypeError(`${who}: path must be the path of a file or its bytes. Received: path=${formatValue(path)}.`);
  }
  const bytes = await readFile(path).catch((error: Error) => {
    throw new ValueError(`${who}: path must be a file that can be read. Received: path='${path}' (${error.message}).`);
  });
  return decode(basename(path), bytes, wanted, asTensorFlow);
}

export function modeOf(who: string, colorMode: unknown): Mode {
  const mode = Object.hasOwn(MODES, String(colorMode)) ? MODES[colorMode as ColorMode] : undefined;
  if (mode) return mode;
  throw unknownName(who, 'colorMode', String(colorMode), Object.keys(MODES));
}

export function checkTargetSize(who: string, name: string, size: unknown): [height: number, width: number] {
  const isSize = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 16;
  if (Array.isArray(size) && size.length === 2 && size.every(isSize)) return [size[0] as number, size[1] as number];
  throw new ValueError(
    `${who}: ${name} must be [height, width], whole numbers from 1 to 65535. Received: ${name}=${formatValue(size)}.`,
  );
}

/** The largest part around the middle with the ratio of a size; `least`: pixels that it has at least on each side. */
export function centeredBox(
  img: { readonly height: number; readonly width: number },
  height: number,
  width: number,
  least = 0,
): { left: number; top: number; width: number; height: number } {
  const boxHeight = Math.max(Math.min(img.height, Math.floor((img.width * height) / width)), least);
  const boxWidth = Math.max(Math.min(img.width, Math.floor((img.height * width) / height)), least);
  const [left, top] = [Math.floor((img.width - boxWidth) / 2), Math.floor((img.height - boxHeight) / 2)];
  return { left, top, width: boxWidth, height: boxHeight };
}

/** Options of `imgToArray`. */
export interface ImgToArrayOptions {
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Default: `'float32'`. */
  dtype?: 'float32' | 'int32' | null;
}

/**
 * A picture as a tensor `(height, width, channels)`, or `(channels, height, width)`, of values from 0 to 255. The caller
 * owns it.
 *
 * @example
 * const img = arrayToImg([[[0], [100]]], { scale: false });
 * imgToArray(img).print(); // [[[0], [100]]]
 * @see https://keras.io/api/data_loading/image/#img_to_array-function
 */
export function imgToArray(img: Img, options: ImgToArrayOptions = {}): tf.Tensor3D {
  requireReady('imgToArray');
  checkKeys('imgToArray', options, ['dataFormat', 'dtype']);
  const { dtype } = options;
  if (dtype !== undefined && dtype !== null && dtype !== 'float32' && dtype !== 'int32') {
    throw new ValueError(`imgToArray: dtype must be 'float32' or 'int32'. Received: dtype=${formatValue(dtype)}.`);
  }
  const first = isChannelsFirst('imgToArray', options.dataFormat);
  const { mode, width, height, data } = checkImg('imgToArray', img);
  const shape: [number, number, number] = [height, width, CHANNELS[mode]];
  const values = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data);
  return tf.tidy(() => {
    const last = tf.tensor3d(values, shape, dtype ?? 'float32');
    return first ? last.transpose([2, 0, 1]) : last;
  });
}

export function isChannelsFirst(who: string, dataFormat: unknown): boolean {
  if (dataFormat === undefined || dataFormat === null) return false;
  const known = ['channels_last', 'channels_first'];
  if (!known.includes(dataFormat as string)) throw unknownName(who, 'dataFormat', String(dataFormat), known);
  return dataFormat === 'channels_first';
}

function checkImg(who: string, img: Img): Img {
  const channels = CHANNELS[img?.mode];
  if (channels !== undefined && img.data?.length === img.width * img.height * channels) return img;
  throw new TypeError(`${who}: img must be a picture, as of loadImg. Received: img=${formatValue(img)}.`);
}

/** Options of `arrayToImg`. */
export interface ArrayToImgOptions {
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Spreads the values so that the least becomes 0 and the greatest 255. Default: true. */
  scale?: boolean;
}

/**
 * A picture from a tensor or nested arrays `(height, width, channels)` with 1, 3 or 4 channels; values are cut to whole
 * numbers.
 *
 * @throws ValueError for another shape, and for values that are not from 0 to 255 where they are not scaled
 * @example
 * console.log(arrayToImg([[[-1], [0], [1]]]).data); // Uint8Array(3) [ 0, 127, 255 ]
 * @see https://keras.io/api/data_loading/image/#array_to_img-function
 */
export function arrayToImg(x: TensorOrArray, options: ArrayToImgOptions = {}): Img {
  checkKeys('arrayToImg', options, ['dataFormat', 'scale']);
  return toImg('arrayToImg', x, options);
}

const MODE_OF: Readonly<Record<number, Mode>> = { 1: 'L', 3: 'RGB', 4: 'RGBA' };

function toImg(who: string, x: TensorOrArray, { dataFormat, scale = true }: ArrayToImgOptions): Img {
  requireReady(who);
  const first = isChannelsFirst(who, dataFormat);
  const { shape, values } = tf.tidy(() => {
    const given = toTensor(who, 'x', x, 'float32');
    const last = first && given.rank === 3 ? given.transpose([1, 2, 0]) : given;
    return { shape: last.shape, values: last.dataSync() as Float32Array };
  });
  const [height = 0, width = 0, channels = 0] = shape;
  const mode = MODE_OF[channels];
  if (shape.length !== 3 || height === 0 || width === 0 || !mode) {
    throw new ValueError(
      `${who}: x must be one picture with 1, 3 or 4 channels. Received: shape ${formatShape(shape)}.`,
    );
  }
  const data = Uint8Array.from(scale ? spread(values) : values);
  const wrong = values.findIndex((value) => !(scale ? Number.isFinite(value) : value >= 0 && value < 256));
  if (wrong >= 0) {
    throw new ValueError(
      `${who}: x must hold ${scale ? 'finite numbers' : 'numbers from 0 to 255'}. Received: ${values[wrong]}.` +
        (scale ? '' : ' Leave out scale: false to have them scaled.'),
    );
  }
  return { mode, width, height, data };
}

/** The values from 0 to 255, in float32 as NumPy reckons. */
function spread(values: Float32Array): Float32Array {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  const width = Math.fround(greatest - least) || 1;
  return values.map((value) => Math.fround(Math.fround(value - least) / width) * 255);
}

/** Options of `saveImg`. */
export interface SaveImgOptions extends ArrayToImgOptions {
  /** `'png'`, `'jpeg'`, `'gif'` or `'bmp'`. Default: as the ending of the path. */
  fileFormat?: FileFormat | null;
  /** Of a JPEG file, from 1 to 100. Default: 75, as in PIL. */
  quality?: number;
}

/**
 * Writes a picture given as a tensor or nested arrays `(height, width, channels)`, whole or not at all. JPEG, GIF keep no
 * opacity; GIF keeps 256 colours.
 *
 * @throws ValueError for a shape or values that are no picture, and an unknown format
 * @throws Error where the file cannot be written
 * @example
 * await saveImg('gray.png', tf.ones([4, 4, 1]).mul(128), { scale: false });
 * console.log((await loadImg('gray.png', { colorMode: 'grayscale' })).data[0]); // 128
 * @see https://keras.io/api/data_loading/image/#save_img-function
 */
export async function saveImg(path: string, x: TensorOrArray, options: SaveImgOptions = {}): Promise<void> {
  checkKeys('saveImg', options, ['dataFormat', 'scale', 'fileFormat', 'quality']);
  const { fileFormat, quality = 75, ...rest } = options;
  if (typeof path !== 'string')
    throw new TypeError(`saveImg: path must be a string. Received: path=${formatValue(path)}.`);
  const format = String(fileFormat ?? extname(path).slice(1)).toLowerCase();
  if (!FILE_FORMATS.includes(format)) throw unknownName('saveImg', 'fileFormat', format, FILE_FORMATS);
  if (!(quality >= 1 && quality <= 100)) {
    throw new ValueError(`saveImg: quality must be a number from 1 to 100. Received: quality=${formatValue(quality)}.`);
  }
  const bytes = encode('saveImg', toImg('saveImg', x, rest), format as FileFormat, quality);
  await wholeOrNothing(path, (partial) => writeFile(partial, bytes)).catch((error: Error) => {
    throw new Error(`saveImg: '${path}' cannot be written (${error.message}).`, { cause: error });
  });
}
