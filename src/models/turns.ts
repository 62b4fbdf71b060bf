import { AsyncContext } from '../host/asyncContext';

/** A run of `fit`, `evaluate` and the like on a model. */
export interface Run {
  /** The method: `fit`. */
  readonly who: string;
  /** How many times its callbacks are being told something. */
  told: number;
}

/** Tells callbacks something. */
export type Tell = <T extends undefined | void | Promise<void>>(hooks: () => T) => T;

/** A prediction, until it is done. */
interface Prediction {
  settled?: Promise<unknown>;
}

/** The runs whose callbacks the code that asks belongs to. */
const telling = new AsyncContext<Run>();
/** The predictions whose callbacks the code that asks belongs to. */
const predicting = new AsyncContext<Prediction>();

/**
 * Who may use the state of a model: one run at a time, and during it what its own callbacks do. Predictions are possible
 * at any time: they and the steps of training take turns, so that each prediction sees the weights after a whole step.
 */
export class Turns {
  readonly #label: () => string;
  /** The runs under way, each started by a callback of the one before. */
  readonly #runs: Run[] = [];
  /** Predictions under way. */
  readonly #predictions = new Set<Prediction>();
  /** A step that waits for them; those that come later wait for it. */
  #step: Promise<void> | undefined;

  /** @param label the model, for messages. */
  constructor(label: () => string) {
    this.#label = label;
  }

  /**
   * Refuses what changes the state of the model while a run is under way, unless a callback of that run asks.
   * @throws Error that names both methods.
   */
  check(who: string): void {
    const run = this.#runs.at(-1);
    if (!run || (run.told > 0 && telling.owners.includes(run))) return;
    throw new Error(
      `${this.#label()}: ${who}() while ${run.who}() is running on the same model. Await ${run.who}() first; ` +
        'predict() and calls of the model are possible meanwhile.',
    );
  }

  /** Runs `body` as the one run of the model. */
  async during<T>(who: string, body: (run: Run) => Promise<T>): Promise<T> {
    this.check(who);
    const run: Run = { who, told: 0 };
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
    run.told++;
    let told: T | undefined;
    try {
      told = telling.run(run, hooks);
    } finally {
      if (!(told instanceof Promise)) run.told--;
    }
    if (told instanceof Promise) return told.finally(() => run.told--).then(() => this.#checkAwaited(run)) as T;
    this.#checkAwaited(run);
    return told as T;
  }

  #checkAwaited(run: Run): void {
    const last = this.#runs.at(-1);
    if (!last || last === run) return;
    throw new Error(
      `${this.#label()}: ${last.who}() was started in a callback of ${run.who}() and is still running after it. ` +
        `Await it, in a callback that is async.`,
    );
  }

  /**
   * A prediction, which sees the weights of one moment however many batches it takes.
   * @param body is given how to tell callbacks something.
   */
  async predict<T>(body: (tell: Tell) => Promise<T>): Promise<T> {
    // A step that waits for a prediction would wait for ever, if a callback of that prediction waited for the step.
    while (this.#step && !this.#isInPrediction) await this.#step;
    const prediction: Prediction = {};
    this.#predictions.add(prediction);
    const done = body((hooks) => predicting.run(prediction, hooks));
    prediction.settled = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      this.#predictions.delete(prediction);
    }
  }

  get #isInPrediction(): boolean {
    return predicting.owners.some((prediction) => this.#predictions.has(prediction));
  }

  /** A promise to await before a step changes the weights, while predictions are under way; those to come wait for it. */
  beforeStep(): Promise<void> | undefined {
    if (this.#predictions.size === 0) return undefined;
    const owners = predicting.owners;
    const others = [...this.#predictions].filter((prediction) => !owners.includes(prediction));
    if (others.length === 0) return undefined;
    this.#step ??= Promise.all(others.map(({ settled }) => settled)).then(() => {
      this.#step = undefined;
    });
    return this.#step;
  }
}
