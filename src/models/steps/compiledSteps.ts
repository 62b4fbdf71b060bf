import type * as tf from '@tensorflow/tfjs-core';
import { GraphSession, generalize, type SessionFunction, Unrecordable } from '../../backend/graph';
import { whenCleared } from '../../base/clearing';
import { flatten, mapStructure, type Nested } from '../../base/nest';
import type { Batch } from '../data/data';
import type { Trainable } from '../trainable';
import { hasCustomMetrics, runsCustomCode } from './customCode';
import { leavesOf, type RecordedStep, type ResultShape, recordStep, runLive } from './recordStep';
import type { StepKind, StepResult } from './stepKinds';
import { covers, didSame, expectLike, otherResults, type Proof, type Samples, samplesOf, type Trial } from './trials';
import { Watch } from './watch';

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

/** What becomes of a step: a graph to run it as, it is to be run eagerly, or it has been run. */
export type Found =
  | CompiledStep
  /** `why`: that it cannot be compiled, and the reason. */
  | { how: 'eagerly'; why?: string }
  | { how: 'done'; result: StepResult; why?: string };

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
  /** For code of a user: what has been done once, and the last steps that were done while they were recorded. */
  readonly #begun = new Set<string>();
  #trials: Trial[] = [];
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

  /** How the step on a batch is to be run, or that it has been run. */
  find(kind: StepKind, batch: Batch): Found {
    const signature = signatureOf(kind, batch) + (hasFixedBatch(this.#model) ? ` of ${batch.size}` : '');
    this.#recordings[kind].runs++;
    const known = this.#steps.find((step) => step.signature === signature && !step.outdated && !step.watch.changed);
    if (known && (!known.proof || covers(known.proof, batch.size))) return known;
    if (known || runsCustomCode(this.#model)) return this.#tryOut(kind, signature, batch, known);
    try {
      this.#count(kind);
      this.#rehearse(kind, batch);
      return this.#compile(kind, signature, batch, false);
    } catch (error) {
      return { how: 'eagerly', why: messageOf(error) };
    }
  }

  /** From now on the steps of a kind are used only after code of a user in them has been run once more, and compared. */
  doubt(kind: StepKind): void {
    for (const step of this.#steps) if (step.kind === kind && step.proof) step.proof.doubted = true;
    for (const trial of this.#trials) if (trial.kind === kind) trial.doubted = true;
  }

  #count(kind: StepKind): void {
    const count = this.#recordings[kind];
    if (++count.made <= PATIENCE || count.runs >= 4 * count.made) return;
    throw new Unrecordable('an option of a layer, or the shape of the data, changes at almost every step');
  }

  /**
   * A step with code of a user, which may count, draw or remember in places that nobody sees. So it is run for steps that
   * count: the first one eagerly, the next ones recorded as well, until two of them have given the same graph.
   *
   * @param known a compiled step, to be compared with what the code does now or at this batch size
   */
  #tryOut(kind: StepKind, signature: string, batch: Batch, known: CompiledStep | undefined): Found {
    if (!known && !this.#begun.has(signature)) {
      this.#begun.add(signature);
      return { how: 'eagerly' };
    }
    const watch = new Watch(this.#model);
    const { result, recording, shape } = runLive(this.#model, kind, batch, hasCustomMetrics(this.#model));
    try {
      if (recording instanceof Unrecordable) throw recording;
      if (watch.changed) throw new Unrecordable(`the step itself changes ${watch.changed}`);
      const { size, rows } = batch;
      const trial = { kind, signature, size, hasRows: !!rows, watch, recording, shape, doubted: false };
      if (!known || !this.#isConfirmed(known, trial)) this.#learnFrom(kind, batch, trial);
      return { how: 'done', result };
    } catch (error) {
      return { how: 'done', result, why: messageOf(error) };
    }
  }

  /** Whether a compiled step does what a step just done did; from then on it is used for such batches. */
  #isConfirmed(step: CompiledStep, trial: Trial): boolean {
    const proof = step.proof as Proof;
    try {
      expectLike(proof, trial);
      proof.sizes.add(trial.size);
      return true;
    } catch (error) {
      // Another batch size is no reason to do otherwise; another run is.
      if (!proof.doubted) throw error;
      step.outdated = true;
      return false;
    } finally {
      proof.doubted = false;
    }
  }

  /** Compiles a step that has been done twice in the same way. */
  #learnFrom(kind: StepKind, batch: Batch, trial: Trial): void {
    const isLike = (other: Trial): boolean =>
      other.signature === trial.signature && other.size === batch.size && !other.watch.changed;
    const last = this.#trials.find(isLike);
    if (last || this.#trials.length === MOST_STEPS) this.#count(kind);
    this.#trials = this.#trials.filter((other) => other !== last);
    if (!last || !didSame(last, trial)) {
      this.#trials = [...this.#trials, trial].slice(-MOST_STEPS);
      return;
    }
    const step = this.#compile(kind, trial.signature, batch, true);
    step.outdated = true;
    expectLike(step.proof as Proof, trial);
    step.outdated = false;
    step.proof?.sizes.add(batch.size);
  }

  #compile(kind: StepKind, signature: string, batch: Batch, isCustom: boolean): CompiledStep {
    if (this.#steps.length >= MOST_STEPS) this.clear();
    const watch = new Watch(this.#model);
    try {
      const keepsMetrics = hasCustomMetrics(this.#model);
      const samples = this.#samplesFor(batch);
      const [first, second] = samples.map((sample) => recordStep(this.#model, kind, batch, sample, keepsMetrics)) as [
        RecordedStep,
        RecordedStep,
      ];
      if (watch.changed) throw new Unrecordable(`the step itself changes ${watch.changed}`);
      const { description } = first.shape;
      if (description !== second.shape.description) throw otherResults();
      const sizes = [samples[0].size, samples[1].size] as const;
      const graph = generalize(first.recording, second.recording, sizes);
      const step = new CompiledStep(kind, signature, watch, this.#session, this.#session.add(graph), first.shape);
      const proof = { graph, first: first.recording, description, samples, sizes: new Set(sizes), doubted: false };
      if (isCustom) step.proof = proof;
      this.#steps.push(step);
      return step;
    } finally {
      watch.restore();
    }
  }

  #samplesFor({ size }: Batch): Samples {
    return samplesOf(size, hasFixedBatch(this.#model));
  }

  /** Runs a step for nothing but what is made on first use: weights, slots of the optimizer, metrics, generators. */
  #rehearse(kind: StepKind, batch: Batch): void {
    const watch = new Watch(this.#model, 'built layers');
    try {
      recordStep(this.#model, kind, batch, this.#samplesFor(batch)[0], false);
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
    this.#trials = [];
  }

  dispose(): void {
    abandoned.unregister(this);
    all.delete(this.#weak);
    this.#session.dispose();
  }
}

/** What decides which graph a batch needs: kind, structure, dtypes and shapes but for the first axis. */
function signatureOf(kind: StepKind, { data, rows }: Batch): string {
  const describe = (part: Nested<tf.Tensor> | undefined): string =>
    part === undefined
      ? '-'
      : JSON.stringify(mapStructure(part, ({ dtype, shape }) => `${dtype}:${shape.slice(1).join()}` as never));
  return `${kind} ${rows ? 'rows' : 'batch'} ${describe(data.x)} ${describe(data.y)} ${describe(data.sampleWeight)}`;
}

/** Whether a model is made for batches of one size, which its layers may rely on. */
function hasFixedBatch({ inputStructure }: Trainable): boolean {
  return inputStructure !== undefined && flatten(inputStructure).some(({ shape }) => shape[0] !== null);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
