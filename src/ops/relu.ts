import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../backend/binding';
import { attr, native } from '../backend/native';
import { differentiable } from './differentiable';

const ATTRS = [attr.type('T', 'float32')];

/** `max(x, 0)`; its gradient at 0 is 0. */
export function relu(x: tf.Tensor): tf.Tensor {
  const library = native();
  if (!library || x.dtype !== 'float32') return tf.relu(x);
  return differentiable(
    { x },
    (save) => {
      const y = library.executeSingleOutput('Relu', ATTRS, [x]);
      save([y]);
      return y;
    },
    (dy, [y]) => ({ x: () => reluGradient(library, dy, y as tf.Tensor) }),
  );
}

/** dy where y is positive, 0 elsewhere: linear in dy, so its own gradient. */
function reluGradient(library: NativeBackend, dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return differentiable(
    { dy },
    (save) => {
      save([y]);
      return library.executeSingleOutput('ReluGrad', ATTRS, [dy, y]);
    },
    (d, [y]) => ({ dy: () => reluGradient(library, d, y as tf.Tensor) }),
  );
}
