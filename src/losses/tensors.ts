import * as tf from '@tensorflow/tfjs';
import type { DType } from '../backend/variable';
import { formatShape, formatValue, ValueError } from '../base/errors';

/** A tensor, or the nested arrays of one. */
export type TensorOrArray = tf.Tensor | tf.TensorLike;

/** The value as a tensor of a dtype. A tensor that has it already is returned itself, so that its logits stay known. */
export function toTensor(value: TensorOrArray, dtype?: DType): tf.Tensor {
  const tensor = value instanceof tf.Tensor ? value : tf.tensor(value);
  if (tensor.isDisposed) {
    throw new ValueError(
      `Expected a live tensor. Received: ${formatValue(tensor)}, disposed. Keep it until it is used.`,
    );
  }
  return dtype === undefined || tensor.dtype === dtype ? tensor : tensor.cast(dtype);
}

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

/** Refuses labels and predictions of different shapes. */
export function checkSameShape(who: string, yTrue: tf.Tensor, yPred: tf.Tensor): void {
  if (yTrue.rank === yPred.rank && yTrue.shape.every((dim, axis) => dim === yPred.shape[axis])) return;
  throw new ValueError(
    `${who}: yTrue and yPred must have the same shape. ` +
      `Received: yTrue.shape=${formatShape(yTrue.shape)}, yPred.shape=${formatShape(yPred.shape)}.`,
  );
}

/** Labels and predictions as float tensors of the same shape: what all losses but the sparse ones work on. */
export function alignLabels(who: string, yTrue: TensorOrArray, yPred: TensorOrArray): [tf.Tensor, tf.Tensor] {
  const aligned = squeezeOrExpandToSameRank(toTensor(yTrue, 'float32'), toTensor(yPred, 'float32'));
  checkSameShape(who, ...aligned);
  return aligned;
}

const masks = new WeakMap<tf.Tensor, () => tf.Tensor | undefined>();

/** Notes which entries of `values` count; reductions leave the others out. `mask` is called when somebody asks. */
export function setMask<T extends tf.Tensor>(values: T, mask: () => tf.Tensor | undefined): T {
  masks.set(values, mask);
  return values;
}

/** Which entries of `values` count, if that was noted and can still be told. */
export function maskOf(values: tf.Tensor): tf.Tensor | undefined {
  return masks.get(values)?.();
}

/** A loss per sample: aligns labels and predictions, and frees all but the result of `formula`. */
export function perSample(
  who: string,
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  formula: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => formula(...alignLabels(who, yTrue, yPred)));
}

/** Labels with a share of each spread evenly over the classes of the last axis. */
export function smoothLabels(labels: tf.Tensor, smoothing: number): tf.Tensor {
  return smoothing ? labels.mul(1 - smoothing).add(smoothing / (labels.shape[labels.rank - 1] as number)) : labels;
}

/** The vectors along `axis`, scaled to length 1; those shorter than 1e-7 are divided by 1e-7. */
export function unitVectors(x: tf.Tensor, axis: number): tf.Tensor {
  return x.div(x.square().sum(axis, true).maximum(1e-14).sqrt());
}

/** Keras's epsilon: what keeps logarithms and divisions finite. */
export const EPSILON = 1e-7;

/** |x| with Keras's gradient: 0 at 0, where TensorFlow.js has -1. */
export const absolute: (x: tf.Tensor) => tf.Tensor = tf.customGrad((given, save) => {
  const x = given as tf.Tensor;
  (save as tf.GradSaveFunc)([x]);
  return { value: x.abs(), gradFunc: (dy, [saved]) => (dy as tf.Tensor).mul((saved as tf.Tensor).sign()) };
});
