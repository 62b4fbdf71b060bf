import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { above, checkValue } from '../base/checks';
import { absolute } from '../ops/elementwise';
import { Loss, type LossOptions, lossOptions } from './loss';
import { perSample, type TensorOrArray } from './tensors';

/**
 * The mean over the last axis of error^2 / 2 where |error| <= delta, of delta |error| - delta^2 / 2 elsewhere.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @param options `delta`: where the square becomes a line. Default: 1
 * @returns (batch, ...)
 * @example
 * huber([[0, 0]], [[0.5, 3]]).print(); // [1.3125]
 * @see https://keras.io/api/losses/regression_losses/
 */
export function huber(yTrue: TensorOrArray, yPred: TensorOrArray, options: { delta?: number } = {}): tf.Tensor {
  const { delta = 1 } = options;
  return perSample('huber', yTrue, yPred, (t, p) => {
    const size = absolute(p.sub(t));
    const near = size.minimum(delta);
    return near.square().mul(0.5).add(size.sub(near).mul(delta)).mean(-1);
  });
}

/** Arguments of `Huber`. */
export interface HuberOptions extends LossOptions {
  /** Where the square becomes a line. Default: 1. */
  delta?: number;
}

export class HuberLoss extends Loss {
  static override readonly className: string = 'Huber';
  readonly delta: number;

  constructor(...args: [deltaOrOptions?: number | HuberOptions, options?: Omit<HuberOptions, 'delta'>]) {
    const options = lossOptions<HuberOptions>('Huber', 'huber_loss', { delta: 1 }, args, ['delta']);
    checkValue('Huber', 'delta', options.delta, above(0));
    super(options);
    this.delta = options.delta;
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return huber(yTrue, yPred, { delta: this.delta });
  }
}

/** `huber` as an object, reduced to one number. As in Keras, the config does not hold `delta`. */
export const Huber = callable(HuberLoss);
export type Huber = HuberLoss;
