import type { Batch, BatchSource } from './data';

/** Batches of one run of the training function: `stepsPerExecution` of them, the last group may be smaller. */
export interface Group {
  first: number;
  last: number;
  batches: Batch[];
}

/**
 * Reads epochs from a source. With `stepsPerEpoch` an epoch takes that many batches and the next one goes on where it
 * stopped; a source that ends early ends the epoch, with a warning, as in Keras.
 */
export class EpochReader {
  #pass: AsyncIterator<Batch> | Iterator<Batch> | undefined;
  #taken = 0;

  constructor(
    readonly source: BatchSource,
    readonly stepsPerEpoch: number | undefined,
    readonly stepsPerExecution: number,
  ) {}

  /** Batches in an epoch, if that is known beforehand. */
  get steps(): number | undefined {
    return this.stepsPerEpoch ?? this.source.batchCount;
  }

  /** The groups of one epoch. The reader of a group frees its batches. */
  async *epoch(): AsyncIterable<Group> {
    if (this.stepsPerEpoch === undefined) this.#pass = undefined;
    for (let step = 0; this.stepsPerEpoch === undefined || step < this.stepsPerEpoch; ) {
      const batches = await this.#take(
        Math.min(this.stepsPerExecution, (this.stepsPerEpoch ?? Number.POSITIVE_INFINITY) - step),
      );
      if (batches.length === 0) {
        if (this.stepsPerEpoch !== undefined) warnOutOfData();
        return;
      }
      yield { first: step, last: step + batches.length - 1, batches };
      step += batches.length;
    }
    // A pass that has just been used up starts again in the next epoch.
    if (this.#taken === this.source.batchCount) this.#pass = undefined;
  }

  async #take(count: number): Promise<Batch[]> {
    if (this.#pass === undefined) {
      this.#pass = iteratorOf(this.source.batches());
      this.#taken = 0;
    }
    const batches: Batch[] = [];
    while (batches.length < count) {
      const pending = this.#pass.next();
      const next = pending instanceof Promise ? await pending : pending;
      if (next.done) break;
      batches.push(next.value);
      this.#taken++;
    }
    return batches;
  }
}

function iteratorOf(batches: AsyncIterable<Batch> | Iterable<Batch>): AsyncIterator<Batch> | Iterator<Batch> {
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}

function warnOutOfData(): void {
  process.emitWarning(
    'the data ran out; the epoch ends early. Make sure that it holds stepsPerEpoch * epochs batches, or repeat it.',
    'UserWarning',
  );
}

/** What is done in an epoch: with each batch, around each group, and when to stop. */
export interface EpochWork {
  begin(step: number): undefined | void | Promise<void>;
  run(batch: Batch): void;
  end(step: number): undefined | void | Promise<void>;
  stopped(): boolean;
}

/** Goes through an epoch; timers and signals get their turn in between. */
export async function runEpoch(reader: EpochReader, work: EpochWork): Promise<void> {
  const breather = new Breather();
  for await (const { first, last, batches } of reader.epoch()) {
    const begun = work.begin(first);
    if (begun) await begun;
    for (const batch of batches) work.run(batch);
    const ended = work.end(last);
    if (ended) await ended;
    if (work.stopped()) return;
    const pause = breather.pause();
    if (pause) await pause;
  }
}

/** Lets timers, signals and charts run, now and then: every 20 ms of work. */
class Breather {
  #last = performance.now();

  /** A promise to await when it is time, else `undefined`. */
  pause(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.#last < 20) return undefined;
    this.#last = now;
    return new Promise((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
  }
}
