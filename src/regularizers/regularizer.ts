import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../backend/toTensor';
import { formatValue, ValueError } from '../base/errors';
import { KerasObject } from '../base/kerasObject';

/** Calling a regularizer: the penalty of a tensor, a scalar. */
export interface Regularizer {
  (x: tf.Tensor): tf.Scalar;
}

/**
 * A penalty on a weight or an output, added to the loss. Override `call`; a regularizer is called like a function.
 *
 * @example
 * class Square extends Regularizer {
 *   static override readonly className = 'Square';
 *   override call(x: tf.Tensor): tf.Scalar { return x.square().sum().asScalar(); }
 * }
 * @see https://keras.io/api/layers/regularizers/
 */
export abstract class Regularizer extends KerasObject {
  static override readonly className: string = 'Regularizer';
  static override readonly module: string = 'keras.regularizers';

  /** The penalty of `x`. */
  abstract call(x: tf.Tensor): tf.Scalar;

  /** @internal */
  override __call__(x: tf.Tensor): tf.Scalar {
    const { className } = this.constructor as typeof Regularizer;
    return tf.tidy(() => this.call(toTensor(className, 'x', x, 'float32')));
  }
}

/** Refuses what is not a finite number >= 0. */
export function checkFactor(who: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ValueError(`${who}: ${name} must be a non-negative number. Received: ${name}=${formatValue(value)}.`);
}
