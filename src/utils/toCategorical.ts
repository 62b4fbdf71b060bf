import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../backend/engine';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { readArray } from '../base/arrays';
import { formatValue, ValueError } from '../base/errors';
import { isPlainObject } from '../base/options';

/** Class numbers: a tensor, nested arrays, a typed array, or one with its shape. */
export type Labels = TensorOrArray;

/**
 * Class numbers as rows with a single 1: row `i` is 1 at `labels[i]` and 0 elsewhere.
 *
 * Labels `(n,)` or `(n, 1)` give float32 `(n, numClasses)`; labels of any other shape get the class axis at their end.
 *
 * @param labels class numbers from 0
 * @param numClasses default: the greatest label + 1; also as `{ numClasses }`
 * @throws ValueError for labels that are not whole numbers from 0 to `numClasses - 1`
 * @example
 * console.log(toCategorical([0, 2], 3).arraySync()); // [ [ 1, 0, 0 ], [ 0, 0, 1 ] ]
 * @see https://keras.io/api/utils/python_utils/#to_categorical-function
 */
export function toCategorical(labels: Labels, numClasses?: number | null | { numClasses?: number | null }): tf.Tensor {
  requireReady('toCategorical');
  const { shape, values } = read(labels);
  const classes = checkClasses(values, isPlainObject(numClasses) ? numClasses.numClasses : numClasses);
  const data = new Float32Array(values.length * classes);
  for (let i = 0; i < values.length; i++) data[i * classes + (values[i] as number)] = 1;
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return tf.tensor(data, [...kept, classes]);
}

/** The number of classes, after checking that every label is one of them. */
function checkClasses(labels: ArrayLike<number>, numClasses: unknown): number {
  const given = numClasses ?? undefined;
  if (given !== undefined && !(Number.isInteger(given) && (given as number) > 0)) {
    throw new ValueError(
      `toCategorical: numClasses must be a whole number above 0. Received: numClasses=${formatValue(numClasses)}.`,
    );
  }
  if (given === undefined && labels.length === 0) {
    throw new ValueError('toCategorical: there are no labels to count classes in. Give numClasses.');
  }
  const limit = (given as number | undefined) ?? Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (Number.isInteger(label) && label >= 0 && label < limit) {
      greatest = Math.max(greatest, label);
      continue;
    }
    const range = given === undefined ? 'from 0' : `from 0 to ${limit - 1}`;
    throw new ValueError(
      `toCategorical: labels must be whole numbers ${range}. Received: label ${label} at position ${i}` +
        `${given === undefined ? '' : `, numClasses=${limit}`}.`,
    );
  }
  return given === undefined ? greatest + 1 : limit;
}

function read(labels: Labels): { shape: readonly number[]; values: ArrayLike<number> } {
  if (labels instanceof tf.Tensor) {
    const { shape } = labels;
    return { shape, values: toTensor('toCategorical', 'labels', labels).dataSync() };
  }
  const { shape, data } = readArray('toCategorical', 'labels', labels, 'float64');
  return { shape, values: data };
}
