import * as tf from '@tensorflow/tfjs-core';
import { byteTensor } from '../backend/bytes';
import { ready } from '../backend/engine';
import { checkKeys } from '../base/options';
import { cachedFile, checkUrl } from '../utils/getFile';
import { type Batch, PIXELS, readBatches } from './cifarFiles';
import { CIFAR10 } from './origins';

/** Pictures and their labels. The caller owns the tensors. */
export interface LabelledPictures {
  /** `(n, 32, 32, 3)`, int32, 0 to 255: red, green, blue. */
  x: tf.Tensor4D;
  /** `(n, 1)`, int32, 0 to 9. */
  y: tf.Tensor2D;
}

/** What `loadData` gives. */
export interface Cifar10 {
  train: LabelledPictures;
  test: LabelledPictures;
}

/** Options of `loadData`. */
export interface Cifar10Options {
  /**
   * Your own files: the folder or the `.tar.gz` of the Python edition (`cifar-10-batches-py`) or of the binary one
   * (`cifar-10-batches-bin`). Default: downloaded once, 170 MB, and kept where Keras keeps it.
   */
  path?: string | null;
  /** Where the archive is downloaded from: the address of its folder. Default: its home at the University of Toronto. */
  origin?: string;
  /** The folder of downloads. Default: `$KERAS_HOME`, else `~/.keras`. */
  cacheDir?: string | null;
  /** Seconds without a byte after which the download is given up. Default: 60. */
  timeout?: number;
  /** Tells the progress of the download. Default: true. */
  verbose?: boolean;
}

/** Names of the classes, by their numbers. */
export const classNames: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/**
 * 60,000 coloured pictures of animals and vehicles: 50,000 to train, 10,000 to test.
 *
 * @throws ValueError for files that are cut off, damaged or of another kind, naming file and byte
 * @throws Error if the download fails
 * @example
 * ```js
 * const { train, test } = await datasets.cifar10.loadData();
 * console.log(train.x.shape, test.y.shape); // [ 50000, 32, 32, 3 ] [ 10000, 1 ]
 * ```
 * @see https://keras.io/api/datasets/cifar10/
 */
export async function loadData(options: Cifar10Options = {}): Promise<Cifar10> {
  checkKeys('cifar10.loadData', options, ['path', 'origin', 'cacheDir', 'timeout', 'verbose']);
  const batches = await readBatches('cifar10.loadData', options.path ?? (await downloaded(options)));
  await ready();
  return { train: toTensors(batches.slice(0, -1)), test: toTensors(batches.slice(-1)) };
}

function downloaded({ origin = CIFAR10.origin, ...options }: Cifar10Options): Promise<string> {
  const { name, fname, sha256, size } = CIFAR10;
  const folder = checkUrl('cifar10.loadData', origin).replace(/\/*$/, '/');
  const checksum = { algorithm: 'sha256', digest: sha256 } as const;
  return cachedFile('cifar10.loadData', folder + name, { ...options, fname, size, checksum });
}

function toTensors(batches: readonly Batch[]): LabelledPictures {
  const labels = batches.flatMap((batch) => batch.labels);
  const values = new Uint8Array(labels.length * PIXELS * 3);
  let at = 0;
  for (const { pixels } of batches) {
    for (let picture = 0; picture < pixels.length; picture += 3 * PIXELS) {
      for (let i = picture; i < picture + PIXELS; i++) {
        values[at++] = pixels[i] as number;
        values[at++] = pixels[i + PIXELS] as number;
        values[at++] = pixels[i + 2 * PIXELS] as number;
      }
    }
  }
  return {
    x: byteTensor(values, [labels.length, 32, 32, 3]) as tf.Tensor4D,
    y: tf.tensor2d(Int32Array.from(labels), [labels.length, 1], 'int32'),
  };
}
