import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions } from '../../base/options';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of `ExponentialDecay`. */
export interface ExponentialDecayOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps after which the rate is multiplied by `decayRate`. */
  decaySteps: number;
  /** The factor. */
  decayRate: number;
  /** Whether the rate changes only at multiples of `decaySteps`. Default: false. */
  staircase?: boolean;
  /** Default: `'ExponentialDecay'`. */
  name?: string | null;
}

export type ExponentialDecayArguments =
  | [initialLearningRate: number, options: Omit<ExponentialDecayOptions, 'initialLearningRate'>]
  | [
      initialLearningRate: number,
      decaySteps: number,
      options: Omit<ExponentialDecayOptions, 'initialLearningRate' | 'decaySteps'>,
    ]
  | [
      initialLearningRate: number,
      decaySteps: number,
      decayRate: number,
      options?: Pick<ExponentialDecayOptions, 'staircase' | 'name'>,
    ]
  | [options: ExponentialDecayOptions];

const SIGNATURE = scheduleSignature<ExponentialDecayOptions>(
  'ExponentialDecay',
  ['initialLearningRate', 'decaySteps', 'decayRate'],
  { staircase: false, name: 'ExponentialDecay' },
);

/**
 * rate = initial decayRate^(step / decaySteps).
 *
 * @example
 * ExponentialDecay(0.1, { decaySteps: 10, decayRate: 0.5 })(20).print(); // 0.025
 * @see https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/
 */
export class ExponentialDecaySchedule extends LearningRateSchedule {
  static override readonly className: string = 'ExponentialDecay';
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'],
  ];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(...args: ExponentialDecayArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<ExponentialDecayOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.decayRate = options.decayRate;
    this.staircase = options.staircase;
  }

  override call(step: tf.Tensor): tf.Tensor {
    const part = step.toFloat().div(this.decaySteps);
    return tf
      .scalar(this.decayRate)
      .pow(this.staircase ? part.floor() : part)
      .mul(this.initialLearningRate);
  }
}

export const ExponentialDecay = callable(ExponentialDecaySchedule);
export type ExponentialDecay = ExponentialDecaySchedule;
