import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { formatShape, ValueError } from '../base/errors';
import { refuse } from './file';
import { readIdx } from './idx';

const SIDE = 28;
const CLASSES = 10;

/** Images and their labels. The caller owns the tensors. */
export interface LabelledImages {
  /** `(n, 28, 28)`, int32, 0 to 255. */
  x: tf.Tensor3D;
  /** `(n,)`, int32, 0 to 9. */
  y: tf.Tensor1D;
}

/**
 * Reads one set from the four files of MNIST and those made like it: `train-images-idx3-ubyte` and its kind, also with
 * `.gz` and with a dot before `idx`.
 *
 * @throws ValueError for files that are missing, cut off or of another kind, naming file and byte
 */
export async function readIdxSet(who: string, folder: string, set: 'train' | 't10k'): Promise<LabelledImages> {
  const x = await readIdx(find(who, folder, `${set}-images`, 3), 3);
  const y = await readIdx(find(who, folder, `${set}-labels`, 1), 1);
  const [n = 0, height, width] = x.shape;
  if (n === 0 || height !== SIDE || width !== SIDE) {
    refuse(x.file, x.shapeOffset, `images of shape (n, ${SIDE}, ${SIDE})`, `shape ${formatShape(x.shape)}`);
  }
  if (y.shape[0] !== n) {
    refuse(y.file, y.shapeOffset, `${n} labels, one for each image`, `shape ${formatShape(y.shape)}`);
  }
  const wrong = y.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) refuse(y.file, y.dataOffset + wrong, 'a label from 0 to 9', String(y.data[wrong]));
  return {
    x: tf.tensor3d(new Int32Array(x.data), [n, SIDE, SIDE], 'int32'),
    y: tf.tensor1d(new Int32Array(y.data), 'int32'),
  };
}

function find(who: string, folder: string, stem: string, rank: number): string {
  const names = ['-', '.'].flatMap((dot) => ['', '.gz'].map((gz) => `${stem}${dot}idx${rank}-ubyte${gz}`));
  const found = names.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found) return found;
  throw new ValueError(`${who}: expected a file ${names.join(' or ')}. Received: path='${folder}' without it.`);
}
