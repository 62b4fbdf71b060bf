import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { byteTensor } from '../backend/bytes';
import { formatShape, refuse, ValueError } from '../base/errors';
import type { ByteArray } from './file';
import { readIdx } from './idx';

const SIDE = 28;
const CLASSES = 10;

/** Images and their labels. The caller owns the tensors. */
export interface LabelledImages {
  /** `(n, 28, 28)`, int32, 0 (paper) to 255 (ink). */
  x: tf.Tensor3D;
  /** `(n,)`, int32, 0 to 9. */
  y: tf.Tensor1D;
}

/** Images and their labels as bytes, one after another. */
export interface LabelledBytes {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** The images to train on and those to test with. */
export interface Sets<T> {
  train: T;
  test: T;
}

export function toTensors({ train, test }: Sets<LabelledBytes>): Sets<LabelledImages> {
  const convert = ({ pixels, labels }: LabelledBytes): LabelledImages => ({
    x: byteTensor(pixels, [labels.length, SIDE, SIDE]) as tf.Tensor3D,
    y: tf.tensor1d(new Int32Array(labels), 'int32'),
  });
  return { train: convert(train), test: convert(test) };
}

/**
 * Reads the four files of MNIST and those made like it: `train-images-idx3-ubyte` and its kind, also with `.gz` and with
 * a dot before `idx`.
 *
 * @throws ValueError for files that are missing, cut off or of another kind, naming file and byte
 */
export async function readIdxFolder(who: string, folder: string): Promise<Sets<LabelledBytes>> {
  const open = (stem: string, rank: number): Promise<ByteArray> => readIdx(find(who, folder, stem, rank), rank);
  const read = async (set: string): Promise<LabelledBytes> =>
    pair(await open(`${set}-images`, 3), await open(`${set}-labels`, 1));
  return { train: await read('train'), test: await read('t10k') };
}

function find(who: string, folder: string, stem: string, rank: number): string {
  const names = ['-', '.'].flatMap((dot) => ['', '.gz'].map((gz) => `${stem}${dot}idx${rank}-ubyte${gz}`));
  const found = names.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found) return found;
  throw new ValueError(`${who}: expected a file ${names.join(' or ')}. Received: path='${folder}' without it.`);
}

/**
 * Images and labels that belong together, after checking that they do.
 *
 * @throws ValueError for another number of labels, and for a label above 9, naming file and byte
 */
export function pair(x: ByteArray, y: ByteArray): LabelledBytes {
  if (y.shape[0] !== x.shape[0]) {
    refuse(y.file, y.shapeOffset, `${x.shape[0]} labels, one for each image`, `shape ${formatShape(y.shape)}`);
  }
  const wrong = y.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) refuse(y.file, y.dataOffset + wrong * y.step, 'a label from 0 to 9', String(y.data[wrong]));
  return { pixels: x.data, labels: y.data };
}
