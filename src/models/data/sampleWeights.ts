import * as tf from '@tensorflow/tfjs';
import { formatValue, ValueError } from '../../base/errors';
import { flatten } from '../../base/nest';
import type { Converter } from './converter';
import type { StepData } from './data';

/** A weight for each class number; classes that are not named count 1. */
export type ClassWeight = Readonly<Record<number, number>>;

/**
 * Data with one weight per sample, taken from its class: the class number, or the place of the one in a one-hot row.
 *
 * @throws ValueError together with `sampleWeight`, for several outputs, or for weights that are no numbers.
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
  for (const [key, weight] of Object.entries(classWeight)) {
    if (/^\d+$/.test(key) && typeof weight === 'number' && weight >= 0) continue;
    throw new ValueError(
      `${who}: classWeight must give a non-negative number for class numbers, as in { 0: 1, 1: 2 }. ` +
        `Received: ${formatValue(classWeight)}.`,
    );
  }
  const labels = data.y === undefined ? [] : flatten(data.y);
  const [y] = labels;
  if (!y || labels.length !== 1) {
    throw new ValueError(
      `${who}: classWeight is for models with one output. Received: ${labels.length} arrays of labels.`,
    );
  }
  const classes = tf.tidy(() => (y.rank > 1 && (y.shape.at(-1) as number) > 1 ? y.argMax(-1) : y.flatten()).dataSync());
  const weights = Float32Array.from(classes, (label) => classWeight[Math.round(label)] ?? 1);
  return { ...data, sampleWeight: converter.own(tf.tensor1d(weights)) };
}
