import * as tf from '@tensorflow/tfjs-core';

/** Values of tensors that are known on the JavaScript side. */
const known = new WeakMap<tf.Tensor, ArrayLike<number>>();

/** Notes the values of a tensor, where they are known without reading it. */
export function noteValues(tensor: tf.Tensor, values: ArrayLike<number>): void {
  known.set(tensor, values);
}

/** Reads tensors without holding the device up (WebGPU cannot be read at once), for `valuesOf`; but variables, which change. */
export async function fetchValues(tensors: readonly tf.Tensor[]): Promise<void> {
  const missing = tensors.filter((tensor) => !known.has(tensor) && !(tensor instanceof tf.Variable));
  const values = await Promise.all(missing.map((tensor) => tensor.data()));
  missing.forEach((tensor, i) => {
    known.set(tensor, values[i] as ArrayLike<number>);
  });
}

/** The values of a tensor, which must not be changed; read at once where they are not known. */
export function valuesOf(tensor: tf.Tensor): ArrayLike<number> {
  return known.get(tensor) ?? tensor.dataSync();
}
