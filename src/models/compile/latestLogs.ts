import { freeing, tidy } from '../../backend/tidy';
import type { Logs } from '../../callbacks';
import type { MetricResults } from '../../metrics';
import { disposeResults, ownResults, readLogs, toLogs } from './logs';

/** The logs after the last step: what the step itself returned, else what the metrics have come to. */
export class LatestLogs {
  #own: MetricResults | undefined;
  readonly #metrics: () => MetricResults;

  /** @param metrics the results of the metrics so far. */
  constructor(metrics: () => MetricResults) {
    this.#metrics = metrics;
  }

  /** Takes over what the last step returned. */
  set(own: MetricResults | undefined): void {
    this.dispose();
    this.#own = own;
  }

  now(): Logs {
    return this.#own ? toLogs(this.#own) : freeing(() => toLogs(this.#metrics()));
  }

  async later(): Promise<Logs> {
    if (this.#own) return readLogs(this.#own);
    const results = tidy(() => ownResults(this.#metrics()));
    try {
      return await readLogs(results);
    } finally {
      disposeResults(results);
    }
  }

  dispose(): void {
    disposeResults(this.#own);
    this.#own = undefined;
  }
}
