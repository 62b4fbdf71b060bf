import { AsyncContext } from '../host/asyncContext';

/** A run of `fit`, `evaluate` and the like on a model. */
export interface Run {
  /** The method: `fit`. */
  readonly who: string;
}

/** The run whose callbacks are being told something now. */
const telling = new AsyncContext<Run>();

/**
 * Who may use the state of a model: one run at a time, and during it what its own callbacks do. Predictions are possible
 * at any time: they and the steps of training take turns, so that each prediction sees the weights after a whole step.
 */
export class Turns {
  readonly #label: () => string;
  /** The runs under way, each started by a callback of the one before. */
  readonly #runs: Run[] = [];
  /** Predictions under way. */
  readonly #predictions = new Set<Promise<unknown>>();
  /** A step that waits for them; those that come later wait for it. */
  #step: Promise<void> | undefined;

  /** @param label the model, for messages. */
  constructor(label: () => string) {
    this.#label = label;
  }

  /** Whether a run is under way. */
  get isRunning(): boolean {
    return this.#runs.length > 0;
  }

  /**
   * Refuses what changes the state of the model while a run is under way, unless a callback of that run asks.
   * @throws Error that names both methods.
   */
  check(who: string): void {
    const run = this.#runs.at(-1);
    if (!run || telling.current === run) return;
    throw new Error(
      `${this.#label()}: ${who}() while ${run.who}() is running on the same model. Await ${run.who}() first; ` +
        'predict() and calls of the model are possible meanwhile.',
    );
  }

  /** Runs `body` as the one run of the model. */
  async during<T>(who: string, body: (run: Run) => Promise<T>): Promise<T> {
    this.check(who);
    const run: Run = { who };
    this.#runs.push(run);
    try {
      return await body(run);
    } finally {
      this.#runs.splice(this.#runs.indexOf(run), 1);
    }
  }

  /**
   * Tells callbacks of a run something: what they do with the model counts as a part of the run.
   * @throws Error where they leave something running.
   */
  tell<T extends undefined | void | Promise<void>>(run: Run, hooks: () => T): T {
    const told = telling.run(run, hooks);
    if (told instanceof Promise) return told.then(() => this.#checkAwaited(run)) as T;
    this.#checkAwaited(run);
    return told;
  }

  #checkAwaited(run: Run): void {
    const last = this.#runs.at(-1);
    if (!last || last === run) return;
    throw new Error(
      `${this.#label()}: ${last.who}() was started in a callback of ${run.who}() and is still running after it. ` +
        `Await it, in a callback that is async.`,
    );
  }

  /** A prediction, which sees the weights of one moment however many batches it takes. */
  async predict<T>(body: () => Promise<T>): Promise<T> {
    while (this.#step) await this.#step;
    const prediction = body();
    const settled = prediction.catch(() => undefined);
    this.#predictions.add(settled);
    try {
      return await prediction;
    } finally {
      this.#predictions.delete(settled);
    }
  }

  /** A promise to await before a step changes the weights, while predictions are under way; those to come wait for it. */
  beforeStep(): Promise<void> | undefined {
    if (this.#predictions.size === 0) return undefined;
    this.#step ??= Promise.all(this.#predictions).then(() => {
      this.#step = undefined;
    });
    return this.#step;
  }
}
