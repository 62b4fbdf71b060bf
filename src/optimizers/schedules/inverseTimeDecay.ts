import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions } from '../../base/options';
import type { ExponentialDecayArguments, ExponentialDecayOptions } from './exponentialDecay';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of `InverseTimeDecay`: those of `ExponentialDecay`. */
export type InverseTimeDecayOptions = ExponentialDecayOptions;

const SIGNATURE = scheduleSignature<InverseTimeDecayOptions>(
  'InverseTimeDecay',
  ['initialLearningRate', 'decaySteps', 'decayRate'],
  { staircase: false, name: 'InverseTimeDecay' },
);

/**
 * rate = initial / (1 + decayRate step / decaySteps).
 *
 * @example
 * InverseTimeDecay(0.1, { decaySteps: 10, decayRate: 0.5 })(20).print(); // 0.05
 * @see https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/
 */
export class InverseTimeDecaySchedule extends LearningRateSchedule {
  static override readonly className: string = 'InverseTimeDecay';
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'],
  ];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(...args: ExponentialDecayArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<InverseTimeDecayOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.decayRate = options.decayRate;
    this.staircase = options.staircase;
  }

  override call(step: tf.Tensor): tf.Tensor {
    const part = step.toFloat().div(this.decaySteps);
    const divisor = (this.staircase ? part.floor() : part).mul(this.decayRate).add(1);
    return tf.scalar(this.initialLearningRate).div(divisor);
  }
}

export const InverseTimeDecay = callable(InverseTimeDecaySchedule);
export type InverseTimeDecay = InverseTimeDecaySchedule;
