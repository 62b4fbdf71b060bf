import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { ValueError } from '../../base/errors';

/**
 * A loss and its gradients with respect to variables; `null` for those it does not depend on.
 *
 * @param forward computes the loss; `keep` are tensors made in it that are needed afterwards. They are freed by the
 *   surrounding tidy.
 * @throws ValueError if the loss depends on none of the variables.
 */
export function gradientsOf(
  variables: readonly Variable[],
  forward: () => { loss: tf.Tensor; keep: readonly tf.Tensor[] },
): { value: tf.Tensor; gradients: (tf.Tensor | null)[] } {
  if (variables.length === 0) return { value: forward().loss, gradients: [] };
  let kept: readonly tf.Tensor[] = [];
  const run = (): tf.Scalar => {
    const { loss, keep } = forward();
    kept = keep.map((tensor) => tf.keep(tensor));
    return loss as tf.Scalar;
  };
  const xs = variables.map((variable) => variable.value);
  try {
    return differentiate(run, xs);
  } finally {
    for (const tensor of kept) release(tensor);
  }
}

function differentiate(run: () => tf.Scalar, xs: tf.Tensor[]): { value: tf.Tensor; gradients: (tf.Tensor | null)[] } {
  try {
    const { value, grads } = tf.engine().gradients(run, xs, undefined, true);
    if (grads.every((gradient) => gradient === null || gradient === undefined)) {
      throw new ValueError('fit: the loss does not depend on any trainable weight. Check the loss and the outputs.');
    }
    return { value, gradients: grads.map((gradient) => gradient ?? null) };
  } catch (error) {
    freeTape();
    throw error;
  }
}

/** Frees what the tape saved for gradients that will not be computed; the engine itself forgets it when `run` throws. */
export function freeTape(): void {
  const { state } = tf.engine() as unknown as {
    state: { gradientDepth: number; activeTape: { saved: tf.Tensor[] }[] | null };
  };
  if (state.gradientDepth > 0 || !state.activeTape) return;
  for (const { saved } of state.activeTape) tf.dispose(saved);
  state.activeTape = null;
}

/** Gives a kept tensor back to the surrounding tidy. */
function release(tensor: tf.Tensor): void {
  tensor.kept = false;
  // biome-ignore lint/suspicious/noExplicitAny: the engine tracks tensors of a scope in a private method
  (tf.engine() as any).track(tensor);
}
