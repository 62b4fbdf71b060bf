import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../../backend/engine';
import { classNameOf } from '../../base/callable';
import { above, type Check, finite, flag, orNull, text } from '../../base/checks';
import { KerasObject } from '../../base/kerasObject';
import type { Signature } from '../../base/options';

/** Calling a schedule: the rate at a step, a scalar that the caller owns. */
export interface LearningRateSchedule {
  (step: number | tf.Tensor): tf.Tensor;
}

/**
 * A learning rate that depends on the number of steps done. Override `call`, of tensor operations only, so that a
 * training step can be compiled, and `getConfig`.
 *
 * @example
 * class Halving extends LearningRateSchedule {
 *   override call(step: tf.Tensor) { return tf.scalar(0.5).pow(step.toFloat()); }
 *   override getConfig() { return {}; }
 * }
 * new Halving()(2).print(); // 0.25
 * @see https://keras.io/api/optimizers/learning_rate_schedules/
 */
export abstract class LearningRateSchedule extends KerasObject {
  static override readonly className: string = 'LearningRateSchedule';
  static override readonly module: string = 'keras.optimizers.schedules';
  static override readonly configKeys: readonly string[] = [];

  readonly name: string | null;

  constructor(options: { name?: string | null } = {}) {
    super();
    this.name = options.name ?? null;
  }

  /** The rate at a step: an int32 scalar, from 0. Tensors made on the way are freed by the caller. */
  abstract call(step: tf.Tensor): tf.Tensor;

  override __call__(step: number | tf.Tensor): tf.Tensor {
    requireReady(classNameOf(this.constructor as typeof LearningRateSchedule));
    return tf.tidy(() => this.call(typeof step === 'number' ? tf.scalar(step, 'int32') : step));
  }

  override toString(): string {
    return `<${classNameOf(this.constructor as typeof LearningRateSchedule)}>`;
  }
}

/** Of a number of steps that is divided by. */
const steps = above(0);

const CHECKS = {
  initialLearningRate: finite,
  decaySteps: steps,
  firstDecaySteps: steps,
  decayRate: finite,
  staircase: flag,
  endLearningRate: finite,
  power: finite,
  cycle: flag,
  alpha: finite,
  warmupTarget: orNull(finite),
  warmupSteps: finite,
  tMul: finite,
  mMul: finite,
  name: orNull(text),
} as const satisfies Record<string, Check>;

/** The signature of a schedule: what may be positional, the defaults of the rest, and what the values must be. */
export function scheduleSignature<O extends object>(
  who: string,
  positional: readonly (keyof O & string)[],
  defaults: Partial<O>,
): Signature<O> {
  const names: string[] = [...positional, ...Object.keys(defaults)];
  const checks = Object.entries(CHECKS).filter(([name]) => names.includes(name));
  return { who, positional, defaults, checks: Object.fromEntries(checks) as Signature<O>['checks'] };
}
