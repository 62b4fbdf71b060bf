import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { Merge } from './merge';

export class AddLayer extends Merge {
  static override readonly className: string = 'Add';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((sum, x) => sum.add(x));
  }
}

/**
 * The sum of the inputs: `y = x0 + x1 + ...`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Add()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ 4, 6 ] ]
 * @see https://keras.io/api/layers/merging_layers/add/
 */
export const Add = callable(AddLayer);
export type Add = AddLayer;
