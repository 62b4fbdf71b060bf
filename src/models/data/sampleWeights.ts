import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../../backend/values';
import { formatShape, formatValue, ValueError } from '../../base/errors';
import { flatten } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import type { Converter } from './converter';
import type { StepData } from './data';

/** A weight for each class number, as a record or a `Map`; classes that are not named count 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** Weights of samples that were made from those of classes. */
const madeOfClasses = new WeakSet<tf.Tensor>();

/** Whether weights of samples were made from `classWeight`. */
export function areClassWeights(weights: tf.Tensor): boolean {
  return madeOfClasses.has(weights);
}

/** The error for class weights where a sample has several labels. */
export function labelMapError(who: string, labels: readonly number[]): ValueError {
  return new ValueError(
    `${who}: classWeight is for one label a sample. Received: labels of shape ${formatShape(labels)}, several a sample. ` +
      'Give sampleWeight with one weight for each label.',
  );
}

/** The weights by class number, checked. */
function weightsByClass(who: string, classWeight: unknown): Map<number, number> {
  const isMap = classWeight instanceof Map || Object.prototype.toString.call(classWeight) === '[object Map]';
  const entries: [unknown, unknown][] = isMap
    ? [...(classWeight as Map<unknown, unknown>)]
    : Object.entries(isPlainObject(classWeight) ? classWeight : { classWeight });
  const weights = new Map<number, number>();
  for (const [key, weight] of entries) {
    const isClass = isMap ? Number.isInteger(key) : /^-?\d+$/.test(key as string);
    if (isClass && typeof weight === 'number' && weight >= 0) weights.set(Number(key), weight);
    else {
      const received = isMap ? `a Map with ${formatValue(key)} => ${formatValue(weight)}` : formatValue(classWeight);
      throw new ValueError(
        `${who}: classWeight must give a non-negative number for class numbers, as in { 0: 1, 1: 2 } or ` +
          `new Map([[0, 1], [1, 2]]). Received: ${received}.`,
      );
    }
  }
  return weights;
}

/**
 * Data with one weight per sample, taken from its class: the class number, or the place of the one in a one-hot row.
 *
 * @throws ValueError together with `sampleWeight`, for several outputs, several labels a sample, or weights that are no
 *   numbers.
 * @see keras/src/trainers/data_adapters/data_adapter_utils.py
 */
export function applyClassWeight(
  who: string,
  data: StepData,
  classWeight: ClassWeight | undefined,
  converter: Converter,
): StepData {
  if (classWeight === undefined || classWeight === null) return data;
  if (data.sampleWeight !== undefined) {
    throw new ValueError(
      `${who}: classWeight and sampleWeight cannot be given together. Multiply them into sampleWeight.`,
    );
  }
  const byClass = weightsByClass(who, classWeight);
  const labels = data.y === undefined ? [] : flatten(data.y);
  const [y] = labels;
  if (!y || labels.length !== 1) {
    throw new ValueError(
      `${who}: classWeight is for models with one output. Received: ${labels.length} arrays of labels.`,
    );
  }
  const isOneHot = y.rank > 1 && y.shape.at(-1) !== 1;
  if (y.size !== (y.shape[0] as number) * (isOneHot ? (y.shape.at(-1) as number) : 1)) {
    throw labelMapError(who, y.shape);
  }
  const values = valuesOf(y);
  const classes = isOneHot
    ? largestOfRows(values, y.shape.at(-1) as number)
    : Float32Array.from(values, roundHalfToEven);
  const weights = classes.map((label) => byClass.get(label) ?? 1);
  const sampleWeight = converter.own(tf.tensor1d(weights));
  madeOfClasses.add(sampleWeight);
  return { ...data, sampleWeight };
}

/** The place of the largest number of each row, the first one where several are. */
function largestOfRows(values: ArrayLike<number>, length: number): Float32Array {
  return Float32Array.from({ length: values.length / length }, (_, row) => {
    let largest = 0;
    for (let i = 1; i < length; i++) {
      if ((values[row * length + i] as number) > (values[row * length + largest] as number)) largest = i;
    }
    return largest;
  });
}

/** Numbers halfway between two classes go to the even one, as NumPy rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
