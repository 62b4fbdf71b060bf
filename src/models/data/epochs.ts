import { ValueError } from '../../base/errors';
import { host } from '../../host';
import type { Batch, BatchSource } from './data';

/** Batches of one run of the training function: `stepsPerExecution` of them, fewer where the data end. */
export interface Group {
  first: number;
  /** Number of the group's last step as callbacks are told it: of a whole group, also where the data end in it. */
  last: number;
  batches: Batch[];
}

type Pass = AsyncIterator<Batch> | Iterator<Batch>;

/**
 * Reads epochs from a source. An epoch is one pass over the data or, with `stepsPerEpoch`, that many batches: the next
 * one goes on where it stopped. Data that end before that end the epoch, with Keras's warning, and the next epoch starts
 * them again. Data that cannot start again leave nothing to read.
 *
 * @see keras/src/trainers/epoch_iterator.py
 */
export class EpochReader {
  #pass: Pass | undefined;
  /** Batches read in this pass. */
  #taken = 0;
  /** Whether the last pass came to its end. */
  #ended = false;
  /** Whether the data gave nothing when they were to start again. */
  #isExhausted = false;
  /** Whether it has been said that the data ended early. */
  #hasWarned = false;

  constructor(
    readonly source: BatchSource,
    readonly stepsPerEpoch: number | undefined,
    readonly stepsPerExecution: number,
  ) {}

  /** Batches in an epoch, if that is known beforehand. */
  get steps(): number | undefined {
    return this.stepsPerEpoch ?? this.source.batchCount;
  }

  /** Whether the data have come to their end and are known not to start again. */
  get isSpent(): boolean {
    return this.#isExhausted || (this.#ended && !this.source.canRestart);
  }

  /** The groups of one epoch; none where the data have ended for good. The reader of a group frees its batches. */
  async *epoch(): AsyncIterable<Group> {
    const { stepsPerEpoch, stepsPerExecution } = this;
    if (stepsPerEpoch === undefined) await this.restart();
    for (let step = 0; stepsPerEpoch === undefined || step < stepsPerEpoch; step += stepsPerExecution) {
      let batches = await this.#take();
      // The last epoch may have stopped right at the end, which only this look tells.
      if (step === 0 && batches.length === 0 && this.source.canRestart) batches = await this.#take();
      this.#isExhausted = step === 0 && batches.length === 0;
      if (batches.length > 0) yield { first: step, last: step + stepsPerExecution - 1, batches };
      if (!this.#ended) continue;
      const next = batches.length > 0 ? step + stepsPerExecution : step;
      if (stepsPerEpoch !== undefined && next > 0 && next < stepsPerEpoch) this.warnOutOfData();
      return;
    }
    if (this.#taken === this.source.batchCount) await this.close();
  }

  /** Tells, in Keras's words, that an epoch ended before its time; once where the data cannot start again. */
  warnOutOfData(): void {
    if (this.#hasWarned && this.isSpent) return;
    this.#hasWarned = true;
    host.warn(
      'Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at ' +
        'least stepsPerEpoch * epochs batches. Repeat it, or pass something that can be iterated again, such as an ' +
        'object whose [Symbol.iterator]() starts anew.',
    );
  }

  /** The batches of one group; fewer, or none, where the pass ends. */
  async #take(): Promise<Batch[]> {
    if (this.#pass === undefined) {
      this.#pass = iteratorOf(this.source.batches());
      this.#taken = 0;
    }
    this.#ended = false;
    const batches: Batch[] = [];
    try {
      while (batches.length < this.stepsPerExecution) {
        const pending = this.#pass.next();
        const next = pending instanceof Promise ? await pending : pending;
        if (next.done) {
          this.#pass = undefined;
          this.#ended = true;
          break;
        }
        batches.push(next.value);
        this.#taken++;
      }
    } catch (error) {
      for (const batch of batches) batch.dispose();
      throw error;
    }
    return batches;
  }

  /** Lets the next epoch begin with the first batch, where the data can start again. */
  async restart(): Promise<void> {
    if (this.source.canRestart) await this.close();
  }

  /** Ends the pass that is under way: generators are told by their `return()`. */
  async close(): Promise<void> {
    const pass = this.#pass;
    this.#pass = undefined;
    await pass?.return?.();
  }
}

function iteratorOf(batches: AsyncIterable<Batch> | Iterable<Batch>): Pass {
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}

/** The error where data were to give batches and gave none. */
export function noBatches(who: string): ValueError {
  return new ValueError(
    `${who}: expected at least one batch. Received: data without any. Pass arrays, or something to iterate over that ` +
      'gives batches each time it is asked; a generator object gives its batches once.',
  );
}

/** What is done in an epoch: with each batch, around each group, and when to stop. */
export interface EpochWork {
  begin(step: number): undefined | void | Promise<void>;
  /** A promise to await before the steps of a group, if there is something to wait for. */
  waits?(): Promise<void> | undefined;
  run(batch: Batch): void;
  end(step: number): undefined | void | Promise<void>;
  stopped(): boolean;
}

/** Goes through an epoch; timers and signals get their turn in between. Returns the number of batches. */
export async function runEpoch(reader: EpochReader, work: EpochWork): Promise<number> {
  const breather = new Breather();
  let count = 0;
  for await (const { first, last, batches } of reader.epoch()) {
    try {
      const begun = work.begin(first);
      if (begun) await begun;
      for (let pause = work.waits?.(); pause; pause = work.waits?.()) await pause;
      for (const batch of batches) {
        work.run(batch);
        count++;
      }
    } finally {
      for (const batch of batches) batch.dispose();
    }
    const ended = work.end(last);
    if (ended) await ended;
    if (work.stopped()) return count;
    const pause = breather.pause();
    if (pause) await pause;
  }
  return count;
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
