import { callable } from '../base/callable';
import { CallbackBase, type Logs, type LogValue, type ScalarName } from './callback';

/** What was logged under each name: a number for each epoch, of a metric with a vector as result a list. */
export interface HistoryRecord {
  loss: number[];
  [name: ScalarName]: number[];
  [name: string]: number[] | number[][];
}

export class HistoryCallback extends CallbackBase {
  static readonly className = 'History';

  /** One list for each name, one entry for each epoch. */
  readonly history = {} as HistoryRecord;
  /** Indices of the epochs, from 0 or `initialEpoch`. */
  epoch: number[] = [];

  override onTrainBegin(_logs?: Logs): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      const values = (this.history[name] ?? []) as LogValue[];
      values.push(value);
      this.history[name] = values as number[] | number[][];
    }
    this.model.history = this;
  }
}

/**
 * What was logged, epoch by epoch. `fit` makes one and returns it.
 *
 * @example
 * const history = await model.fit(x, y, { epochs: 2 });
 * history.history.loss; // [14, 11.7774]
 * @see https://keras.io/api/models/model_training_apis/#fit-method
 */
export const History = callable(HistoryCallback);
export type History = HistoryCallback;
