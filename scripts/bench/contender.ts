/** What every JavaScript contender does in its process; `contender.py` is the same for Python. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type * as TF from '@tensorflow/tfjs';
import type { LayerSpec } from './works';

/** What a contender's process is asked for. */
export interface Job {
  layers: readonly LayerSpec[];
  inputShape: readonly number[];
  batchSize: number;
  /** Steps in an epoch, in an evaluation and in a prediction. */
  steps: number;
  /** Epochs that are timed, after one that is not; evaluations and predictions likewise. */
  turns: number;
  threads: number;
}

/**
 * What it answers at the end of a turn, as JSON in a line; then it waits for a line of input, so that the contenders take
 * turns. The first turn trains one batch; one turn of each measure is to get warm, and measures nothing.
 */
export interface Answer {
  measure?: 'firstBatch' | 'fit' | 'evaluate' | 'predict' | 'memory';
  /**
   * Of `firstBatch` the time at its end, in milliseconds since 1970; of `memory` the largest resident memory of the
   * process, in megabytes; else milliseconds per step of an epoch, an evaluation, a prediction.
   */
  value?: number;
  /** Versions of what is measured, with the last answer. */
  versions?: string;
}

/** A compiled model, as a contender trains it. */
export interface Trainable {
  fit(
    x: TF.Tensor,
    y: TF.Tensor,
    options: { epochs: number; onEpochEnd(): undefined | Promise<void> },
  ): Promise<unknown>;
  evaluate(x: TF.Tensor, y: TF.Tensor): unknown;
  /** Predicts and frees what it gets. */
  predict(x: TF.Tensor): unknown;
}

/** Evaluations and predictions before the timed ones. */
const WARM_UPS = 3;

/** Random samples of the job's shape and random labels, one-hot. */
export function makeData(
  tf: typeof TF,
  inputShape: readonly number[],
  samples: number,
): { x: TF.Tensor; y: TF.Tensor } {
  const size = inputShape.reduce((product, length) => product * length, samples);
  const labels = new Float32Array(samples * 10);
  for (let i = 0; i < samples; i++) labels[i * 10 + Math.floor(Math.random() * 10)] = 1;
  return {
    x: tf.tensor(Float32Array.from({ length: size }, Math.random), [samples, ...inputShape]),
    y: tf.tensor(labels, [samples, 10]),
  };
}

/** Milliseconds from each epoch's end to the next one's. */
export async function timeEpochs(model: Trainable, x: TF.Tensor, y: TF.Tensor, epochs: number): Promise<number[]> {
  const ends: number[] = [];
  await model.fit(x, y, { epochs: epochs + 1, onEpochEnd: () => void ends.push(performance.now()) });
  return ends.slice(1).map((end, i) => end - (ends[i] as number));
}

/** Ends turns: tells the answer, and waits until it is this process's turn again. */
class Turns {
  readonly #lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

  async end(answer: Answer): Promise<void> {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    if ((await this.#lines.next()).done) process.exit(1); // nobody is there any more
  }

  async #time(measure: 'fit' | 'evaluate' | 'predict', steps: number, began: number): Promise<void> {
    await this.end({ measure, value: (performance.now() - began) / steps });
  }

  async fit(model: Trainable, x: TF.Tensor, y: TF.Tensor, { turns, steps }: Job): Promise<void> {
    let began: number | undefined;
    const onEpochEnd = async (): Promise<void> => {
      await (began === undefined ? this.end({}) : this.#time('fit', steps, began));
      began = performance.now();
    };
    await model.fit(x, y, { epochs: turns + 1, onEpochEnd });
  }

  async calls(measure: 'evaluate' | 'predict', run: () => unknown, { turns, steps }: Job): Promise<void> {
    for (let i = 0; i < WARM_UPS; i++) await run();
    await this.end({});
    for (let i = 0; i < turns; i++) {
      const began = performance.now();
      await run();
      await this.#time(measure, steps, began);
    }
  }
}

function peakMemory(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** Trains one batch, then measures in turns with others. */
export async function runContender(tf: typeof TF, versions: string, build: (job: Job) => Trainable): Promise<void> {
  const job = JSON.parse(process.argv[2] as string) as Job;
  const { inputShape, batchSize, steps } = job;
  const model = build(job);
  const one = makeData(tf, inputShape, batchSize);
  await model.fit(one.x, one.y, { epochs: 1, onEpochEnd: () => undefined });
  const turns = new Turns();
  await turns.end({ measure: 'firstBatch', value: Date.now() });
  const { x, y } = makeData(tf, inputShape, batchSize * steps);
  await turns.fit(model, x, y, job);
  await turns.calls('evaluate', () => model.evaluate(x, y), job);
  await turns.calls('predict', () => model.predict(x), job);
  await turns.end({ measure: 'memory', value: peakMemory(), versions });
  process.exit(0);
}
