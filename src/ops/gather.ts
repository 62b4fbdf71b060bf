import * as tf from '@tensorflow/tfjs-core';
import { bytesId, castBytes, gatherBytes } from '../backend/bytes';
import { attr, native } from '../backend/native';

/**
 * The rows of `x` at `indices`, along the first axis: `result[i] = x[indices[i]]`. The indices must be in range.
 *
 * tfjs-node's own gather reads the indices on the JavaScript side, so it cannot be part of a recorded step.
 *
 * @param x `(rows, ...)` @param indices int32 `(n,)` @returns `(n, ...)`, without a gradient
 */
export function gatherRows(x: tf.Tensor, indices: tf.Tensor1D): tf.Tensor {
  const backend = native();
  if (!backend) return tf.gather(x, indices);
  const bytes = bytesId(backend, x);
  if (bytes !== undefined) {
    const rows = gatherBytes(backend, bytes, indices);
    const wide = castBytes(backend, bytesId(backend, rows) as number, 'int32');
    rows.dispose();
    return wide;
  }
  const attributes = [
    attr.int('batch_dims', 0),
    attr.type('Tparams', x.dtype as 'float32'),
    attr.type('Tindices', 'int32'),
    attr.type('Taxis', 'int32'),
  ];
  return backend.executeSingleOutput('GatherV2', attributes, [x, indices, tf.scalar(0, 'int32')]);
}
