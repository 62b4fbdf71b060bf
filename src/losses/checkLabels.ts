import { formatShape, ValueError } from '../base/errors';
import type { LabelKind } from './loss';

/** Labels as they are given, for a check on the whole array. */
export interface LabelValues {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * Refuses numbers of classes that are NaN, not whole, or not in 0..numClasses - 1, naming the first.
 *
 * @param who name in messages: `fit`
 * @param ignoreClass a number that is allowed besides. Default: none
 * @throws ValueError with index and value
 */
function checkLabels(
  who: string,
  values: ArrayLike<number>,
  numClasses: number,
  ignoreClass: number | null = null,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value >= 0 && value < numClasses && Number.isInteger(value)) continue;
    if (value === ignoreClass) continue;
    throw new ValueError(
      `${who}: labels must be numbers of classes, whole numbers from 0 to ${numClasses - 1}. ` +
        `Received: ${value} at index ${i}. Check the labels, or give the output as many units as there are classes.`,
    );
  }
}

/** Refuses labels that hold NaN, naming the first. */
function checkNoNaN(who: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    throw new ValueError(`${who}: labels must be numbers. Received: NaN at index ${i}. Check the labels.`);
  }
}

/**
 * Checks the labels of one output before training: their shape against the output's, and their values.
 *
 * @param kind what labels mean to the loss
 * @param outputShape shape of the predictions; the batch axis is not looked at
 */
export function checkOutputLabels(
  who: string,
  kind: LabelKind,
  labels: LabelValues,
  outputShape: readonly (number | null)[],
  ignoreClass: number | null = null,
): void {
  if (kind === 'numbers') return;
  const { shape, values } = labels;
  const [own, expected] = [shape.slice(1), outputShape.slice(1)];
  const classes = expected.at(-1) ?? null;
  if (kind === 'shares') {
    if (!fits(own, expected)) throw shapeError(who, shape, outputShape, hintFor(own, classes));
    checkNoNaN(who, values);
    return;
  }
  const column = own.length === expected.length && own.at(-1) === 1 ? own.slice(0, -1) : own;
  if (!fits(column, expected.slice(0, -1), false)) {
    throw shapeError(who, shape, outputShape, 'For one-hot labels use categorical_crossentropy.');
  }
  if (classes !== null) checkLabels(who, values, classes, ignoreClass);
}

/** Whether shapes without the batch axis are equal, a last axis of size 1 aside if `squeeze`. */
function fits(own: readonly number[], expected: readonly (number | null)[], squeeze = true): boolean {
  const equal = (a: readonly number[], b: readonly (number | null)[]): boolean =>
    a.length === b.length && a.every((dim, axis) => b[axis] === null || dim === b[axis]);
  if (equal(own, expected)) return true;
  if (!squeeze) return false;
  if (own.length === expected.length + 1 && own.at(-1) === 1) return equal(own.slice(0, -1), expected);
  return own.length + 1 === expected.length && expected.at(-1) === 1 && equal(own, expected.slice(0, -1));
}

function hintFor(own: readonly number[], classes: number | null): string {
  const areClasses = own.length === 0 || own.at(-1) === 1;
  return areClasses && classes !== 1
    ? 'For numbers of classes use sparse_categorical_crossentropy or toCategorical.'
    : '';
}

function shapeError(
  who: string,
  shape: readonly number[],
  outputShape: readonly (number | null)[],
  hint: string,
): ValueError {
  return new ValueError(
    `${who}: labels and the output must have the same shape. Received: labels of shape ${formatShape(shape)}, ` +
      `output of shape ${formatShape(outputShape)}.${hint ? ` ${hint}` : ''}`,
  );
}
