import * as tf from '@tensorflow/tfjs';
import {
  GraphSession,
  generalize,
  isSameGraph,
  type Recording,
  record,
  type SessionFunction,
  Unrecordable,
} from '../../backend/graph';
import { whenCleared } from '../../base/clearing';
import { flatten, mapStructure, type Nested, packLike } from '../../base/nest';
import { type Batch, type StepData, takeRows } from '../data/data';
import type { StepLogs, Trainable } from '../trainable';
import { runsCustomCode } from './customCode';
import { runStep, type StepKind, type StepResult } from './stepKinds';
import { Watch } from './watch';

/** A batch size to record at, and the number of rows of the arrays it is read from. */
interface Sample {
  size: number;
  rowCount: number;
}

/** What the two recordings are made of; neither sizes nor row counts nor both have the same ratio. */
const SAMPLES: readonly [Sample, Sample] = [
  { size: 7, rowCount: 12 },
  { size: 4, rowCount: 11 },
];
const BATCH_SIZES = [SAMPLES[0].size, SAMPLES[1].size] as const;
/** Batch sizes at which a step with code of a user is recorded once more, and compared. */
const MOST_CHECKS = 4;
/** Compiled steps kept for one model; beyond that all are dropped and made anew. */
const MOST_STEPS = 12;
/** Recordings of one kind after which each must have been used several times. */
const PATIENCE = 16;

/** A step as a function in a session. */
export class CompiledStep {
  /** For a step with code of a user: what shows that its graph is right. */
  proof: Proof | undefined;
  /** Whether code of a user does something else now. */
  outdated = false;

  constructor(
    readonly kind: StepKind,
    readonly signature: string,
    readonly watch: Watch,
    readonly session: GraphSession,
    readonly fn: SessionFunction,
    readonly shape: ResultShape,
  ) {}

  run({ data, rows }: Batch): StepResult {
    const inputs = leavesOf(data);
    return this.shape.restore(this.session.run(this.fn, rows ? [rows, ...inputs] : inputs));
  }
}

/** What the graph of a step with code of a user was made of, and what is known of it. */
interface Proof {
  graph: Recording;
  /** The recording at the first sample's size. */
  first: Recording;
  /** Batch sizes that the graph is known to be right for. */
  sizes: Set<number>;
  /** Whether code of a user may have come to do something else since the graph was made. */
  doubted: boolean;
}

/** What a step returned when it was recorded, and how to make the like from a list of tensors. */
interface ResultShape {
  /** Names and nesting of the results, as text. */
  description: string;
  restore(tensors: tf.Tensor[]): StepResult;
}

/** Ends the sessions of models that nobody has any more, and nobody has disposed of. */
const abandoned = new FinalizationRegistry<{ session: GraphSession; weak: WeakRef<CompiledSteps> }>((left) => {
  all.delete(left.weak);
  left.session.dispose();
});
/** Those that may have recorded something. */
const all = new Set<WeakRef<CompiledSteps>>();

whenCleared(() => {
  for (const weak of all) weak.deref()?.clear();
});

/** The compiled steps of one model, in one session. */
export class CompiledSteps {
  readonly #model: Trainable;
  #session: GraphSession;
  #steps: CompiledStep[] = [];
  readonly #weak = new WeakRef<CompiledSteps>(this);
  readonly #recordings: Record<StepKind, { made: number; runs: number }> = {
    train: { made: 0, runs: 0 },
    test: { made: 0, runs: 0 },
    predict: { made: 0, runs: 0 },
  };

  constructor(model: Trainable) {
    this.#model = model;
    all.add(this.#weak);
    this.#session = this.#open();
  }

  #open(): GraphSession {
    const session = new GraphSession();
    abandoned.register(this, { session, weak: this.#weak }, this);
    return session;
  }

  /** The compiled step for a batch, recorded if there is none yet; a text that says why where it cannot be compiled. */
  find(kind: StepKind, batch: Batch): CompiledStep | string {
    const signature = signatureOf(kind, batch);
    const count = this.#recordings[kind];
    count.runs++;
    try {
      const known = this.#steps.find((step) => step.signature === signature && !step.outdated && !step.watch.changed);
      const valid = known && this.#isUpToDate(known, kind, batch);
      if (!valid && ++count.made > PATIENCE && count.runs < 4 * count.made)
        return 'an option of a layer, or the shape of the data, changes at almost every step';
      const step = valid ? known : this.#compile(kind, signature, batch);
      this.#checkSize(step, kind, batch);
      return step;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** From now on the steps of a kind are used only after code of a user in them has been run once more, and compared. */
  doubt(kind: StepKind): void {
    for (const step of this.#steps) if (step.kind === kind && step.proof) step.proof.doubted = true;
  }

  /** Whether code of a user still does what it did when the step was compiled. */
  #isUpToDate(step: CompiledStep, kind: StepKind, batch: Batch): boolean {
    const { proof } = step;
    if (!proof?.doubted) return true;
    proof.doubted = false;
    step.outdated = !isSameGraph(this.#recordAgain(step, kind, batch, SAMPLES[0]), proof.first);
    return !step.outdated;
  }

  /** Checks that code of a user does at the size of this batch what it did at the sizes recorded. */
  #checkSize(step: CompiledStep, kind: StepKind, batch: Batch): void {
    const { proof } = step;
    const { size } = batch;
    if (!proof || proof.sizes.has(size) || proof.sizes.size >= BATCH_SIZES.length + MOST_CHECKS) return;
    const recording = this.#recordAgain(step, kind, batch, { size, rowCount: size + 6 });
    const graph = generalize(proof.first, recording, [BATCH_SIZES[0], size]);
    if (!isSameGraph(graph, proof.graph)) throw new Unrecordable(`it computes otherwise for a batch of ${size}`);
    proof.sizes.add(size);
  }

  #recordAgain({ watch }: CompiledStep, kind: StepKind, batch: Batch, sample: Sample): Recording {
    try {
      return recordStep(this.#model, kind, batch, sample).recording;
    } finally {
      watch.restore();
    }
  }

  #compile(kind: StepKind, signature: string, batch: Batch): CompiledStep {
    if (this.#steps.length >= MOST_STEPS) this.clear();
    this.#rehearse(kind, batch);
    const watch = new Watch(this.#model);
    try {
      const [first, second] = [SAMPLES[0], SAMPLES[1]].map((sample) =>
        recordStep(this.#model, kind, batch, sample),
      ) as [RecordedStep, RecordedStep];
      if (watch.changed) throw new Unrecordable(`the step itself changes ${watch.changed}`);
      if (first.shape.description !== second.shape.description) {
        throw new Unrecordable('it returns other names from call to call');
      }
      const graph = generalize(first.recording, second.recording, BATCH_SIZES);
      const step = new CompiledStep(kind, signature, watch, this.#session, this.#session.add(graph), first.shape);
      if (runsCustomCode(this.#model)) {
        step.proof = { graph, first: first.recording, sizes: new Set(BATCH_SIZES), doubted: false };
      }
      this.#steps.push(step);
      return step;
    } finally {
      watch.restore();
    }
  }

  /** Runs a step for nothing but what is made on first use: weights, slots of the optimizer, metrics, generators. */
  #rehearse(kind: StepKind, batch: Batch): void {
    const watch = new Watch(this.#model, 'built layers');
    try {
      recordStep(this.#model, kind, batch, SAMPLES[0]);
    } finally {
      watch.restore('numbers');
    }
  }

  /** Forgets all recorded steps; the newest values go back to the variables. */
  clear(): void {
    abandoned.unregister(this);
    this.#session.dispose();
    this.#session = this.#open();
    this.#steps = [];
  }

  dispose(): void {
    abandoned.unregister(this);
    all.delete(this.#weak);
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

interface RecordedStep {
  recording: Recording;
  shape: ResultShape;
}

/** Runs a step once on a few samples of the batch, recorded; nothing of the model changes. */
function recordStep(model: Trainable, kind: StepKind, batch: Batch, { size, rowCount }: Sample): RecordedStep {
  const made: tf.Tensor[] = [];
  const sample = (tensor: tf.Tensor): tf.Tensor => {
    const rows = Array.from({ length: batch.rows ? rowCount : size }, (_, i) => i % (tensor.shape[0] as number));
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
