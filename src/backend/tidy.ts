import * as tf from '@tensorflow/tfjs';

/**
 * Runs `body` and frees all tensors made in it but those in its result: a tensor, or lists and records of tensors.
 * `tf.tidy` with the type of the result kept.
 */
export function tidy<T>(body: () => T): T {
  return tf.tidy(body as () => tf.TensorContainer) as unknown as T;
}

/** Runs `body` and frees all tensors made in it; its result must hold none. */
export function freeing<T>(body: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = body();
  });
  return result as T;
}
