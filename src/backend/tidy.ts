import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `body` and frees all tensors made in it but those in its result: a tensor, or lists and records of tensors.
 * `tf.tidy` with the type of the result kept.
 */
export function tidy<T>(body: () => T): T {
  return tf.tidy(body as () => tf.TensorContainer) as unknown as T;
}

/**
 * Functions one after the other; each result but the last is freed as soon as the next is there, because weights are
 * large. What was given stays.
 */
export function pipe(x: tf.Tensor, ...functions: readonly ((x: tf.Tensor) => tf.Tensor)[]): tf.Tensor {
  return functions.reduce((result, f) => {
    const next = f(result);
    if (result !== x && result !== next) result.dispose();
    return next;
  }, x);
}

/** Runs `body` and frees all tensors made in it; its result must hold none. */
export function freeing<T>(body: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = body();
  });
  return result as T;
}
