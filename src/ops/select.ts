import * as tf from '@tensorflow/tfjs-core';
import { attr, native } from '../backend/native';
import { differentiable } from './differentiable';

const ATTRS = [attr.type('T', 'float32')];

/**
 * `a` where the condition holds, `b` elsewhere; float32, and at least one of them a tensor of the result's shape.
 * Gradients flow to `a` and `b` alone, so the condition may be a comparison. (In TensorFlow.js these have no gradient, and
 * `tf.where` asks for one.)
 */
export function select(condition: tf.Tensor, a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const inputs: tf.NamedTensorMap = {};
  if (typeof a !== 'number') inputs['a'] = a;
  if (typeof b !== 'number') inputs['b'] = b;
  return differentiable(
    inputs,
    (save) => {
      save([condition]);
      const [whereTrue, whereFalse] = [asTensor(a), asTensor(b)];
      const library = native();
      return library
        ? library.executeSingleOutput('SelectV2', ATTRS, [condition, whereTrue, whereFalse])
        : tf.where(condition, whereTrue, whereFalse);
    },
    (dy, [kept]) => ({
      a: () => select(kept as tf.Tensor, dy, 0),
      b: () => select(kept as tf.Tensor, 0, dy),
    }),
  );
}

function asTensor(value: tf.Tensor | number): tf.Tensor {
  return typeof value === 'number' ? tf.scalar(value) : value;
}
