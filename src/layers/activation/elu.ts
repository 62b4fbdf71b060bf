import type * as tf from '@tensorflow/tfjs-core';
import { elu } from '../../activations';
import { callable } from '../../base/callable';
import { finite } from '../../base/checks';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `ELU`. */
export interface ELUOptions extends LayerOptions {
  /** What the output goes to, negated, far below 0. Default: 1. */
  alpha?: number;
}

type ELUArguments = [alpha: number, options?: LayerOptions] | [options?: ELUOptions];

const SIGNATURE: Signature<ELUOptions> = {
  who: 'ELU',
  positional: ['alpha'],
  defaults: { alpha: 1 },
  checks: { alpha: finite },
  inherited: LAYER_OPTIONS,
};

export class ELULayer extends Layer {
  static override readonly className: string = 'ELU';
  static override readonly signature: Signature<ELUOptions> = SIGNATURE;
  override supportsMasking = true;
  alpha: number;

  constructor(...args: ELUArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.alpha = options.alpha as number;
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    return elu(x, { alpha: this.alpha });
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * Exponential linear unit: `y = x` where `x >= 0`, `y = alpha * (exp(x) - 1)` elsewhere.
 *
 * Input and output of any one shape.
 *
 * @example
 * console.log(ELU()([-100, 2]).arraySync()); // [ -1, 2 ]
 * @see https://keras.io/api/layers/activation_layers/elu/ and Clevert et al. 2015
 */
export const ELU = callable(ELULayer);
export type ELU = ELULayer;
