import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ready } from '../backend/engine';
import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { cachedFile, checkUrl } from '../utils/getFile';
import { type LabelledImages, readIdxFolder, type Sets, toTensors } from './idxFolder';
import { FASHION_MNIST } from './origins';

/** What `loadData` gives. */
export interface FashionMnist extends Sets<LabelledImages> {}

/** Options of `loadData`. */
export interface FashionMnistOptions {
  /** A folder with the four original IDX files, gzipped or not. Default: downloaded once, 31 MB, and kept where Keras keeps them. */
  path?: string | null;
  /** Where the files are downloaded from: the address of their folder. Default: Keras's. */
  origin?: string;
  /** The folder of downloads. Default: `$KERAS_HOME`, else `~/.keras`. */
  cacheDir?: string | null;
  /** Seconds without a byte after which a download is given up. Default: 60. */
  timeout?: number;
  /** Tells the progress of the download. Default: true. */
  verbose?: boolean;
}

/** Names of the classes, by their numbers. */
export const classNames: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * 70,000 gray pictures of clothes, made as MNIST's digits are: 60,000 to train, 10,000 to test.
 *
 * @throws ValueError for files that are cut off, damaged or of another kind, naming file and byte
 * @throws Error if a download fails
 * @example
 * ```js
 * const { train, test } = await datasets.fashionMnist.loadData();
 * console.log(train.x.shape, test.y.shape); // [ 60000, 28, 28 ] [ 10000 ]
 * ```
 * @see https://keras.io/api/datasets/fashion_mnist/
 */
export async function loadData(options: FashionMnistOptions = {}): Promise<FashionMnist> {
  checkKeys('fashionMnist.loadData', options, ['path', 'origin', 'cacheDir', 'timeout', 'verbose']);
  const { path } = options;
  const folder = path === undefined || path === null ? await downloaded(options) : await checkFolder(path);
  const images = await readIdxFolder('fashionMnist.loadData', folder);
  await ready();
  return toTensors(images);
}

async function checkFolder(path: unknown): Promise<string> {
  const found = typeof path === 'string' ? await stat(path).catch(() => undefined) : undefined;
  if (found?.isDirectory()) return path as string;
  throw new ValueError(`fashionMnist.loadData: path must be an existing folder. Received: path=${formatValue(path)}.`);
}

async function downloaded({ origin = FASHION_MNIST.origin, ...options }: FashionMnistOptions): Promise<string> {
  const from = checkUrl('fashionMnist.loadData', origin).replace(/\/*$/, '/');
  const cacheSubdir = join('datasets', 'fashion-mnist');
  let folder = '';
  for (const { fname, size, sha256 } of FASHION_MNIST.files) {
    const file = { ...options, fname, cacheSubdir, size, checksum: { algorithm: 'sha256', digest: sha256 } } as const;
    folder = dirname(await cachedFile('fashionMnist.loadData', from + fname, file));
  }
  return folder;
}
