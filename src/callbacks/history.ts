import { callable } from '../base/callable';
import { CallbackBase, type Logs } from './callback';

/**
 * What was logged, epoch by epoch. `fit` makes one and returns it.
 *
 * @example
 * const history = await model.fit(x, y, { epochs: 2 });
 * history.history.loss; // [14, 11.7774]
 * @see https://keras.io/api/models/model_training_apis/#fit-method
 */
export class HistoryCallback extends CallbackBase {
  static readonly className = 'History';

  /** One list for each name, one number for each epoch. */
  readonly history: Record<string, number[]> = {};
  /** Indices of the epochs, from 0 or `initialEpoch`. */
  epoch: number[] = [];

  override onTrainBegin(_logs?: Logs): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      const values = this.history[name] ?? [];
      values.push(value);
      this.history[name] = values;
    }
    this.model.history = this;
  }
}

export const History = callable(HistoryCallback);
export type History = HistoryCallback;
