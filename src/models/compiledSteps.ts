import * as tf from '@tensorflow/tfjs';
import { GraphSession, generalize, type Recording, record, type SessionFunction, Unrecordable } from '../backend/graph';
import { flatten, mapStructure, type Nested, packLike } from '../backend/nest';
import { type Batch, type StepData, takeRows } from './data';
import { runStep, type StepKind, type StepResult } from './stepKinds';
import type { StepLogs } from './trainable';
import type { Trainer } from './trainer';
import { Watch } from './watch';

/** Batch sizes of the two recordings, and numbers of rows of the arrays they read from; no pair has the same ratio. */
const BATCH_SIZES = [7, 4] as const;
const ROW_COUNTS = [12, 11] as const;
/** Compiled steps kept for one model; beyond that all are dropped and made anew. */
const MOST_STEPS = 12;
/** Recordings of one kind after which each must have been used several times. */
const PATIENCE = 16;

/** A step as a function in a session. */
export class CompiledStep {
  /** How often it ran. */
  runs = 0;

  constructor(
    readonly signature: string,
    readonly watch: Watch,
    readonly session: GraphSession,
    readonly fn: SessionFunction,
    readonly shape: ResultShape,
  ) {}

  run({ data, rows }: Batch): StepResult {
    this.runs++;
    const inputs = leavesOf(data);
    return this.shape.restore(this.session.run(this.fn, rows ? [rows, ...inputs] : inputs));
  }
}

/** What a step returned when it was recorded, and how to make the like from a list of tensors. */
interface ResultShape {
  /** Names and nesting of the results, as text. */
  description: string;
  restore(tensors: tf.Tensor[]): StepResult;
}

/** The compiled steps of one model, in one session. */
export class CompiledSteps {
  readonly #model: Trainer;
  #session = new GraphSession();
  #steps: CompiledStep[] = [];
  /** Kinds of steps that ran once, for nothing but what they make. */
  readonly #rehearsed = new Set<StepKind>();
  readonly #recordings: Record<StepKind, { made: number; runs: number }> = {
    train: { made: 0, runs: 0 },
    test: { made: 0, runs: 0 },
    predict: { made: 0, runs: 0 },
  };

  constructor(model: Trainer) {
    this.#model = model;
  }

  /** The compiled step for a batch, recorded if there is none yet; a text that says why where it cannot be compiled. */
  find(kind: StepKind, batch: Batch): CompiledStep | string {
    const signature = signatureOf(kind, batch);
    const count = this.#recordings[kind];
    count.runs++;
    const known = this.#steps.find((step) => step.signature === signature && !step.watch.changed);
    if (known) return known;
    if (++count.made > PATIENCE && count.runs < 4 * count.made)
      return 'an option of a layer, or the shape of the data, changes at almost every step';
    if (this.#steps.length >= MOST_STEPS) this.#restart();
    try {
      const step = this.#compile(kind, signature, batch);
      this.#steps.push(step);
      return step;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #compile(kind: StepKind, signature: string, batch: Batch): CompiledStep {
    // The first time of all makes what is made on first use: weights, slots of the optimizer, metrics.
    if (!this.#rehearsed.has(kind)) recordStep(this.#model, kind, batch, 0);
    this.#rehearsed.add(kind);
    const watch = new Watch(this.#model);
    try {
      const [first, second] = [recordStep(this.#model, kind, batch, 0), recordStep(this.#model, kind, batch, 1)];
      if (watch.changed) throw new Unrecordable(`the step itself changes ${watch.changed}`);
      if (first.shape.description !== second.shape.description) {
        throw new Unrecordable('it returns other names from call to call');
      }
      const fn = this.#session.add(generalize(first.recording, second.recording, BATCH_SIZES));
      return new CompiledStep(signature, watch, this.#session, fn, first.shape);
    } finally {
      watch.restore();
    }
  }

  #restart(): void {
    this.dispose();
    this.#session = new GraphSession();
    this.#steps = [];
  }

  dispose(): void {
    this.#session.dispose();
  }
}

function leavesOf({ x, y, sampleWeight }: StepData): tf.Tensor[] {
  return [x, y, sampleWeight].flatMap((part) => (part === undefined ? [] : flatten(part)));
}

/** What decides which graph a batch needs: kind, structure, dtypes and shapes but for the first axis. */
function signatureOf(kind: StepKind, { data, rows }: Batch): string {
  const describe = (part: Nested<tf.Tensor> | undefined): string =>
    part === undefined
      ? '-'
      : JSON.stringify(mapStructure(part, ({ dtype, shape }) => `${dtype}:${shape.slice(1).join()}` as never));
  return `${kind} ${rows ? 'rows' : 'batch'} ${describe(data.x)} ${describe(data.y)} ${describe(data.sampleWeight)}`;
}

/** Runs a step once on a few samples of the batch, recorded; nothing of the model changes. */
function recordStep(
  model: Trainer,
  kind: StepKind,
  batch: Batch,
  which: 0 | 1,
): { recording: Recording; shape: ResultShape } {
  const size = BATCH_SIZES[which];
  const made: tf.Tensor[] = [];
  const sample = (tensor: tf.Tensor): tf.Tensor => {
    const rows = Array.from(
      { length: batch.rows ? ROW_COUNTS[which] : size },
      (_, i) => i % (tensor.shape[0] as number),
    );
    const taken = tf.tidy(() => tf.gather(tensor, tf.tensor1d(rows, 'int32')));
    made.push(taken);
    return taken;
  };
  const part = (structure: Nested<tf.Tensor> | undefined): Nested<tf.Tensor> | undefined =>
    structure === undefined ? undefined : mapStructure(structure, sample);
  try {
    const data: StepData = {
      x: part(batch.data.x) as Nested<tf.Tensor>,
      y: part(batch.data.y),
      sampleWeight: part(batch.data.sampleWeight),
    };
    const rows =
      batch.rows &&
      tf.tensor1d(
        Int32Array.from({ length: size }, (_, i) => i),
        'int32',
      );
    if (rows) made.push(rows);
    let shape: ResultShape | undefined;
    const recording = record(rows ? [rows, ...leavesOf(data)] : leavesOf(data), () => {
      const result = runStep(model, kind, rows ? takeRows({ data, rows }) : data);
      const { tensors, ...rest } = describeResult(kind, result);
      shape = rest;
      return tensors;
    });
    return { recording, shape: shape as unknown as ResultShape };
  } finally {
    tf.dispose(made);
  }
}

function describeResult(kind: StepKind, result: unknown): { tensors: tf.Tensor[] } & ResultShape {
  if (kind === 'predict') {
    const outputs = result as Nested<tf.Tensor>;
    const structure = mapStructure(outputs, () => 0);
    const restore = (tensors: tf.Tensor[]): StepResult => packLike(structure, tensors);
    return { tensors: flatten(outputs), description: JSON.stringify(structure), restore };
  }
  const logs = result as StepLogs;
  if (!logs) return { tensors: [], description: '', restore: () => undefined };
  const names = Object.keys(logs).sort();
  const tensors = names.map((name) => {
    const value = logs[name] as tf.Tensor | number;
    if (typeof value === 'number') throw new Unrecordable(`the step returns '${name}' as a number; return a tensor`);
    return value;
  });
  return {
    tensors,
    description: names.join(),
    restore: (results) => {
      const numbers = Object.fromEntries(
        names.map((name, i) => [name, (results[i] as tf.Tensor).dataSync()[0] as number]),
      );
      tf.dispose(results);
      return numbers;
    },
  };
}
