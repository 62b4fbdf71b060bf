import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../backend/toTensor';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { KerasObject } from '../base/kerasObject';

/** Calling a constraint: the weight nearest to `w` that obeys it. */
export interface Constraint {
  (w: tf.Tensor): tf.Tensor;
}

/**
 * What a weight is brought back to after every update. Override `call`; a constraint is called like a function.
 *
 * @example
 * class Centred extends Constraint {
 *   static override readonly className = 'Centred';
 *   override call(w: tf.Tensor): tf.Tensor { return w.sub(w.mean()); }
 * }
 * @see https://keras.io/api/layers/constraints/
 */
export abstract class Constraint extends KerasObject {
  static override readonly className: string = 'Constraint';
  static override readonly module: string = 'keras.constraints';

  /** The weight that obeys. */
  abstract call(w: tf.Tensor): tf.Tensor;

  /** @internal */
  override __call__(w: tf.Tensor): tf.Tensor {
    const { className } = this.constructor as typeof Constraint;
    return tf.tidy(() => this.call(toTensor(className, 'w', w, 'float32')));
  }
}

/**
 * Length of the vectors along `axis` (`null`: along all axes), kept as axes of size 1.
 * @throws ValueError for an axis that the weight does not have, or that is named twice.
 */
export function norms(constraint: Constraint, w: tf.Tensor, axis: number | number[] | null): tf.Tensor {
  const axes = (axis === null ? [...w.shape.keys()] : [axis].flat()).map((number) =>
    number < 0 ? number + w.rank : number,
  );
  if (axes.some((number) => number < 0 || number >= w.rank) || new Set(axes).size < axes.length) {
    const { className } = constraint.constructor as typeof Constraint;
    throw new ValueError(
      `${className}: axis must name axes of the weight, each once. ` +
        `Received: axis=${formatValue(axis)}, a weight of shape ${formatShape(w.shape)}.`,
    );
  }
  return w.square().sum(axes, true).sqrt();
}
