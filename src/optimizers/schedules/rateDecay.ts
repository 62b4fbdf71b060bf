import type * as tf from '@tensorflow/tfjs-core';
import { resolveOptions } from '../../base/options';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of the schedules that fall by a rate in a number of steps. */
export interface RateDecayOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps in which the rate falls as `decayRate` says. */
  decaySteps: number;
  /** By how much. */
  decayRate: number;
  /** Whether the rate changes only at multiples of `decaySteps`. Default: false. */
  staircase?: boolean;
  /** Default: the name of the class. */
  name?: string | null;
}

export type RateDecayArguments =
  | [initialLearningRate: number, options: Omit<RateDecayOptions, 'initialLearningRate'>]
  | [
      initialLearningRate: number,
      decaySteps: number,
      options: Omit<RateDecayOptions, 'initialLearningRate' | 'decaySteps'>,
    ]
  | [
      initialLearningRate: number,
      decaySteps: number,
      decayRate: number,
      options?: Pick<RateDecayOptions, 'staircase' | 'name'>,
    ]
  | [options: RateDecayOptions];

/** What ExponentialDecay and InverseTimeDecay share: all but the formula. */
export abstract class RateDecay extends LearningRateSchedule {
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'],
  ];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(who: string, args: RateDecayArguments) {
    const positional = ['initialLearningRate', 'decaySteps', 'decayRate'] as const;
    const signature = scheduleSignature<RateDecayOptions>(who, positional, { staircase: false, name: who });
    const options = resolveOptions(signature, args) as Required<RateDecayOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.decayRate = options.decayRate;
    this.staircase = options.staircase;
  }

  /** How many times `decaySteps` have been done; whole times with `staircase`. */
  protected periods(step: tf.Tensor): tf.Tensor {
    const part = step.toFloat().div(this.decaySteps);
    return this.staircase ? part.floor() : part;
  }
}
