import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { checkValue, finite, listOf, orNull, text } from '../../base/checks';
import { formatValue, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LearningRateSchedule } from './learningRateSchedule';

/** Arguments of `PiecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions {
  /** The last step of each value but the last, growing. */
  boundaries: readonly number[];
  /** The rates, one more than boundaries. */
  values: readonly number[];
  /** Default: `'PiecewiseConstant'`. */
  name?: string | null;
}

export type PiecewiseConstantDecayArguments =
  | [boundaries: readonly number[], values: readonly number[], options?: { name?: string | null }]
  | [boundaries: readonly number[], options: Omit<PiecewiseConstantDecayOptions, 'boundaries'>]
  | [options: PiecewiseConstantDecayOptions];

const WHO = 'PiecewiseConstantDecay';
const SIGNATURE: Signature<PiecewiseConstantDecayOptions> = {
  who: WHO,
  positional: ['boundaries', 'values'],
  defaults: { name: 'PiecewiseConstant' },
  checks: { name: orNull(text) },
};

export class PiecewiseConstantDecaySchedule extends LearningRateSchedule {
  static override readonly className: string = WHO;
  static override readonly configKeys: readonly string[] = ['boundaries', 'values', 'name'];
  readonly boundaries: readonly number[];
  readonly values: readonly number[];

  constructor(...args: PiecewiseConstantDecayArguments) {
    const { boundaries, values, name } = resolveOptions(SIGNATURE, args) as Required<PiecewiseConstantDecayOptions>;
    super({ name });
    checkValue(WHO, 'boundaries', boundaries, listOf(finite));
    checkValue(WHO, 'values', values, listOf(finite));
    if (boundaries.length !== values.length - 1) {
      throw new ValueError(
        `${WHO}: boundaries must be one less than values. ` +
          `Received: boundaries=${formatValue(boundaries)}, values=${formatValue(values)}.`,
      );
    }
    this.boundaries = [...boundaries];
    this.values = [...values];
  }

  override call(step: tf.Tensor): tf.Tensor {
    const bounds = this.boundaries.map((boundary) => tf.scalar(Math.trunc(boundary), 'int32')); // Keras casts to the step's dtype
    const isAfter = bounds.map((bound) => step.greater(bound));
    return this.values.reduce<tf.Tensor>((sum, value, i) => {
      const [begun, ended] = [isAfter[i - 1], isAfter[i]];
      const isHere = begun && ended ? begun.logicalAnd(ended.logicalNot()) : (begun ?? ended?.logicalNot());
      return sum.add((isHere as tf.Tensor).toFloat().mul(value));
    }, tf.scalar(0));
  }
}

/**
 * rate = values[i] from the step after boundaries[i - 1] to boundaries[i].
 *
 * @example
 * const schedule = PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01]);
 * schedule(10).print(); // 0.1
 * schedule(11).print(); // 0.05
 * @see https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/
 */
export const PiecewiseConstantDecay = callable(PiecewiseConstantDecaySchedule);
export type PiecewiseConstantDecay = PiecewiseConstantDecaySchedule;
