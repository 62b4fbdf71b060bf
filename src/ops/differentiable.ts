import * as tf from '@tensorflow/tfjs-core';

/** Keeps tensors for the gradient. */
export type Save = (tensors: tf.Tensor[]) => void;

interface Engine {
  runKernelFunc<T extends tf.Tensor | tf.Tensor[]>(invocation: {
    inputs: tf.NamedTensorMap;
    forwardFunc: (backend: tf.KernelBackend, save: Save) => T;
    backwardsFunc: (dy: T, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): T;
}

/**
 * A function of tensors with a gradient of its own.
 *
 * As `tf.customGrad`, which is made of the same engine call, but lazy: the gradient of an input is computed only where
 * it is asked for. (The gradient of the images in the first convolution of a network never is.)
 *
 * @param inputs what the function depends on, by name.
 * @param forward computes the result, and saves what the gradients need.
 * @param backward gives for each input the function that computes its gradient.
 */
export function differentiable<I extends tf.NamedTensorMap, T extends tf.Tensor | tf.Tensor[]>(
  inputs: I,
  forward: (save: Save) => T,
  backward: (dy: T, saved: tf.Tensor[]) => { [K in keyof I]: () => tf.Tensor },
): T {
  return (tf.engine() as unknown as Engine).runKernelFunc<T>({
    inputs,
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: (dy, saved) => backward(dy, saved),
  });
}
