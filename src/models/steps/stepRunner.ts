import * as tf from '@tensorflow/tfjs-core';
import { canRunGraphs } from '../../backend/graph';
import { tidy } from '../../backend/tidy';
import { flatten, mapStructure, type Nested } from '../../base/nest';
import { isMetricsResult, ownResults } from '../compile/logs';
import { type Batch, takeRows } from '../data/data';
import type { StepLogs, Trainable } from '../trainable';
import { checkAlive } from './alive';
import { buildFromBatch } from './building';
import { CompiledStep, CompiledSteps } from './compiledSteps';
import { hasCustomMetrics } from './customCode';
import { runStep } from './runStep';
import type { StepKind, StepResult } from './stepKinds';

/** Steps of a kind from which a compiled graph pays. */
const WORTHWHILE = 12;

/** Runs the steps of a model: as compiled graphs where that is possible and pays, else operation by operation. */
export class StepRunner {
  readonly #model: Trainable;
  readonly #eagerSteps: Record<StepKind, number> = { train: 0, test: 0, predict: 0 };
  /** Kinds of steps that a batch has been there for, so that all they use is built. */
  readonly #built = new Set<StepKind>();
  /** Kinds of steps that cannot be compiled. */
  readonly #refused = new Set<StepKind>();
  /** Why; each is said once. */
  readonly #reasons = new Set<string>();
  #compiled: CompiledSteps | undefined;

  constructor(model: Trainable) {
    this.#model = model;
  }

  /** Says that a run of steps of these kinds begins: code of a user may have changed since the last one. */
  begin(...kinds: readonly StepKind[]): void {
    for (const kind of kinds) this.#compiled?.doubt(kind);
  }

  /**
   * Says that an epoch begins.
   * @param isTold whether callbacks of the caller are told so, which may change what code of a user does.
   */
  beginEpoch(isTold: boolean): void {
    if (isTold || hasCustomMetrics(this.#model)) this.begin('train', 'test');
  }

  /**
   * One step on one batch.
   * @param planned how many such steps the caller is going to make, if it knows.
   */
  run(kind: StepKind, batch: Batch, planned = 0): StepResult {
    checkAlive(this.#model, kind, batch.data);
    if (!this.#built.has(kind)) {
      buildFromBatch(this.#model, kind, batch);
      this.#built.add(kind);
    }
    if (!this.#worthwhile(kind, planned)) return this.#runEagerly(kind, batch);
    this.#compiled ??= new CompiledSteps(this.#model);
    const found = this.#compiled.find(kind, batch);
    if (found instanceof CompiledStep) return this.#runCompiled(kind, batch, found);
    const result = found.how === 'done' ? found.result : this.#runEagerly(kind, batch);
    if (found.why === undefined) return result;
    if (found.how === 'eagerly' && found.isOfBatch) this.#tell('some batches run', found.why);
    else this.#refuse(kind, found.why);
    return result;
  }

  #runCompiled(kind: StepKind, batch: Batch, step: CompiledStep): StepResult {
    let reason: string;
    try {
      // What has been compiled once is worth it for a single step, too.
      this.#eagerSteps[kind] = WORTHWHILE;
      return step.run(batch);
    } catch (error) {
      reason = `the compiled step failed: ${(error as Error).message}`;
    }
    // Where the batch is at fault, this throws as well, with an error that names the layer.
    const result = this.#runEagerly(kind, batch);
    this.#refuse(kind, reason);
    return result;
  }

  #worthwhile(kind: StepKind, planned: number): boolean {
    if (this.#model.runEagerly || this.#refused.has(kind) || !canRunGraphs()) return false;
    return this.#eagerSteps[kind] + planned >= WORTHWHILE;
  }

  /** Leaves steps of a kind uncompiled from now on; says why, each reason once. */
  #refuse(kind: StepKind, reason: string): void {
    this.#refused.add(kind);
    const name = { train: 'fit', test: 'evaluate', predict: 'predict' }[kind];
    this.#tell(`${name} runs`, reason);
  }

  #tell(what: string, reason: string): void {
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    console.warn(`keras-ts: ${this.#model.label}: ${what} uncompiled, because ${reason.replace(/\.+$/, '')}.`);
  }

  #runEagerly(kind: StepKind, batch: Batch): StepResult {
    this.#eagerSteps[kind]++;
    if (kind === 'predict') {
      return tidy(() => {
        const data = takeRows(batch);
        const inputs = new Set(flatten(data.x));
        const outputs = runStep(this.#model, kind, data) as Nested<tf.Tensor>;
        return mapStructure(outputs, (y) => (inputs.has(y) || y instanceof tf.Variable ? y.clone() : y));
      });
    }
    return tidy(() => {
      const own = runStep(this.#model, kind, takeRows(batch)) as StepLogs;
      return own && !isMetricsResult(own) ? ownResults(own) : undefined;
    });
  }

  /** Frees the compiled graphs; weights keep their newest values. */
  dispose(): void {
    this.#compiled?.dispose();
    this.#compiled = undefined;
  }
}
