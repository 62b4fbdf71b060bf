import type * as tf from '@tensorflow/tfjs-core';
import { leakyRelu } from '../../activations';
import { callable } from '../../base/callable';
import { atLeast } from '../../base/checks';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `LeakyReLU`. */
export interface LeakyReLUOptions extends LayerOptions {
  /** Slope below 0, at least 0. Default: 0.3. */
  negativeSlope?: number;
}

type LeakyReLUArguments = [negativeSlope: number, options?: LayerOptions] | [options?: LeakyReLUOptions];

const SIGNATURE: Signature<LeakyReLUOptions> = {
  who: 'LeakyReLU',
  positional: ['negativeSlope'],
  defaults: { negativeSlope: 0.3 },
  checks: { negativeSlope: atLeast(0) },
  inherited: LAYER_OPTIONS,
};

export class LeakyReLULayer extends Layer {
  static override readonly className: string = 'LeakyReLU';
  static override readonly signature: Signature<LeakyReLUOptions> = SIGNATURE;
  override supportsMasking = true;
  negativeSlope: number;

  constructor(...args: LeakyReLUArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.negativeSlope = options.negativeSlope as number;
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * A rectified linear unit that lets a little through below 0: `y = x` where `x >= 0`, `y = negativeSlope * x` elsewhere.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError for a slope below 0
 * @example
 * console.log(LeakyReLU({ negativeSlope: 0.5 })([-4, 2]).arraySync()); // [ -2, 2 ]
 * @see https://keras.io/api/layers/activation_layers/leaky_relu/
 */
export const LeakyReLU = callable(LeakyReLULayer);
export type LeakyReLU = LeakyReLULayer;
