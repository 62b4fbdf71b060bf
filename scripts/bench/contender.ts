/** What every JavaScript contender does in its process; `contender.py` is the same for Python. */
import { readFileSync } from 'node:fs';
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
  epochs: number;
  threads: number;
}

/** What it answers, as JSON in its last line of output. */
export interface Result {
  /** Milliseconds since 1970 when the first batch had been trained. */
  firstBatchAt: number;
  /** Milliseconds per step: of each epoch after the first, each evaluation, each prediction. */
  fit: number[];
  evaluate: number[];
  predict: number[];
  /** Largest resident memory of the process, in megabytes. */
  memory: number;
  /** Versions of what was measured. */
  versions: string;
}

/** A compiled model, as a contender trains it. */
export interface Trainable {
  fit(x: TF.Tensor, y: TF.Tensor, options: { epochs: number; onEpochEnd(): void }): Promise<unknown>;
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
  await model.fit(x, y, { epochs: epochs + 1, onEpochEnd: () => ends.push(performance.now()) });
  return ends.slice(1).map((end, i) => end - (ends[i] as number));
}

async function timeCalls(run: () => unknown, times: number): Promise<number[]> {
  for (let i = 0; i < WARM_UPS; i++) await run();
  const durations: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await run();
    durations.push(performance.now() - began);
  }
  return durations;
}

function peakMemory(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** Trains one batch, then measures, and writes the result. */
export async function runContender(tf: typeof TF, versions: string, build: (job: Job) => Trainable): Promise<void> {
  const job = JSON.parse(process.argv[2] as string) as Job;
  const { inputShape, batchSize, steps, epochs } = job;
  const model = build(job);
  const one = makeData(tf, inputShape, batchSize);
  await model.fit(one.x, one.y, { epochs: 1, onEpochEnd: () => undefined });
  const firstBatchAt = Date.now();
  const { x, y } = makeData(tf, inputShape, batchSize * steps);
  const perStep = (durations: number[]): number[] => durations.map((duration) => duration / steps);
  const result: Result = {
    firstBatchAt,
    fit: perStep(await timeEpochs(model, x, y, epochs)),
    evaluate: perStep(await timeCalls(() => model.evaluate(x, y), epochs)),
    predict: perStep(await timeCalls(() => model.predict(x), epochs)),
    memory: peakMemory(),
    versions,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
