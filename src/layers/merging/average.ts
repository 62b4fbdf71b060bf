import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { Merge } from './merge';

export class AverageLayer extends Merge {
  static override readonly className: string = 'Average';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((sum, x) => sum.add(x)).div(inputs.length);
  }

  override computeOutputDtype(): DType {
    return 'float32';
  }
}

/**
 * The mean of the inputs, value by value: `y = (x0 + x1 + ...) / n`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Average()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ 2, 3 ] ]
 * @see https://keras.io/api/layers/merging_layers/average/
 */
export const Average = callable(AverageLayer);
export type Average = AverageLayer;
