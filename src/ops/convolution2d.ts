/**
 * Convolution of images `(batch, height, width, channels)` and its two gradients, each differentiable again.
 *
 * With x the images, k the kernel and z anything of the output's shape, `sum(z * convolve(x, k))` is linear in each of
 * the three, so its three partial derivatives are functions of the other two, and they are each other's gradients:
 *
 *   convolve(x, k), inputGradient(z, k), kernelGradient(x, z).
 */
import type * as tf from '@tensorflow/tfjs-core';
import { genericKernels } from './convolutionGeneric';
import type { Geometry, Kernels } from './convolutionGeometry';
import { nativeKernels } from './convolutionNative';
import { differentiable } from './differentiable';

function kernelsFor(g: Geometry): Kernels {
  return nativeKernels(g) ?? genericKernels(g);
}

/** y[n, i, j, f] = sum over a, b, c of x[n, i s + a d - top, j s + b d - left, c] k[a, b, c, f], c in the group of f. */
export function convolve(x: tf.Tensor, kernel: tf.Tensor, g: Geometry): tf.Tensor {
  return differentiable(
    { x, kernel },
    (save) => {
      save([x, kernel]);
      return kernelsFor(g).convolve(x, kernel);
    },
    (z, saved) => {
      const [x, kernel] = saved as [tf.Tensor, tf.Tensor];
      return { x: () => inputGradient(z, kernel, g), kernel: () => kernelGradient(x, z, g) };
    },
  );
}

/** Gradient with respect to x of `sum(z * convolve(x, k))`: the transposed convolution of z. */
function inputGradient(z: tf.Tensor, kernel: tf.Tensor, g: Geometry): tf.Tensor {
  return differentiable(
    { z, kernel },
    (save) => {
      save([z, kernel]);
      return kernelsFor(g).inputGradient(z, kernel);
    },
    (x, saved) => {
      const [z, kernel] = saved as [tf.Tensor, tf.Tensor];
      return { z: () => convolve(x, kernel, g), kernel: () => kernelGradient(x, z, g) };
    },
  );
}

/** Gradient with respect to k of `sum(z * convolve(x, k))`. */
function kernelGradient(x: tf.Tensor, z: tf.Tensor, g: Geometry): tf.Tensor {
  return differentiable(
    { x, z },
    (save) => {
      save([x, z]);
      return kernelsFor(g).kernelGradient(x, z);
    },
    (kernel, saved) => {
      const [x, z] = saved as [tf.Tensor, tf.Tensor];
      return { x: () => inputGradient(z, kernel, g), z: () => convolve(x, kernel, g) };
    },
  );
}
