import * as tf from '@tensorflow/tfjs-core';
import { attr, native } from '../backend/native';
import { type Seed, statelessUniform } from '../backend/random';
import { differentiable } from './differentiable';

/** The places of the numbers of a vector from the least to the greatest, equal ones in their order. */
function ascending(numbers: tf.Tensor1D): tf.Tensor1D {
  if (native()) return tf.topk(numbers.neg(), numbers.size).indices as tf.Tensor1D;
  const values = numbers.dataSync();
  const order = Int32Array.from(values, (_, i) => i);
  order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  return tf.tensor1d(order, 'int32');
}

/** The order that undoes an order. */
function inverse(order: tf.Tensor1D): tf.Tensor1D {
  const library = native();
  if (library)
    return library.executeSingleOutput('InvertPermutation', [attr.type('T', 'int32')], [order]) as tf.Tensor1D;
  const undo = new Int32Array(order.size);
  order.dataSync().forEach((from, to) => {
    undo[from] = to;
  });
  return tf.tensor1d(undo, 'int32');
}

/** `x` with the entries of an axis in another order, each of them once. */
function reorder(x: tf.Tensor, order: tf.Tensor1D, axis: number): tf.Tensor {
  return differentiable(
    { x },
    (save) => {
      save([order]);
      const library = native();
      if (!library) return x.size === 0 ? x.clone() : tf.gather(x, order, axis); // of nothing, wasm's has another shape
      const types = { Tparams: x.dtype as 'float32', Tindices: 'int32', Taxis: 'int32' } as const;
      const attrs = Object.entries(types).map(([name, type]) => attr.type(name, type));
      return library.executeSingleOutput(
        'GatherV2',
        [attr.int('batch_dims', 0), ...attrs],
        [x, order, tf.scalar(axis, 'int32')],
      );
    },
    (dy, [kept]) => ({ x: () => reorder(dy, inverse(kept as tf.Tensor1D), axis) }),
  );
}

/**
 * `x` with the entries of an axis in random order, the one Keras has on TensorFlow for the seed.
 *
 * @param x of any dtype, at least one axis
 * @param axis from 0
 */
export function shuffle(x: tf.Tensor, axis: number, seed: Seed): tf.Tensor {
  return tf.tidy(() => {
    const keys = statelessUniform([x.shape[axis] as number], seed) as tf.Tensor1D;
    return reorder(x, ascending(keys), axis);
  });
}
