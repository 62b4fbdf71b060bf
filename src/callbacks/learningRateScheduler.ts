import { callable } from '../base/callable';
import { formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { CallbackBase, type Logs } from './callback';
import { pythonFloat } from './format';
import { optimizerOf } from './learningRate';
import { printLine } from './output';

/** The learning rate of an epoch (from 0), given the one before. */
export type LearningRateFunction = (epoch: number, learningRate: number) => number;

/** Arguments of `LearningRateScheduler`. */
export interface LearningRateSchedulerOptions {
  schedule: LearningRateFunction;
  /** 1: print each learning rate. Default: 0. */
  verbose?: number;
}

export type LearningRateSchedulerArguments =
  | [schedule: LearningRateFunction, options?: Omit<LearningRateSchedulerOptions, 'schedule'>]
  | [options: LearningRateSchedulerOptions];

const WHO = 'LearningRateScheduler';
const SIGNATURE: Signature<LearningRateSchedulerOptions> = {
  who: WHO,
  positional: ['schedule'],
  defaults: { verbose: 0 },
};

export class LearningRateSchedulerCallback extends CallbackBase {
  static readonly className = WHO;

  readonly schedule: LearningRateFunction;
  readonly verbose: number;

  constructor(...args: LearningRateSchedulerArguments) {
    super();
    const { schedule, verbose = 0 } = resolveOptions(SIGNATURE, args);
    if (typeof schedule !== 'function') {
      throw new TypeError(
        `${WHO}: schedule must be a function of the epoch and the learning rate. ` +
          `Received: schedule=${formatValue(schedule)}.`,
      );
    }
    this.schedule = schedule;
    this.verbose = verbose;
  }

  override onEpochBegin(epoch: number, _logs?: Logs): void {
    const optimizer = optimizerOf(WHO, this.model);
    const rate: unknown = this.schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number' || Number.isNaN(rate)) {
      throw new ValueError(`${WHO}: schedule must return a number. Received: ${formatValue(rate)} for epoch ${epoch}.`);
    }
    optimizer.learningRate = rate;
    if (this.verbose > 0) {
      printLine(`\nEpoch ${epoch + 1}: ${WHO} setting learning rate to ${pythonFloat(rate)}.`);
    }
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = optimizerOf(WHO, this.model).learningRate;
  }
}

/**
 * Sets the learning rate at the beginning of every epoch, and logs it as `learning_rate`.
 *
 * @throws ValueError if the schedule returns no number.
 * @example
 * const halve = LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2));
 * const { history } = await model.fit(x, y, { epochs: 3, verbose: 0, callbacks: [halve] });
 * history.learning_rate; // [0.01, 0.005, 0.0025]
 * @see https://keras.io/api/callbacks/learning_rate_scheduler/
 */
export const LearningRateScheduler = callable(LearningRateSchedulerCallback);
export type LearningRateScheduler = LearningRateSchedulerCallback;
