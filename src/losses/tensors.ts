import * as tf from '@tensorflow/tfjs-core';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { formatShape, ValueError } from '../base/errors';

export { type TensorOrArray, toTensor };

/**
 * Makes ranks that differ by one equal, by dropping or adding a last axis of size 1: labels (batch,) fit outputs
 * (batch, 1). Anything else is left as it is.
 *
 * @param expand whether (batch,) becomes (batch, 1), rather than (batch, 1) becoming (batch,)
 */
export function squeezeOrExpandToSameRank(a: tf.Tensor, b: tf.Tensor, expand = true): [tf.Tensor, tf.Tensor] {
  if (a.rank === b.rank + 1 && a.shape[b.rank] === 1) {
    return b.rank === 1 && expand ? [a, b.expandDims(-1)] : [a.squeeze([b.rank]), b];
  }
  if (b.rank === a.rank + 1 && b.shape[a.rank] === 1) {
    return a.rank === 1 && expand ? [a.expandDims(-1), b] : [a, b.squeeze([a.rank])];
  }
  return [a, b];
}

function shapeError(who: string, expected: string, yTrue: tf.Tensor, yPred: tf.Tensor): ValueError {
  return new ValueError(
    `${who}: yTrue and yPred must have the same shape${expected}. ` +
      `Received: yTrue.shape=${formatShape(yTrue.shape)}, yPred.shape=${formatShape(yPred.shape)}.`,
  );
}

/** Refuses labels and predictions of different shapes. */
export function checkSameShape(who: string, yTrue: tf.Tensor, yPred: tf.Tensor): void {
  if (yTrue.rank === yPred.rank && yTrue.shape.every((dim, axis) => dim === yPred.shape[axis])) return;
  throw shapeError(who, '', yTrue, yPred);
}

/** Refuses predictions without an axis. */
export function checkHasAxis(who: string, yTrue: tf.Tensor, yPred: tf.Tensor): void {
  if (yPred.rank === 0) throw shapeError(who, ', with at least one axis', yTrue, yPred);
}

/** Whether two shapes broadcast: from the end, sizes are equal, or one is 1 or missing. */
export function doBroadcast(a: readonly number[], b: readonly number[]): boolean {
  const rank = Math.min(a.length, b.length);
  return a.slice(a.length - rank).every((dim, i) => {
    const other = b[b.length - rank + i] as number;
    return dim === other || dim === 1 || other === 1;
  });
}

/** Refuses labels and predictions that do not broadcast. */
export function checkBroadcast(who: string, yTrue: tf.Tensor, yPred: tf.Tensor): void {
  if (doBroadcast(yTrue.shape, yPred.shape)) return;
  throw shapeError(who, ', or shapes that broadcast', yTrue, yPred);
}

/** Labels and predictions as float tensors of the same rank, where an axis of size 1 makes the difference. */
function alignRanks(who: string, yTrue: TensorOrArray, yPred: TensorOrArray): [tf.Tensor, tf.Tensor] {
  const [labels, predictions] = [toTensor(who, 'yTrue', yTrue, 'float32'), toTensor(who, 'yPred', yPred, 'float32')];
  return squeezeOrExpandToSameRank(labels, predictions);
}

/** Labels and predictions as float tensors of the same shape: what cross-entropies work on. */
export function alignLabels(who: string, yTrue: TensorOrArray, yPred: TensorOrArray): [tf.Tensor, tf.Tensor] {
  const aligned = alignRanks(who, yTrue, yPred);
  checkSameShape(who, ...aligned);
  return aligned;
}

/** Labels and predictions as float tensors whose shapes broadcast, as arithmetic does it. */
export function broadcastLabels(who: string, yTrue: TensorOrArray, yPred: TensorOrArray): [tf.Tensor, tf.Tensor] {
  const aligned = alignRanks(who, yTrue, yPred);
  checkBroadcast(who, ...aligned);
  return aligned;
}

/**
 * A loss per sample: aligns labels and predictions, and frees all but the result of `formula`. Shapes that broadcast do;
 * a number stands for labels, or predictions, that are all the same.
 */
export function perSample(
  who: string,
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  formula: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const [labels, predictions] = broadcastLabels(who, yTrue, yPred);
    if (labels.rank === 0) checkHasAxis(who, labels, predictions);
    const withAxis = (x: tf.Tensor): tf.Tensor => (x.rank === 0 ? x.reshape([1]) : x);
    return formula(withAxis(labels), withAxis(predictions));
  });
}

/** Labels with a share of each spread evenly over the classes of the last axis. */
export function smoothLabels(labels: tf.Tensor, smoothing: number): tf.Tensor {
  return smoothing ? labels.mul(1 - smoothing).add(smoothing / (labels.shape[labels.rank - 1] as number)) : labels;
}

/** The vectors along `axis`, scaled to length 1; those shorter than 1e-7 are divided by 1e-7. */
export function unitVectors(x: tf.Tensor, axis: number): tf.Tensor {
  return x.div(x.square().sum(axis, true).maximum(1e-14).sqrt());
}

export { EPSILON } from '../base/epsilon';
