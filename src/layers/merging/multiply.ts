import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { Merge } from './merge';

export class MultiplyLayer extends Merge {
  static override readonly className: string = 'Multiply';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((product, x) => product.mul(x));
  }
}

/**
 * The product of the inputs, value by value: `y = x0 * x1 * ...`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Multiply()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ 3, 8 ] ]
 * @see https://keras.io/api/layers/merging_layers/multiply/
 */
export const Multiply = callable(MultiplyLayer);
export type Multiply = MultiplyLayer;
