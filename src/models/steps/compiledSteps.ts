import { type GraphSession, generalize, type SessionFunction, Unrecordable } from '../../backend/graph';
import { whenCleared } from '../../base/clearing';
import { flatten } from '../../base/nest';
import type { Batch } from '../data/data';
import type { Trainable } from '../trainable';
import { hasCustomMetrics, runsCustomCode } from './customCode';
import { type Frame, frameOf } from './frame';
import { leavesOf, type RecordedStep, type ResultShape, recordStep, runLive } from './recordStep';
import { StepGraphs } from './stepGraphs';
import type { StepKind, StepResult } from './stepKinds';
import { covers, didSame, expectLike, otherResults, type Proof, type Samples, samplesOf, type Trial } from './trials';
import { Watch } from './watch';

/** Graphs kept for one model; beyond that all are dropped and made anew. */
const MOST_GRAPHS = 12;
/** Steps kept for one model, of which many may have one graph. */
const MOST_STEPS = 256;
/** Steps with code of a user that wait for another one like them. */
const MOST_TRIALS = 24;
/** Recordings for one signature, and graphs of one kind, after which each must have been used several times. */
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
  /** `why`: that it cannot be compiled, or a batch like this cannot, and the reason. */
  | { how: 'eagerly'; why?: string; isOfBatch?: boolean }
  | { how: 'done'; result: StepResult; why?: string };

const OTHER_SHAPES = 'the shape of the data changes at almost every step';

/** How often something was made, and used. */
interface Use {
  made: number;
  runs: number;
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
  #graphs: StepGraphs;
  #steps: CompiledStep[] = [];
  /** For code of a user: what has been done once, and the last steps that were done while they were recorded. */
  readonly #begun = new Set<string>();
  #trials: Trial[] = [];
  readonly #weak = new WeakRef<CompiledSteps>(this);
  /** Recordings by signature, and graphs by kind of step. */
  readonly #recordings = new Map<string, Use>();
  readonly #graphsOf = new Map<StepKind, Use>();

  constructor(model: Trainable) {
    this.#model = model;
    all.add(this.#weak);
    this.#graphs = this.#open();
  }

  #open(): StepGraphs {
    const graphs = new StepGraphs();
    abandoned.register(this, { session: graphs.session, weak: this.#weak }, this);
    return graphs;
  }

  /** How the step on a batch is to be run, or that it has been run. */
  find(kind: StepKind, batch: Batch): Found {
    const frame = frameOf(kind, batch, hasFixedBatch(this.#model));
    const { signature } = frame;
    useOf(this.#recordings, signature).runs++;
    useOf(this.#graphsOf, kind).runs++;
    const known = this.#steps.find((step) => step.signature === signature && !step.outdated && !step.watch.changed);
    if (known && (!known.proof || covers(known.proof, batch.size))) return known;
    if (known || runsCustomCode(this.#model)) return this.#tryOut(kind, frame, batch, known);
    if (
      isWasted(useOf(this.#graphsOf, kind)) &&
      !this.#recordings.get(signature)?.made &&
      !this.#graphs.mayFit(frame)
    ) {
      return { how: 'eagerly', why: OTHER_SHAPES, isOfBatch: true };
    }
    try {
      this.#count(signature);
      this.#rehearse(kind, batch);
      return this.#compile(kind, frame, batch, false);
    } catch (error) {
      return { how: 'eagerly', why: messageOf(error) };
    }
  }

  /** From now on the steps of a kind are used only after code of a user in them has been run once more, and compared. */
  doubt(kind: StepKind): void {
    for (const step of this.#steps) if (step.kind === kind && step.proof) step.proof.doubted = true;
    for (const trial of this.#trials) if (trial.kind === kind) trial.doubted = true;
  }

  #count(signature: string): void {
    const use = useOf(this.#recordings, signature);
    use.made++;
    if (isWasted(use)) throw new Unrecordable('an option of a layer changes at almost every step');
  }

  #countGraph(kind: StepKind): Use {
    const use = useOf(this.#graphsOf, kind);
    use.made++;
    return use;
  }

  /**
   * A step with code of a user, which may count, draw or remember in places that nobody sees. So it is run for steps that
   * count: the first one eagerly, the next ones recorded as well, until two of them have given the same graph.
   *
   * @param known a compiled step, to be compared with what the code does now or at this batch size
   */
  #tryOut(kind: StepKind, frame: Frame, batch: Batch, known: CompiledStep | undefined): Found {
    const { signature } = frame;
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
      if (!known || !this.#isConfirmed(known, trial)) this.#learnFrom(frame, batch, trial);
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
  #learnFrom(frame: Frame, batch: Batch, trial: Trial): void {
    const { kind } = trial;
    const isLike = (other: Trial): boolean =>
      other.signature === trial.signature && other.size === batch.size && !other.watch.changed;
    const last = this.#trials.find(isLike);
    if (last) this.#count(trial.signature);
    else if (this.#trials.length === MOST_TRIALS && isWasted(this.#countGraph(kind)))
      throw new Unrecordable(OTHER_SHAPES);
    this.#trials = this.#trials.filter((other) => other !== last);
    if (!last || !didSame(last, trial)) {
      this.#trials = [...this.#trials, trial].slice(-MOST_TRIALS);
      return;
    }
    const step = this.#compile(kind, frame, batch, true);
    step.outdated = true;
    expectLike(step.proof as Proof, trial);
    step.outdated = false;
    step.proof?.sizes.add(batch.size);
  }

  #compile(kind: StepKind, frame: Frame, batch: Batch, isCustom: boolean): CompiledStep {
    if (this.#graphs.size >= MOST_GRAPHS || this.#steps.length >= MOST_STEPS) this.clear();
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
      const count = this.#graphs.size;
      const fn = this.#graphs.functionFor({ frame, recording: graph, watch });
      if (this.#graphs.size > count) this.#countGraph(kind);
      const step = new CompiledStep(kind, frame.signature, watch, this.#graphs.session, fn, first.shape);
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
    this.#graphs.session.dispose();
    this.#graphs = this.#open();
    this.#steps = [];
    this.#trials = [];
  }

  dispose(): void {
    abandoned.unregister(this);
    all.delete(this.#weak);
    this.#graphs.session.dispose();
  }
}

function useOf<K>(uses: Map<K, Use>, key: K): Use {
  const use = uses.get(key) ?? { made: 0, runs: 0 };
  uses.set(key, use);
  return use;
}

/** Whether much was made, and little of it used. */
function isWasted({ made, runs }: Use): boolean {
  return made > PATIENCE && runs < 4 * made;
}

/** Whether a model is made for batches of one size, which its layers may rely on. */
function hasFixedBatch({ inputStructure }: Trainable): boolean {
  return inputStructure !== undefined && flatten(inputStructure).some(({ shape }) => shape[0] !== null);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
