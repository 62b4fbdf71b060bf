import { callable } from '../base/callable';
import { ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import type { Logs } from './callback';
import { pythonFloat } from './format';
import { optimizerOf } from './learningRate';
import { MonitorCallback, type MonitorMode } from './monitorCallback';
import { printLine } from './output';

/** Arguments of `ReduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** The quantity to watch. Default: `'val_loss'`. */
  monitor?: string;
  /** The learning rate is multiplied by this; less than 1. Default: 0.1. */
  factor?: number;
  /** Epochs without improvement before it is reduced. Default: 10. */
  patience?: number;
  /** 1: print each reduction. Default: 0. */
  verbose?: number;
  /** `'min'`: small is good; `'max'`: large is; `'auto'` (default): as the metric says. */
  mode?: MonitorMode;
  /** An improvement must be larger than this. Default: 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction in which none are counted. Default: 0. */
  cooldown?: number;
  /** The learning rate is not made smaller than this. Default: 0. */
  minLr?: number;
}

const WHO = 'ReduceLROnPlateau';
const SIGNATURE: Signature<ReduceLROnPlateauOptions> = {
  who: WHO,
  positional: ['monitor'],
  defaults: {
    monitor: 'val_loss',
    factor: 0.1,
    patience: 10,
    verbose: 0,
    mode: 'auto',
    minDelta: 1e-4,
    cooldown: 0,
    minLr: 0,
  },
};

export type ReduceLROnPlateauArguments =
  | [monitor: string, options?: Omit<ReduceLROnPlateauOptions, 'monitor'>]
  | [options?: ReduceLROnPlateauOptions];

export class ReduceLROnPlateauCallback extends MonitorCallback {
  static readonly className = WHO;

  protected readonly who = WHO;
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  /** Epochs left of the cooldown. */
  cooldownCounter = 0;
  /** Epochs since the last improvement. */
  wait = 0;

  constructor(...args: ReduceLROnPlateauArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<ReduceLROnPlateauOptions>;
    super(WHO, options.monitor, options.mode, options.minDelta);
    if (options.factor >= 1) {
      throw new ValueError(`${WHO}: factor must be less than 1. Received: factor=${options.factor}.`);
    }
    this.factor = options.factor;
    this.patience = options.patience;
    this.verbose = options.verbose;
    this.cooldown = options.cooldown;
    this.minLr = options.minLr;
  }

  override onTrainBegin(_logs?: Logs): void {
    this.best = null;
    this.cooldownCounter = 0;
    this.wait = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logs.learning_rate = optimizerOf(WHO, this.model).learningRate;
    const current = this.currentValue(logs);
    if (current === undefined) return;
    if (this.inCooldown()) {
      this.cooldownCounter -= 1;
      this.wait = 0;
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.wait = 0;
    } else if (!this.inCooldown()) {
      this.wait += 1;
      if (this.wait >= this.patience && this.#reduce(epoch)) {
        this.cooldownCounter = this.cooldown;
        this.wait = 0;
      }
    }
  }

  /** Whether a reduction was so recent that epochs are not counted. */
  inCooldown(): boolean {
    return this.cooldownCounter > 0;
  }

  protected override unavailable(available: string): string {
    return (
      `Learning rate reduction is conditioned on metric \`${this.monitor}\` which is not available. ` +
      `Available metrics are: ${available}.`
    );
  }

  /** Reduces the learning rate, unless it is as small as allowed; tells whether it did. */
  #reduce(epoch: number): boolean {
    const optimizer = optimizerOf(WHO, this.model);
    if (optimizer.learningRate <= Math.fround(this.minLr)) return false;
    const rate = Math.max(optimizer.learningRate * this.factor, this.minLr);
    optimizer.learningRate = rate;
    if (this.verbose > 0) printLine(`\nEpoch ${epoch + 1}: ${WHO} reducing learning rate to ${pythonFloat(rate)}.`);
    return true;
  }
}

/**
 * Reduces the learning rate when a quantity has stopped improving, and logs it as `learning_rate`.
 *
 * @throws ValueError if `factor` is 1 or more.
 * @example
 * const reduce = ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, minDelta: 10, minLr: 0.004 });
 * const { history } = await model.fit(x, y, { epochs: 4, verbose: 0, callbacks: [reduce] });
 * history.learning_rate; // [0.01, 0.01, 0.005, 0.004]
 * @see https://keras.io/api/callbacks/reduce_lr_on_plateau/
 */
export const ReduceLROnPlateau = callable(ReduceLROnPlateauCallback);
export type ReduceLROnPlateau = ReduceLROnPlateauCallback;
