import type * as tf from '@tensorflow/tfjs-core';
import { relu } from '../../activations';
import { callable } from '../../base/callable';
import { atLeast, type Check, orNull } from '../../base/checks';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `ReLU`. */
export interface ReLUOptions extends LayerOptions {
  /** Greatest value of the output; `null` (default) for none. */
  maxValue?: number | null;
  /** Slope below the threshold, at least 0. Default: 0. */
  negativeSlope?: number;
  /** Where the line begins, at least 0. Default: 0. */
  threshold?: number;
}

type ReLUArguments =
  | [maxValue: number | null, options?: Omit<ReLUOptions, 'maxValue'>]
  | [maxValue: number | null, negativeSlope: number, options?: Omit<ReLUOptions, 'maxValue' | 'negativeSlope'>]
  | [options?: ReLUOptions];

/** A number of at least 0, which may be infinite. */
const BOUND: Check = {
  expected: atLeast(0).expected,
  accepts: (value) => value === Number.POSITIVE_INFINITY || atLeast(0).accepts(value),
};

const SIGNATURE: Signature<ReLUOptions> = {
  who: 'ReLU',
  positional: ['maxValue', 'negativeSlope', 'threshold'],
  defaults: { maxValue: null, negativeSlope: 0, threshold: 0 },
  checks: { maxValue: orNull(BOUND), negativeSlope: atLeast(0), threshold: BOUND },
  inherited: LAYER_OPTIONS,
};

export class ReLULayer extends Layer {
  static override readonly className: string = 'ReLU';
  static override readonly signature: Signature<ReLUOptions> = SIGNATURE;
  override supportsMasking = true;
  maxValue: number | null;
  negativeSlope: number;
  threshold: number;

  constructor(...args: ReLUArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.maxValue = options.maxValue as number | null;
    this.negativeSlope = options.negativeSlope as number;
    this.threshold = options.threshold as number;
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    const { maxValue, negativeSlope, threshold } = this;
    return relu(x, { maxValue, negativeSlope, threshold });
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * Rectified linear unit: `y = max(x, 0)`. With options: `maxValue` where `x >= maxValue`, `x` where `x > threshold`,
 * `negativeSlope * (x - threshold)` elsewhere.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError for an option below 0
 * @example
 * console.log(ReLU({ maxValue: 6 })([-1, 2, 9]).arraySync()); // [ 0, 2, 6 ]
 * @see https://keras.io/api/layers/activation_layers/relu/
 */
export const ReLU = callable(ReLULayer);
export type ReLU = ReLULayer;
