import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../backend/binding';
import { attr, native } from '../backend/native';
import { toFloat } from './dataFormat';
import { differentiable } from './differentiable';

/**
 * Contracts the last axis of x with the first of the kernel: `y[..., j] = sum over i of x[..., i] kernel[i, j]`.
 *
 * @param x `(..., inputs)`; ints are taken as floats.
 * @param kernel `(inputs, units)`
 * @returns `(..., units)`
 */
export function matmul(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [inputs, units] = kernel.shape as [number, number];
    // A compiled MatMul that TensorFlow joins with the bias leaves the bias out where there is nothing to multiply.
    if (inputs === 0) return toFloat(x).sum(-1, true).add(kernel.sum(0));
    const rows = x.shape.slice(0, -1);
    if (rows.length === 1) return matmul2d(toFloat(x), kernel);
    const flat = toFloat(x).reshape([rows.reduce((product, dim) => product * dim, 1), inputs]);
    return matmul2d(flat, kernel).reshape([...rows, units]);
  });
}

function matmul2d(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? product(library, a, b, false, false) : tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
}

/** TensorFlow's `MatMul`, either factor transposed; tfjs-node has only the batched one, which is slower. */
function product(library: NativeBackend, a: tf.Tensor, b: tf.Tensor, left: boolean, right: boolean): tf.Tensor {
  const attrs = [attr.type('T', 'float32'), attr.bool('transpose_a', left), attr.bool('transpose_b', right)];
  return differentiable(
    { a, b },
    (save) => {
      save([a, b]);
      return library.executeSingleOutput('MatMul', attrs, [a, b]);
    },
    (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const times = (a: tf.Tensor, b: tf.Tensor, left: boolean, right: boolean) => product(library, a, b, left, right);
      return {
        a: () => (left ? times(b, dy, right, true) : times(dy, b, false, !right)),
        b: () => (right ? times(dy, a, true, left) : times(a, dy, !left, false)),
      };
    },
  );
}
