import * as tf from '@tensorflow/tfjs-core';
import { Dataset, generator } from '@tensorflow/tfjs-data';
import { ready } from '../backend/engine';
import { numpyRandom, permutation } from '../backend/mersenneTwister';
import { makeOrderSeed } from '../backend/random';
import { formatValue, unknownName, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { host } from '../host';
import {
  type ColorMode,
  centeredBox,
  checkTargetSize,
  type DataFormat,
  isChannelsFirst,
  modeOf,
  readImg,
} from './image';
import { findFiles, type LabelledFiles, shuffleFiles, splitFiles } from './imageFiles';
import { CHANNELS, checkMaxPixels, MAX_PIXELS, type Mode } from './images/img';
import { resizeAsTensorFlow } from './images/resizeAsTensorFlow';

const WHO = 'imageDatasetFromDirectory';

/** How labels are given: class numbers `(batch,)`, rows with a single 1, or 0 and 1 `(batch, 1)`. */
export type LabelMode = 'int' | 'categorical' | 'binary';

/** Options of `imageDatasetFromDirectory`. */
export interface ImageDatasetOptions {
  /** `'inferred'` (default): each folder is a class. Or the class number of each file in the order of the names; or `null`. */
  labels?: 'inferred' | readonly number[] | null;
  /** Default: `'int'`; `null`: no labels. */
  labelMode?: LabelMode | null;
  /** Names of the folders, in the order of the class numbers. Default: all, in the order of the alphabet. */
  classNames?: readonly string[] | null;
  /** Default: `'rgb'`. */
  colorMode?: ColorMode;
  /** Default: 32; `null`: single pictures, not batches. */
  batchSize?: number | null;
  /** `[height, width]` in pixels, or both as one number. Default: `[256, 256]`. */
  imageSize?: number | readonly [height: number, width: number];
  /** Mixes the files, anew at each pass. Default: true; otherwise they come in the order of their names. */
  shuffle?: boolean;
  /** A whole number from 0 to 4294967295, for the order of the files. Default: drawn, see `utils.setRandomSeed`. */
  seed?: number | null;
  /** Part of the files that is kept for validation, between 0 and 1. Default: none. */
  validationSplit?: number | null;
  /** Which part to give: `'training'`, `'validation'`, or both, as a pair. */
  subset?: 'training' | 'validation' | 'both' | null;
  /** `'bilinear'` (default) or `'nearest'`. */
  interpolation?: 'bilinear' | 'nearest';
  /** Whether linked folders are looked into. Default: false. */
  followLinks?: boolean;
  /** Cuts off at both sides what does not fit `imageSize`, rather than distorting pictures. Default: false. */
  cropToAspectRatio?: boolean;
  /** Width times height that a picture may have: larger ones are refused before they are read. Default: 50 million. */
  maxPixels?: number;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Tells how many files were found. Default: true. */
  verbose?: boolean;
}

const DEFAULTS: Required<ImageDatasetOptions> = {
  labels: 'inferred',
  labelMode: 'int',
  classNames: null,
  colorMode: 'rgb',
  batchSize: 32,
  imageSize: [256, 256],
  shuffle: true,
  seed: null,
  validationSplit: null,
  subset: null,
  interpolation: 'bilinear',
  followLinks: false,
  cropToAspectRatio: false,
  maxPixels: MAX_PIXELS,
  dataFormat: null,
  verbose: true,
};

/** How one file becomes a tensor. */
interface Reading {
  readonly mode: Mode;
  readonly size: [height: number, width: number];
  readonly interpolation: 'bilinear' | 'nearest';
  readonly crops: boolean;
  readonly isChannelsFirst: boolean;
  readonly maxPixels: number;
}

/**
 * Pictures of a folder in batches: a `tf.data.Dataset` of `x` or `[x, y]`, for `fit`, `evaluate` and `predict`, and for
 * `for await`, whose tensors the caller owns. Each pass reads the files again.
 */
export class ImageDataset extends Dataset<tf.TensorContainer> {
  /** Names of the classes, by their numbers; `undefined` without labels. */
  readonly classNames: readonly string[] | undefined;
  /** Paths of the files. */
  readonly filePaths: readonly string[];
  /** Number of batches. */
  override readonly size: number;
  readonly #files: LabelledFiles;
  readonly #reading: Reading;
  readonly #labelMode: LabelMode | null;
  readonly #batchSize: number | null;
  readonly #nextOrder: () => Int32Array;

  constructor(
    files: LabelledFiles,
    reading: Reading,
    labelMode: LabelMode | null,
    batchSize: number | null,
    nextOrder: () => Int32Array,
  ) {
    super();
    this.classNames = files.classNames;
    this.filePaths = files.paths;
    this.size = Math.ceil(files.paths.length / (batchSize ?? 1));
    this.#files = files;
    this.#reading = reading;
    this.#labelMode = labelMode;
    this.#batchSize = batchSize;
    this.#nextOrder = nextOrder;
  }

  override async iterator(): ReturnType<Dataset<tf.TensorContainer>['iterator']> {
    return generator(() => this[Symbol.asyncIterator]()).iterator();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<tf.TensorContainer, void> {
    const order = this.#nextOrder();
    const step = this.#batchSize ?? 1;
    for (let start = 0; start < order.length; start += step) {
      yield await this.#element(order.subarray(start, start + step));
    }
  }

  async #element(rows: Int32Array): Promise<tf.TensorContainer> {
    const pictures: tf.Tensor[] = [];
    try {
      for (const row of rows) pictures.push(await readTensor(this.#files.paths[row] as string, this.#reading));
      return tf.tidy(() => {
        const x = this.#batchSize === null ? (pictures[0] as tf.Tensor).clone() : tf.stack(pictures);
        const y = this.#labels(rows);
        return y ? [x, y] : x;
      });
    } finally {
      tf.dispose(pictures);
    }
  }

  #labels(rows: Int32Array): tf.Tensor | undefined {
    const { labels, classNames } = this.#files;
    if (!labels || this.#labelMode === null) return undefined;
    const numbers = tf.tensor1d(
      Int32Array.from(rows, (row) => labels[row] as number),
      'int32',
    );
    const batch = {
      int: () => numbers,
      binary: () => numbers.cast('float32').expandDims(-1),
      categorical: () => tf.oneHot(numbers, classNames?.length ?? 0).cast('float32'),
    }[this.#labelMode]();
    return this.#batchSize === null ? batch.squeeze([0]) : batch;
  }
}

/** A file as float32 `(height, width, channels)`, resized as TensorFlow does it. */
async function readTensor(path: string, reading: Reading): Promise<tf.Tensor> {
  const { size, mode, interpolation, crops, isChannelsFirst, maxPixels } = reading;
  const img = await readImg(WHO, path, { mode, maxPixels }, true);
  const whole = { left: 0, top: 0, width: img.width, height: img.height };
  // The largest part around the middle with the ratio of the size.
  const box = crops ? centeredBox(img, ...size, 1) : whole;
  const values = resizeAsTensorFlow(img, size, interpolation, box);
  return tf.tidy(() => {
    const picture = tf.tensor3d(values, [...size, CHANNELS[mode]]);
    return isChannelsFirst ? picture.transpose([2, 0, 1]) : picture;
  });
}

/**
 * Pictures of a folder in batches, resized to one size: PNG, JPEG, GIF (the first picture) and BMP. Each folder in it is
 * a class, `directory/cats/1.jpg`; files are mixed and split as in Keras, by the same seed the same way.
 *
 * `x` is float32 `(batch, height, width, channels)`, 0 to 255, as TensorFlow reads files; but JPEG, which it reads by a
 * coarser and faster formula, differs by a few steps. Files that are no intact pictures are errors when they are read.
 *
 * @returns a dataset; with `subset: 'both'` the pair of training and validation data
 * @throws ValueError for a folder without pictures, labels that do not fit, and options that cannot be
 * @example
 * const { mkdirSync } = require('node:fs');
 * for (const name of ['cats', 'dogs']) {
 *   mkdirSync(`pets/${name}`, { recursive: true });
 *   await saveImg(`pets/${name}/1.png`, tf.randomUniform([9, 9, 3]));
 * }
 * const pets = await imageDatasetFromDirectory('pets', { imageSize: [8, 8], verbose: false });
 * console.log(pets.classNames); // [ 'cats', 'dogs' ]
 * for await (const [x, y] of pets) console.log(x.shape, y.shape); // [ 2, 8, 8, 3 ] [ 2 ]
 * @see https://keras.io/api/data_loading/image/#image_dataset_from_directory-function
 */
export async function imageDatasetFromDirectory(
  directory: string,
  options: ImageDatasetOptions & { subset: 'both' },
): Promise<[training: ImageDataset, validation: ImageDataset]>;
export async function imageDatasetFromDirectory(
  directory: string,
  options?: ImageDatasetOptions & { subset?: 'training' | 'validation' | null },
): Promise<ImageDataset>;
export async function imageDatasetFromDirectory(
  directory: string,
  options: ImageDatasetOptions = {},
): Promise<ImageDataset | [ImageDataset, ImageDataset]> {
  checkKeys(WHO, options, Object.keys(DEFAULTS));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const o = checkOptions({ ...DEFAULTS, ...Object.fromEntries(given) });
  const reading: Reading = {
    mode: modeOf(WHO, o.colorMode),
    size: checkTargetSize(WHO, 'imageSize', typeof o.imageSize === 'number' ? [o.imageSize, o.imageSize] : o.imageSize),
    interpolation: o.interpolation,
    crops: o.cropToAspectRatio,
    isChannelsFirst: isChannelsFirst(WHO, o.dataFormat),
    maxPixels: checkMaxPixels(WHO, o.maxPixels),
  };
  const seed = o.seed ?? makeOrderSeed();
  const found = await findFiles(directory, o.labelMode === null ? null : o.labels, o.classNames, o.followLinks);
  tell(
    o.verbose,
    `Found ${found.paths.length} files${found.classNames ? ` belonging to ${found.classNames.length} classes` : ''}.`,
  );
  if (o.labelMode === 'binary' && found.classNames && found.classNames.length !== 2) {
    throw new ValueError(
      `${WHO}: labelMode 'binary' needs two classes. Received: classes ${found.classNames.join(', ')}.`,
    );
  }
  await ready();
  const files = o.shuffle ? shuffleFiles(found, seed) : found;
  const make = (part: 'training' | 'validation' | null, shuffles: boolean): ImageDataset => {
    const chosen = part === null ? files : splitFiles(files, o.validationSplit as number, part);
    if (part) tell(o.verbose, `Using ${chosen.paths.length} files for ${part}.`);
    if (chosen.paths.length === 0) {
      throw new ValueError(
        `${WHO}: there are no pictures${part ? ` for ${part}` : ''} (.bmp, .gif, .jpeg, .jpg, .png). ` +
          `Received: directory='${directory}' with ${files.paths.length}.`,
      );
    }
    const labelMode = chosen.labels ? o.labelMode : null;
    return new ImageDataset(
      chosen,
      reading,
      labelMode,
      o.batchSize,
      orders(chosen.paths.length, shuffles ? seed : null),
    );
  };
  return o.subset === 'both' ? [make('training', o.shuffle), make('validation', false)] : make(o.subset, o.shuffle);
}

function tell(verbose: boolean, text: string): void {
  if (verbose) host.print(`${text}\n`);
}

/** The order of the files at each pass: theirs, or another one each time, all by one seed. */
function orders(count: number, seed: number | null): () => Int32Array {
  if (seed === null) return () => Int32Array.from({ length: count }, (_, i) => i);
  const random = numpyRandom(seed);
  return () => permutation(random, count);
}

function checkOptions(o: Required<ImageDatasetOptions>): Required<ImageDatasetOptions> {
  const refuse = (key: keyof ImageDatasetOptions, expected: string): never => {
    throw new ValueError(`${WHO}: ${key} must be ${expected}. Received: ${key}=${formatValue(o[key])}.`);
  };
  const isWhole = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;
  const isLabels =
    o.labels === null || o.labels === 'inferred' || (Array.isArray(o.labels) && o.labels.every((n) => isWhole(n, 0)));
  if (!isLabels) refuse('labels', "'inferred', null, or whole numbers, one for each picture");
  checkName('labelMode', o.labelMode, ['int', 'categorical', 'binary', null]);
  checkName('interpolation', o.interpolation, ['bilinear', 'nearest']);
  checkName('subset', o.subset, ['training', 'validation', 'both', null]);
  if (o.batchSize !== null && !isWhole(o.batchSize, 1)) refuse('batchSize', 'a whole number above 0, or null');
  if (o.seed !== null && !(isWhole(o.seed, 0) && o.seed < 2 ** 32))
    refuse('seed', 'a whole number from 0 to 4294967295');
  if (o.validationSplit !== null && !(o.validationSplit > 0 && o.validationSplit < 1)) {
    refuse('validationSplit', 'between 0 and 1');
  }
  if ((o.validationSplit === null) !== (o.subset === null)) refuse('subset', 'given together with validationSplit');
  if (o.validationSplit !== null && o.shuffle && o.seed === null) {
    refuse('seed', 'given where validationSplit and shuffle are, so that training and validation data do not overlap');
  }
  return o;
}

function checkName(key: string, value: unknown, known: readonly (string | null)[]): void {
  if (!known.includes(value as string)) throw unknownName(WHO, key, String(value), known.map(String));
}
