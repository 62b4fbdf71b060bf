import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../backend/toTensor';
import { Callable } from '../base/callable';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { type AnySignature, argumentNames, toSnakeCase } from '../base/options';
import { type Config, constructFromConfig } from '../base/registry';

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
export abstract class Constraint extends Callable {
  static readonly className: string = 'Constraint';
  static readonly module: string = 'keras.constraints';
  /** Names and defaults of the arguments, which `getConfig` writes. */
  static readonly signature: AnySignature | undefined;

  /** Makes a constraint from what `getConfig` returned. */
  static fromConfig(config: Config): Constraint {
    return constructFromConfig(this, config);
  }

  /** The weight that obeys. */
  abstract call(w: tf.Tensor): tf.Tensor;

  /** Keras's config: snake_case keys, JSON values. */
  getConfig(): Config {
    const { signature } = this.constructor as typeof Constraint;
    const names = signature ? argumentNames(signature) : [];
    return Object.fromEntries(names.map((name) => [toSnakeCase(name), Reflect.get(this, name)]));
  }

  /** @internal */
  override __call__(w: tf.Tensor): tf.Tensor {
    const { className } = this.constructor as typeof Constraint;
    return tf.tidy(() => this.call(toTensor(className, 'w', w, 'float32')));
  }

  override toString(): string {
    return `<${(this.constructor as typeof Constraint).className} ${formatValue(this.getConfig())}>`;
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
