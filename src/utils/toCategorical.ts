import * as tf from '@tensorflow/tfjs';
import { requireReady } from '../backend/engine';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { isPlainObject } from '../base/options';

/** Class numbers: a tensor, nested arrays or a typed array. */
export type Labels = tf.Tensor | tf.TensorLike | BigInt64Array;

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
  values.forEach((label, i) => {
    data[i * classes + label] = 1;
  });
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return tf.tensor(data, [...kept, classes]);
}

/** The number of classes, after checking that every label is one of them. */
function checkClasses(labels: readonly number[], numClasses: unknown): number {
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
  const wrong = labels.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < limit));
  if (wrong < 0) return given === undefined ? labels.reduce((a, b) => Math.max(a, b)) + 1 : limit;
  const range = given === undefined ? 'from 0' : `from 0 to ${limit - 1}`;
  throw new ValueError(
    `toCategorical: labels must be whole numbers ${range}. Received: label ${labels[wrong]} at position ${wrong}` +
      `${given === undefined ? '' : `, numClasses=${limit}`}.`,
  );
}

function read(labels: Labels): { shape: readonly number[]; values: number[] } {
  if (labels instanceof tf.Tensor) {
    if (!labels.isDisposed) return { shape: labels.shape, values: Array.from(labels.dataSync(), Number) };
    throw new ValueError(
      `toCategorical: the tensor of labels of shape ${formatShape(labels.shape)} is disposed. Pass a live tensor.`,
    );
  }
  const shape: number[] = [];
  for (let level: unknown = labels; isList(level); level = level[0]) shape.push(level.length);
  return { shape, values: flattenChecked(labels, shape) };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** The numbers in nested arrays, in order; all lists of a level must have the length of the first. */
function flattenChecked(value: unknown, [length, ...rest]: readonly number[]): number[] {
  if (length !== undefined && isList(value) && value.length === length) {
    return Array.from(value).flatMap((item) => flattenChecked(item, rest));
  }
  if (length === undefined && ['number', 'bigint', 'boolean'].includes(typeof value)) return [Number(value)];
  throw new ValueError(
    `toCategorical: labels must be numbers in arrays of equal lengths, or a tensor. Received: ${formatValue(value)}.`,
  );
}
