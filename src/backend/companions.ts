/** What goes with a tensor: the mask that tells which of its entries count, and the logits it was made of. */
import type * as tf from '@tensorflow/tfjs-core';

/** The functions whose result remembers what they were applied to. */
export type Squashing = 'softmax' | 'sigmoid';

interface Companions {
  logits?: { tensor: tf.Tensor; by: Squashing };
  /** Asked when somebody wants it: it may be made only then. */
  mask?: () => tf.Tensor | undefined;
}

const known = new WeakMap<tf.Tensor, Companions>();

function add(tensor: tf.Tensor, companions: Companions): void {
  known.set(tensor, { ...known.get(tensor), ...companions });
}

/**
 * Notes that `output` is the softmax (or sigmoid) of `logits`, so that a cross-entropy can be computed from the logits:
 * exact where the probability underflows, and cheaper. Keras's TensorFlow backend does the same.
 */
export function rememberLogits<T extends tf.Tensor>(output: T, logits: tf.Tensor, by: Squashing): T {
  add(output, { logits: { tensor: logits, by } });
  return output;
}

/** The logits that `output` was made from by the given function, if they are known and still alive. */
export function logitsOf(output: tf.Tensor, by?: Squashing): tf.Tensor | undefined {
  const logits = known.get(output)?.logits;
  if (!logits || (by && logits.by !== by) || logits.tensor.isDisposed) return undefined;
  return logits.tensor;
}

/** Notes which entries of `values` count; losses and metrics leave the others out. True or 1 is an entry that counts. */
export function setMask<T extends tf.Tensor>(values: T, mask: tf.Tensor | (() => tf.Tensor | undefined)): T {
  add(values, { mask: typeof mask === 'function' ? mask : () => (mask.isDisposed ? undefined : mask) });
  return values;
}

/** Which entries of `values` count, if that was noted and can still be told. */
export function maskOf(values: tf.Tensor): tf.Tensor | undefined {
  return known.get(values)?.mask?.();
}

/** A copy of a tensor that shares its memory, and what goes with it. */
export function cloneWithCompanions<T extends tf.Tensor>(tensor: T): T {
  const copy = tensor.clone();
  const companions = known.get(tensor);
  if (companions) known.set(copy, companions);
  return copy;
}

/** The tensors that go with `tensor`: what a tidy must let live where losses and metrics come later. */
export function companionsOf(tensor: tf.Tensor): tf.Tensor[] {
  return [logitsOf(tensor) ?? [], maskOf(tensor) ?? []].flat();
}

/**
 * Gives a tensor that leaves the library a mask of its own, which is freed with it.
 * @returns the mask, for the tidy around it to let live; nothing where there is none.
 */
export function ownMask(tensor: tf.Tensor): tf.Tensor | undefined {
  const mask = maskOf(tensor)?.clone();
  if (mask === undefined) return undefined;
  setMask(tensor, mask);
  const dispose = tensor.dispose;
  tensor.dispose = () => {
    mask.dispose();
    dispose.call(tensor);
  };
  return mask;
}
