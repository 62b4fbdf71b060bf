import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { RateDecay, type RateDecayArguments, type RateDecayOptions } from './rateDecay';

/** Arguments of `InverseTimeDecay`. */
export type InverseTimeDecayOptions = RateDecayOptions;

export class InverseTimeDecaySchedule extends RateDecay {
  static override readonly className: string = 'InverseTimeDecay';

  constructor(...args: RateDecayArguments) {
    super('InverseTimeDecay', args);
  }

  override call(step: tf.Tensor): tf.Tensor {
    return tf.scalar(this.initialLearningRate).div(this.periods(step).mul(this.decayRate).add(1));
  }
}

/**
 * rate = initial / (1 + decayRate step / decaySteps).
 *
 * @example
 * InverseTimeDecay(0.1, { decaySteps: 10, decayRate: 0.5 })(20).print(); // 0.05
 * @see https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/
 */
export const InverseTimeDecay = callable(InverseTimeDecaySchedule);
export type InverseTimeDecay = InverseTimeDecaySchedule;
