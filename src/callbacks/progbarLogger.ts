import { callable } from '../base/callable';
import type { LogsReader } from './batchLogs';
import { CallbackBase, type CallbackParams, type Logs, type PredictLogs } from './callback';
import { type Output, printLine, standardOutput } from './output';
import { ProgbarBase } from './progbar';

/** Arguments of `ProgbarLogger`. */
export interface ProgbarLoggerOptions {
  /** Default: standard output. */
  output?: Output;
}

type BatchEnd = 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd';

export class ProgbarLoggerCallback extends CallbackBase {
  static readonly className = 'ProgbarLogger';

  readonly #output: Output | undefined;
  #progbar: ProgbarBase | undefined;
  #target: number | null = null;
  #seen = 0;
  #calledInFit = false;

  constructor(options: ProgbarLoggerOptions = {}) {
    super();
    this.#output = options.output;
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    this.#target = params.steps;
  }

  override onTrainBegin(_logs?: Logs): void {
    this.#calledInFit = true;
  }

  override onEpochBegin(epoch: number, _logs?: Logs): void {
    this.#reset();
    const { epochs, verbose } = this.params;
    if (verbose && epochs > 1) printLine(`Epoch ${epoch + 1}/${epochs}`, this.#output);
  }

  override onTestBegin(_logs?: Logs): void {
    if (!this.#calledInFit) this.#reset();
  }

  override onPredictBegin(_logs?: Logs): void {
    this.#reset();
  }

  /** The end of a batch, with logs that are read only when the bar is drawn. */
  batchEnd(name: BatchEnd, batch: number, reader: LogsReader): undefined | Promise<void> {
    if (name === 'onPredictBatchEnd') this.#batchEnd(name, batch, {});
    else if (this.#counts(name, batch)) {
      const { now, later } = reader;
      if (later) return this.#bar().updateLater(this.#seen, later, false);
      this.#bar().update(this.#seen, now, false);
    }
  }

  #batchEnd(name: BatchEnd, batch: number, logs: Logs): void {
    if (this.#counts(name, batch)) this.#bar().update(this.#seen, logs, false);
  }

  /** Counts a batch; returns whether the bar shows it. */
  #counts(name: BatchEnd, batch: number): boolean {
    if (name === 'onTestBatchEnd' && this.#calledInFit) return false;
    this.#seen = batch + 1;
    return this.params.verbose === 1;
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#batchEnd('onTrainBatchEnd', batch, logs);
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    this.#batchEnd('onTestBatchEnd', batch, logs);
  }

  override onPredictBatchEnd(batch: number, _logs?: PredictLogs): void {
    this.#batchEnd('onPredictBatchEnd', batch, {});
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#calledInFit) this.#finish(logs);
  }

  override onPredictEnd(logs: Logs): void {
    this.#finish(logs);
  }

  #reset(): void {
    this.#seen = 0;
    this.#progbar = undefined;
    this.#bar();
  }

  /** The bar of this epoch; its clock runs from when it is made. */
  #bar(): ProgbarBase {
    this.#progbar ??= new ProgbarBase(this.#target, {
      verbose: this.params.verbose,
      statelessMetrics: [],
      output: this.#output ?? standardOutput(),
    });
    return this.#progbar;
  }

  /** The last drawing; there is none for a run without a batch, of which nothing is known. */
  #finish(logs: Logs): void {
    if (this.#seen === 0) return;
    const bar = this.#bar();
    this.#target ??= this.#seen;
    bar.target = this.#target;
    bar.update(this.#target, logs, true);
  }
}

/**
 * Shows progress and metrics. `fit`, `evaluate` and `predict` use one unless `verbose` is 0.
 *
 * @see https://keras.io/api/callbacks/progbar_logger/
 */
export const ProgbarLogger = callable(ProgbarLoggerCallback);
export type ProgbarLogger = ProgbarLoggerCallback;
