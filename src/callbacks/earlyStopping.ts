import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { resolveOptions, type Signature } from '../base/options';
import type { Logs } from './callback';
import { MonitorCallback, type MonitorMode } from './monitorCallback';
import { printLine } from './output';

/** Arguments of `EarlyStopping`. */
export interface EarlyStoppingOptions {
  /** The quantity to watch. Default: `'val_loss'`. */
  monitor?: string;
  /** An improvement must be larger than this. Default: 0. */
  minDelta?: number;
  /** Epochs without improvement before training ends. Default: 0. */
  patience?: number;
  /** 1: print when it ends. Default: 0. */
  verbose?: number;
  /** `'min'`: small is good; `'max'`: large is; `'auto'` (default): as the metric says. */
  mode?: MonitorMode;
  /** Training also ends if nothing is better than this. Default: none. */
  baseline?: number | null;
  /** Whether the weights of the best epoch come back in the end. Default: false. */
  restoreBestWeights?: boolean;
  /** Epochs before watching begins. Default: 0. */
  startFromEpoch?: number;
}

const SIGNATURE: Signature<EarlyStoppingOptions> = {
  who: 'EarlyStopping',
  positional: ['monitor'],
  defaults: {
    monitor: 'val_loss',
    minDelta: 0,
    patience: 0,
    verbose: 0,
    mode: 'auto',
    baseline: null,
    restoreBestWeights: false,
    startFromEpoch: 0,
  },
};

export type EarlyStoppingArguments =
  | [monitor: string, options?: Omit<EarlyStoppingOptions, 'monitor'>]
  | [options?: EarlyStoppingOptions];

export class EarlyStoppingCallback extends MonitorCallback {
  static readonly className = 'EarlyStopping';

  protected readonly who = 'EarlyStopping';
  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** Epochs since the last improvement. */
  wait = 0;
  /** The epoch (from 0) after which training ended; 0 if it did not. */
  stoppedEpoch = 0;
  /** The epoch (from 0) with the best value. */
  bestEpoch = 0;
  #bestWeights: tf.Tensor[] | undefined;

  constructor(...args: EarlyStoppingArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<EarlyStoppingOptions>;
    super('EarlyStopping', options.monitor, options.mode, options.minDelta);
    this.patience = options.patience;
    this.verbose = options.verbose;
    this.baseline = options.baseline;
    this.restoreBestWeights = options.restoreBestWeights;
    this.startFromEpoch = options.startFromEpoch;
  }

  override onTrainBegin(_logs?: Logs): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestEpoch = 0;
    this.#forgetWeights();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = this.currentValue(logs);
    if (current === undefined || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && !this.#bestWeights) this.#remember(epoch);
    this.wait += 1;
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.#remember(epoch);
      if (this.baseline === null || this.isImprovement(current, this.baseline)) this.wait = 0;
    } else if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(_logs?: Logs): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0) printLine(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.#bestWeights) return;
    if (this.verbose > 0) {
      printLine(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    }
    this.model.setWeights(this.#bestWeights);
    this.#forgetWeights();
  }

  protected override unavailable(available: string): string {
    return (
      `Early stopping conditioned on metric \`${this.monitor}\` which is not available. ` +
      `Available metrics are: ${available}`
    );
  }

  #remember(epoch: number): void {
    this.bestEpoch = epoch;
    if (!this.restoreBestWeights) return;
    this.#forgetWeights();
    this.#bestWeights = this.model.getWeights();
  }

  #forgetWeights(): void {
    for (const weight of this.#bestWeights ?? []) weight.dispose();
    this.#bestWeights = undefined;
  }
}

/**
 * Ends training when a quantity has stopped improving.
 *
 * @example
 * const enough = EarlyStopping({ monitor: 'loss', minDelta: 1 });
 * const { epoch } = await model.fit(x, y, { epochs: 100, verbose: 0, callbacks: [enough] });
 * epoch.length; // 7
 * @see https://keras.io/api/callbacks/early_stopping/
 */
export const EarlyStopping = callable(EarlyStoppingCallback);
export type EarlyStopping = EarlyStoppingCallback;
