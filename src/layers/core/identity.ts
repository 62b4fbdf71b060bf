import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import type { Shape } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { Layer, type LayerOptions } from '../layer';

export class IdentityLayer extends Layer {
  static override readonly className: string = 'Identity';
  override supportsMasking = true;

  constructor(options: LayerOptions = {}) {
    super(options);
    this.built = true;
  }

  override call(inputs: Nested<tf.Tensor>): Nested<tf.Tensor> {
    return inputs;
  }

  override computeOutputShape(inputShape: Nested<Shape>): Nested<Shape> {
    return inputShape;
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * Gives back what it is given: `y = x`, of any shape and dtype.
 *
 * @example
 * Identity()([1, 2]).print(); // [1, 2]
 * @see https://keras.io/api/layers/core_layers/identity/
 */
export const Identity = callable(IdentityLayer);
export type Identity = IdentityLayer;
