import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions } from '../../base/options';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of `CosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps of the first decay. */
  firstDecaySteps: number;
  /** How many times longer each decay is than the one before. Default: 2. */
  tMul?: number;
  /** How many times larger the rate that each decay starts from is than the one before. Default: 1. */
  mMul?: number;
  /** The least rate, as a part of the initial one. Default: 0. */
  alpha?: number;
  /** Default: `'SGDRDecay'`. */
  name?: string | null;
}

export type CosineDecayRestartsArguments =
  | [
      initialLearningRate: number,
      firstDecaySteps: number,
      options?: Omit<CosineDecayRestartsOptions, 'initialLearningRate' | 'firstDecaySteps'>,
    ]
  | [initialLearningRate: number, options: Omit<CosineDecayRestartsOptions, 'initialLearningRate'>]
  | [options: CosineDecayRestartsOptions];

const WHO = 'CosineDecayRestarts';
const SIGNATURE = scheduleSignature<CosineDecayRestartsOptions>(WHO, ['initialLearningRate', 'firstDecaySteps'], {
  tMul: 2,
  mMul: 1,
  alpha: 0,
  name: 'SGDRDecay',
});

export class CosineDecayRestartsSchedule extends LearningRateSchedule {
  static override readonly className: string = WHO;
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'firstDecaySteps', 'tMul', 'mMul', 'alpha', 'name'],
  ];
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;

  constructor(...args: CosineDecayRestartsArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<CosineDecayRestartsOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.firstDecaySteps = options.firstDecaySteps;
    this.tMul = options.tMul;
    this.mMul = options.mMul;
    this.alpha = options.alpha;
  }

  override call(step: tf.Tensor): tf.Tensor {
    const { restarts, part } = this.#place(step.toFloat().div(this.firstDecaySteps));
    const size = tf.scalar(this.mMul).pow(restarts).mul(0.5);
    const cosine = part.mul(Math.PI).cos().add(1).mul(size);
    return cosine
      .mul(1 - this.alpha)
      .add(this.alpha)
      .mul(this.initialLearningRate);
  }

  /** How many decays are done, and how much of the one that runs, after so many times the first. */
  #place(done: tf.Tensor): { restarts: tf.Tensor; part: tf.Tensor } {
    if (this.tMul === 1) {
      const restarts = done.floor();
      return { restarts, part: done.sub(restarts) };
    }
    const factor = tf.scalar(this.tMul);
    const restarts = tf
      .scalar(1)
      .sub(done.mul(1 - this.tMul))
      .log()
      .div(factor.log())
      .floor();
    const length = factor.pow(restarts);
    const before = tf
      .scalar(1)
      .sub(length)
      .div(1 - this.tMul);
    return { restarts, part: done.sub(before).div(length) };
  }
}

/**
 * Cosine decays one after the other, the i-th of firstDecaySteps tMul^i steps:
 * rate = initial ((1 - alpha) mMul^i (1 + cos(pi part)) / 2 + alpha), with the part of it that is done.
 *
 * @example
 * CosineDecayRestarts(0.1, 10)(10).print(); // 0.1, as it starts again
 * @see https://arxiv.org/abs/1608.03983 and https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/
 */
export const CosineDecayRestarts = callable(CosineDecayRestartsSchedule);
export type CosineDecayRestarts = CosineDecayRestartsSchedule;
