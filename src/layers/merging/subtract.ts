import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { type Shape, ValueError } from '../../base/errors';
import { Merge } from './merge';

export class SubtractLayer extends Merge {
  static override readonly className: string = 'Subtract';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return (inputs[0] as tf.Tensor).sub(inputs[1] as tf.Tensor);
  }

  override computeOutputShape(inputShape: readonly Shape[]): Shape {
    const shape = super.computeOutputShape(inputShape);
    if (inputShape.length === 2) return shape;
    throw new ValueError(`${this.label}: expected exactly 2 inputs. Received: ${inputShape.length}.`);
  }
}

/**
 * The difference of two inputs: `y = x0 - x1`
 *
 * Inputs: a list of tensors `(batch, ...)` of shapes that broadcast; output `(batch, ...)`.
 *
 * @throws ValueError if the shapes do not fit
 * @example
 * console.log(Subtract()([tf.tensor([[1, 2]]), tf.tensor([[3, 4]])]).arraySync()); // [ [ -2, -2 ] ]
 * @see https://keras.io/api/layers/merging_layers/subtract/
 */
export const Subtract = callable(SubtractLayer);
export type Subtract = SubtractLayer;
