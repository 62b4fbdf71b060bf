import type * as tf from '@tensorflow/tfjs-core';

/** The functions whose result remembers what they were applied to. */
export type Squashing = 'softmax' | 'sigmoid';

const remembered = new WeakMap<tf.Tensor, { logits: tf.Tensor; by: Squashing }>();

/**
 * Notes that `output` is the softmax (or sigmoid) of `logits`, so that a cross-entropy can be computed from the logits:
 * exact where the probability underflows, and cheaper. Keras's TensorFlow backend does the same.
 */
export function rememberLogits<T extends tf.Tensor>(output: T, logits: tf.Tensor, by: Squashing): T {
  remembered.set(output, { logits, by });
  return output;
}

/** The logits that `output` was made from by the given function, if they are known and still alive. */
export function logitsOf(output: tf.Tensor, by?: Squashing): tf.Tensor | undefined {
  const entry = remembered.get(output);
  if (!entry || (by && entry.by !== by) || entry.logits.isDisposed) return undefined;
  return entry.logits;
}
