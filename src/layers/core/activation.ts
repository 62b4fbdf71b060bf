import type * as tf from '@tensorflow/tfjs-core';
import * as activations from '../../activations';
import { callable } from '../../base/callable';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import type { Config } from '../../base/registry';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Activation`. */
export interface ActivationOptions extends LayerOptions {
  /** A name such as `'relu'`, or a function of a tensor. */
  activation: activations.ActivationIdentifier;
}

type ActivationArguments =
  | [activation: activations.ActivationIdentifier, options?: LayerOptions]
  | [options: ActivationOptions];

const SIGNATURE: Signature<ActivationOptions> = {
  who: 'Activation',
  positional: ['activation'],
  defaults: {},
  inherited: LAYER_OPTIONS,
};

export class ActivationLayer extends Layer {
  static override readonly className: string = 'Activation';
  static override readonly signature: Signature<ActivationOptions> = SIGNATURE;
  override supportsMasking = true;
  activation: activations.ActivationFunction;

  constructor(...args: ActivationArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.activation = activations.get(options.activation);
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.activation(x);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}

/**
 * A function of each value: `y = activation(x)`.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError for an unknown name, naming the nearest
 * @example
 * console.log(Activation('relu')([-3, -1, 0, 2]).arraySync()); // [ 0, 0, 0, 2 ]
 * @see https://keras.io/api/layers/core_layers/activation/
 */
export const Activation = callable(ActivationLayer);
export type Activation = ActivationLayer;
