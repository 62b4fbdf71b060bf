import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { RateDecay, type RateDecayArguments, type RateDecayOptions } from './rateDecay';

/** Arguments of `ExponentialDecay`: after `decaySteps` steps the rate is multiplied by `decayRate`. */
export type ExponentialDecayOptions = RateDecayOptions;

export class ExponentialDecaySchedule extends RateDecay {
  static override readonly className: string = 'ExponentialDecay';

  constructor(...args: RateDecayArguments) {
    super('ExponentialDecay', args);
  }

  override call(step: tf.Tensor): tf.Tensor {
    return tf.scalar(this.decayRate).pow(this.periods(step)).mul(this.initialLearningRate);
  }
}

/**
 * rate = initial decayRate^(step / decaySteps).
 *
 * @example
 * ExponentialDecay(0.1, { decaySteps: 10, decayRate: 0.5 })(20).print(); // 0.025
 * @see https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/
 */
export const ExponentialDecay = callable(ExponentialDecaySchedule);
export type ExponentialDecay = ExponentialDecaySchedule;
