/** Counts of right and wrong decisions at thresholds, which precision, recall and AUC are made of. */
import * as tf from '@tensorflow/tfjs-core';
import { between, checkValue, orList } from '../base/checks';
import { formatShape, ValueError } from '../base/errors';
import { EPSILON, squeezeOrExpandToSameRank, toTensor } from '../losses/tensors';
import type { MetricInput } from './metric';
import { broadcastWeights } from './samplewise';

/** Lower than every prediction. */
export const LOWEST = -1e10;

/** Thresholds as a metric is given them: one, several or none. */
export type Thresholds = number | readonly number[] | null;

/** The list of thresholds, all of them in 0..1. */
export function thresholdList(who: string, thresholds: Thresholds, otherwise: number): number[] {
  if (thresholds === null) return [otherwise];
  checkValue(who, 'thresholds', thresholds, orList(between(0, 1)));
  return [thresholds].flat() as number[];
}

/** Whether thresholds go from 0 to 1 in equal steps. */
function areEven(thresholds: readonly number[]): boolean {
  const steps = thresholds.length - 1;
  return steps >= 2 && thresholds.every((value, i) => Math.abs(value - i / steps) <= EPSILON + 1e-5 * (i / steps));
}

/** How decisions are counted. */
export interface ConfusionOptions {
  /** Name in messages: the metric's. */
  readonly name: string;
  readonly thresholds: readonly number[];
  /** Only the k largest predictions of a sample can be positive. */
  readonly topK?: number | null;
  /** Only this class is looked at. */
  readonly classId?: number | null;
  /** Whether each label has counts of its own. */
  readonly multiLabel?: boolean;
  /** Weights of the labels, (labels). */
  readonly labelWeights?: readonly number[] | null;
}

/** Counts of shape (thresholds) or, for several labels, (thresholds, labels). */
export interface Confusion {
  truePositives: tf.Tensor;
  falsePositives: tf.Tensor;
  trueNegatives: tf.Tensor;
  falseNegatives: tf.Tensor;
}

/** The counts of a batch, weighted. A prediction is positive where it is larger than the threshold. */
export function confusion(
  yTrue: MetricInput,
  yPred: MetricInput,
  sampleWeight: MetricInput,
  options: ConfusionOptions,
): Confusion {
  const { name, thresholds, topK = null, classId = null, multiLabel = false, labelWeights = null } = options;
  let [predictions, labels] = squeezeOrExpandToSameRank(
    toTensor(name, 'yPred', yPred, 'float32'),
    toTensor(name, 'yTrue', yTrue, 'float32'),
  );
  let weights: tf.Tensor | undefined;
  if (sampleWeight !== null && sampleWeight !== undefined) {
    const column = toTensor(name, 'sampleWeight', sampleWeight, 'float32').expandDims(-1);
    weights = squeezeOrExpandToSameRank(labels, column, false)[1];
  }
  if (topK !== null) predictions = onlyTopK(name, predictions, topK);
  if (classId !== null) [labels, predictions] = [oneClass(name, labels, classId), oneClass(name, predictions, classId)];
  if (labelWeights && !multiLabel) {
    const perLabel = tf.tensor1d([...labelWeights]);
    weights = weights ? weights.mul(perLabel) : perLabel;
  }
  const all = weights && broadcastWeights(name, weights, predictions.shape);
  const size = commonSize(name, labels, predictions, options);
  const flat = (x: tf.Tensor): tf.Tensor => (multiLabel ? x : x.flatten().broadcastTo([size]));
  const truth = flat(labels.notEqual(0).cast('float32'));
  const counts = all ? flat(all) : tf.onesLike(truth);
  return countAt(positives(flat(predictions), thresholds), truth.mul(counts), tf.scalar(1).sub(truth).mul(counts));
}

/** The number of decisions: of labels and predictions, where one label or one prediction may stand for all. */
function commonSize(who: string, labels: tf.Tensor, predictions: tf.Tensor, options: ConfusionOptions): number {
  const [a, b] = [labels, predictions];
  const canRepeat = !options.multiLabel && (a.size === 1 || b.size === 1) && !areEven(insideOf(options.thresholds));
  if (a.size === b.size || canRepeat) return Math.max(a.size, b.size);
  throw new ValueError(
    `${who}: yTrue and yPred must have the same number of entries. ` +
      `Received: yTrue.shape=${formatShape(a.shape)}, yPred.shape=${formatShape(b.shape)}.`,
  );
}

/** The thresholds, of which AUC's outermost are just outside of 0..1, within it. */
function insideOf(thresholds: readonly number[]): readonly number[] {
  return (thresholds[0] as number) < 0 ? [0, ...thresholds.slice(1, -1), 1] : thresholds;
}

function countAt(positive: tf.Tensor, trueLabels: tf.Tensor, falseLabels: tf.Tensor): Confusion {
  const truePositives = positive.mul(trueLabels.expandDims(0)).sum(1);
  const falsePositives = positive.mul(falseLabels.expandDims(0)).sum(1);
  return {
    truePositives,
    falsePositives,
    trueNegatives: falseLabels.sum(0).sub(falsePositives),
    falseNegatives: trueLabels.sum(0).sub(truePositives),
  };
}

/** 1 where a prediction is above a threshold: (thresholds, ...). */
function positives(predictions: tf.Tensor, thresholds: readonly number[]): tf.Tensor {
  const steps = thresholds.length - 1;
  const isPadded = (thresholds[0] as number) < 0;
  const inside = insideOf(thresholds);
  const column = (values: readonly number[]): tf.Tensor =>
    tf.tensor(values as number[], [values.length, ...predictions.shape.map(() => 1)]);
  const row = predictions.expandDims(0);
  if (!areEven(inside)) return row.greater(column(thresholds)).cast('float32');
  // Keras counts in buckets where thresholds are even; the rounding is the bucket's
  const bucket = row.clipByValue(0, 1).mul(steps).ceil().sub(1);
  return (isPadded ? bucket.relu() : bucket).greaterEqual(column(inside.map((_, i) => i))).cast('float32');
}

function onlyTopK(who: string, predictions: tf.Tensor, k: number): tf.Tensor {
  if (k > (predictions.shape.at(-1) ?? 0)) {
    throw new ValueError(
      `${who}: topK must not be above the number of classes. ` +
        `Received: topK=${k}, predictions of shape ${formatShape(predictions.shape)}.`,
    );
  }
  const { indices } = tf.topk(predictions, k);
  const mask = tf
    .oneHot(indices as tf.Tensor1D, predictions.shape.at(-1) as number)
    .sum(-2)
    .cast('float32');
  return predictions.mul(mask).add(tf.scalar(1).sub(mask).mul(LOWEST));
}

/** The entries of one class, which may be counted from the end. */
function oneClass(who: string, x: tf.Tensor, classId: number): tf.Tensor {
  const classes = x.rank > 1 ? (x.shape.at(-1) as number) : 0;
  const place = classId < 0 ? classId + classes : classId;
  if (place >= 0 && place < classes) {
    const last = x.rank - 1;
    return x.slice([...new Array<number>(last).fill(0), place], [...x.shape.slice(0, last), 1]);
  }
  throw new ValueError(
    `${who}: classId needs labels and predictions (batch, classes) that have the class. ` +
      `Received: classId=${classId}, shape ${formatShape(x.shape)}.`,
  );
}
