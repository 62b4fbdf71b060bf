import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions } from '../../base/options';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of `CosineDecay`. */
export interface CosineDecayOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps of the decay, those of the warm-up not counted. */
  decaySteps: number;
  /** The least rate, as a part of the one that the decay starts from. Default: 0. */
  alpha?: number;
  /** Default: `'CosineDecay'`. */
  name?: string | null;
  /** The rate at the end of the warm-up. Default: no warm-up. */
  warmupTarget?: number | null;
  /** Steps of the warm-up. Default: 0. */
  warmupSteps?: number;
}

export type CosineDecayArguments =
  | [
      initialLearningRate: number,
      decaySteps: number,
      options?: Omit<CosineDecayOptions, 'initialLearningRate' | 'decaySteps'>,
    ]
  | [initialLearningRate: number, options: Omit<CosineDecayOptions, 'initialLearningRate'>]
  | [options: CosineDecayOptions];

const SIGNATURE = scheduleSignature<CosineDecayOptions>('CosineDecay', ['initialLearningRate', 'decaySteps'], {
  alpha: 0,
  name: 'CosineDecay',
  warmupTarget: null,
  warmupSteps: 0,
});

export class CosineDecaySchedule extends LearningRateSchedule {
  static override readonly className: string = 'CosineDecay';
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'decaySteps', 'alpha', 'name', 'warmupTarget', 'warmupSteps'],
  ];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;

  constructor(...args: CosineDecayArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<CosineDecayOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.alpha = options.alpha;
    this.warmupTarget = options.warmupTarget;
    this.warmupSteps = options.warmupSteps;
  }

  override call(step: tf.Tensor): tf.Tensor {
    const { initialLearningRate: initial, warmupTarget: target, warmupSteps, decaySteps } = this;
    const done = step.toFloat();
    if (target === null) return this.#decay(done, initial);
    const slope = (target - initial) / Math.max(warmupSteps, 1);
    const isWarming = done.less(tf.scalar(warmupSteps));
    const cold = done.sub(warmupSteps).minimum(decaySteps);
    return tf.where(isWarming, done.mul(slope).add(initial), this.#decay(cold, target));
  }

  #decay(step: tf.Tensor, from: number): tf.Tensor {
    const part = step.minimum(this.decaySteps).div(this.decaySteps);
    const cosine = part.mul(Math.PI).cos().add(1).mul(0.5);
    return cosine
      .mul(1 - this.alpha)
      .add(this.alpha)
      .mul(from);
  }
}

/**
 * rate = initial ((1 - alpha) (1 + cos(pi min(step, decaySteps) / decaySteps)) / 2 + alpha), after a straight way from
 * the initial rate to `warmupTarget` where there is one.
 *
 * @example
 * CosineDecay(0.1, 10)(5).print(); // 0.05
 * @see https://arxiv.org/abs/1608.03983 and https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
 */
export const CosineDecay = callable(CosineDecaySchedule);
export type CosineDecay = CosineDecaySchedule;
