import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../backend/toTensor';
import { Callable } from '../base/callable';
import { formatValue, ValueError } from '../base/errors';
import { type AnySignature, argumentNames, toSnakeCase } from '../base/options';
import { type Config, constructFromConfig } from '../base/registry';

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
export abstract class Regularizer extends Callable {
  static readonly className: string = 'Regularizer';
  static readonly module: string = 'keras.regularizers';
  /** Names and defaults of the arguments, which `getConfig` writes. */
  static readonly signature: AnySignature | undefined;

  /** Makes a regularizer from what `getConfig` returned. */
  static fromConfig(config: Config): Regularizer {
    return constructFromConfig(this, config);
  }

  /** The penalty of `x`. */
  abstract call(x: tf.Tensor): tf.Scalar;

  /** Keras's config: snake_case keys, JSON values. */
  getConfig(): Config {
    const { signature } = this.constructor as typeof Regularizer;
    const names = signature ? argumentNames(signature) : [];
    return Object.fromEntries(names.map((name) => [toSnakeCase(name), Reflect.get(this, name)]));
  }

  /** @internal */
  override __call__(x: tf.Tensor): tf.Scalar {
    const { className } = this.constructor as typeof Regularizer;
    return tf.tidy(() => this.call(toTensor(className, 'x', x, 'float32')));
  }

  override toString(): string {
    return `<${(this.constructor as typeof Regularizer).className} ${formatValue(this.getConfig())}>`;
  }
}

/** Refuses what is not a finite number >= 0. */
export function checkFactor(who: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ValueError(`${who}: ${name} must be a non-negative number. Received: ${name}=${formatValue(value)}.`);
}
