import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { Merge } from './merge';

export class MinimumLayer extends Merge {
  static override readonly className: string = 'Minimum';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((least, x) => least.minimum(x));
  }
}

/**
 * The least of the inputs, value by value: `y = min(x0, x1, ...)`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Minimum()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ 1, 2 ] ]
 * @see https://keras.io/api/layers/merging_layers/minimum/
 */
export const Minimum = callable(MinimumLayer);
export type Minimum = MinimumLayer;
