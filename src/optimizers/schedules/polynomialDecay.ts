import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions } from '../../base/options';
import { LearningRateSchedule, scheduleSignature } from './learningRateSchedule';

/** Arguments of `PolynomialDecay`. */
export interface PolynomialDecayOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps until the rate is `endLearningRate`. */
  decaySteps: number;
  /** The least rate. Default: 0.0001. */
  endLearningRate?: number;
  /** Exponent. Default: 1, a straight line. */
  power?: number;
  /** Whether it starts again, longer, when `decaySteps` are done. Default: false. */
  cycle?: boolean;
  /** Default: `'PolynomialDecay'`. */
  name?: string | null;
}

export type PolynomialDecayArguments =
  | [
      initialLearningRate: number,
      decaySteps: number,
      options?: Omit<PolynomialDecayOptions, 'initialLearningRate' | 'decaySteps'>,
    ]
  | [initialLearningRate: number, options: Omit<PolynomialDecayOptions, 'initialLearningRate'>]
  | [options: PolynomialDecayOptions];

const SIGNATURE = scheduleSignature<PolynomialDecayOptions>('PolynomialDecay', ['initialLearningRate', 'decaySteps'], {
  endLearningRate: 0.0001,
  power: 1,
  cycle: false,
  name: 'PolynomialDecay',
});

export class PolynomialDecaySchedule extends LearningRateSchedule {
  static override readonly className: string = 'PolynomialDecay';
  static override readonly configKeys: readonly string[] = [
    ...['initialLearningRate', 'decaySteps', 'endLearningRate', 'power', 'cycle', 'name'],
  ];
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;

  constructor(...args: PolynomialDecayArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<PolynomialDecayOptions>;
    super(options);
    this.initialLearningRate = options.initialLearningRate;
    this.decaySteps = options.decaySteps;
    this.endLearningRate = options.endLearningRate;
    this.power = options.power;
    this.cycle = options.cycle;
  }

  override call(step: tf.Tensor): tf.Tensor {
    const { initialLearningRate: initial, endLearningRate: end, decaySteps, power } = this;
    const done = step.toFloat();
    const part = this.cycle
      ? done.div(done.div(decaySteps).ceil().maximum(1).mul(decaySteps))
      : done.minimum(decaySteps).div(decaySteps);
    return tf
      .scalar(1)
      .sub(part)
      .pow(tf.scalar(power))
      .mul(initial - end)
      .add(end);
  }
}

/**
 * rate = (initial - end) (1 - min(step, decaySteps) / decaySteps)^power + end. With `cycle`, decaySteps is multiplied
 * by ceil(step / decaySteps).
 *
 * @example
 * PolynomialDecay(0.1, 10, { endLearningRate: 0 })(5).print(); // 0.05
 * @see https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/
 */
export const PolynomialDecay = callable(PolynomialDecaySchedule);
export type PolynomialDecay = PolynomialDecaySchedule;
