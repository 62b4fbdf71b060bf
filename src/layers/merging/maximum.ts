import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { Merge } from './merge';

export class MaximumLayer extends Merge {
  static override readonly className: string = 'Maximum';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((greatest, x) => greatest.maximum(x));
  }
}

/**
 * The greatest of the inputs, value by value: `y = max(x0, x1, ...)`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Maximum()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ 3, 4 ] ]
 * @see https://keras.io/api/layers/merging_layers/maximum/
 */
export const Maximum = callable(MaximumLayer);
export type Maximum = MaximumLayer;
