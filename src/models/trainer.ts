import * as tf from '@tensorflow/tfjs-core';
import { ready, requireReady } from '../backend/engine';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { CallbackList, type History, type Logs } from '../callbacks';
import type { OutputOf } from '../layers/operation';
import type { MetricResults } from '../metrics';
import { LatestLogs } from './compile/latestLogs';
import { type ScoreRecord, type Scores, type ScoresBy, toScores } from './compile/logs';
import {
  type EvaluateOptions,
  type FitOptions,
  type OnBatchOptions,
  type Predicting,
  type PredictOptions,
  parseEvaluate,
  parseFit,
  parseOnBatch,
  parsePredict,
  type Testing,
  type Training,
} from './data/arguments';
import type { Batch, DataInput, ModelData } from './data/data';
import { EpochReader, noBatches, runEpoch } from './data/epochs';
import { isIterableData } from './data/iterableSource';
import { makeSource } from './data/sources';
import { disposedModel } from './steps/alive';
import type { StepKind, StepResult } from './steps/stepKinds';
import { StepRunner } from './steps/stepRunner';
import { Trainable } from './trainable';
import type { Run, Tell } from './turns';

/** Training, evaluation and prediction: what makes a layer a model. */
export abstract class Trainer extends Trainable {
  /** Set to true (by a callback) to end training after the batch. */
  stopTraining = false;
  /** Set to true to end evaluation after the batch. */
  stopEvaluating = false;
  /** Set to true (by a callback of it) to end prediction after the batch. */
  stopPredicting = false;
  /** Record of the last `fit`. */
  history: History | undefined;
  #runner: StepRunner | undefined;

  /** @internal */
  override forgetSteps(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
  }

  get #steps(): StepRunner {
    this.#runner ??= new StepRunner(this);
    return this.#runner;
  }

  /**
   * Trains the model on batches of a data set or an iterable, or on inputs without targets.
   *
   * @param x a `tf.data.Dataset` or an (async) iterable of `x`, `[x, y]` or `[x, y, sampleWeight]`; or inputs.
   * @param options as for arrays: `epochs` (1), `stepsPerEpoch`, `validationData`, `callbacks` ...
   * @returns losses and metrics by epoch.
   * @throws ValueError for data that does not fit; the model stays as it was.
   */
  fit(x: ModelData, options?: FitOptions): Promise<History>;
  /**
   * Trains the model on arrays.
   *
   * @param x inputs: tensors, nested arrays, typed arrays with a shape; lists or records of them.
   * @param y targets, likewise.
   * @param options `batchSize` (32), `epochs` (1), `verbose` ('auto'), `callbacks`, `validationSplit` (0),
   *   `validationData`, `shuffle` (true), `classWeight`, `sampleWeight`, `initialEpoch`, `stepsPerEpoch`,
   *   `validationSteps`, `validationBatchSize`, `validationFreq`.
   * @returns losses and metrics by epoch.
   * @throws ValueError for data that does not fit; the model stays as it was.
   */
  fit(x: ModelData, y: DataInput | null | undefined, options?: FitOptions): Promise<History>;
  async fit(x: ModelData, y?: DataInput | null | FitOptions, options?: FitOptions): Promise<History> {
    const { data, training } = parseFit(x, y, options);
    return this.turns.during('fit', async (run) => {
      await ready();
      this.compiledFor('fit');
      const sources = await makeSource.forFit(this, data, training);
      const { stepsPerExecution } = this.compilation;
      const reader = new EpochReader(sources.train, training.stepsPerEpoch, stepsPerExecution);
      const validation =
        sources.validation && new EpochReader(sources.validation, training.validationSteps, stepsPerExecution);
      this.#steps.begin('train', 'test');
      try {
        return await this.#train(run, training, reader, validation);
      } finally {
        await Promise.all([reader.close(), validation?.close()]);
        sources.dispose();
      }
    });
  }

  async #train(run: Run, o: Training, reader: EpochReader, validation: EpochReader | undefined): Promise<History> {
    const { callbacks, tell } = this.#callbacks(run, o, reader.steps, true);
    this.stopTraining = false;
    await tell(() => callbacks.onTrainBegin());
    let logs: Logs = {};
    for (let epoch = o.initialEpoch; epoch < o.epochs && !this.stopTraining; epoch++) {
      if (reader.isSpent) {
        reader.warnOutOfData();
        break;
      }
      await tell(() => callbacks.onEpochBegin(epoch));
      this.#steps.beginEpoch(o.callbacks !== undefined);
      const planned = (reader.steps ?? 0) * (o.epochs - o.initialEpoch);
      const trained = await this.#trainEpoch(tell, reader, callbacks, planned);
      if (!trained) {
        if (epoch === o.initialEpoch) throw noBatches('fit');
        reader.warnOutOfData();
        break;
      }
      logs = trained;
      if (validation && (epoch + 1) % o.validationFreq === 0) {
        const results = await this.#testEpoch(tell, validation, callbacks, 'fit: validationData');
        for (const [name, value] of Object.entries(results)) logs[`val_${name}`] = value;
      }
      await tell(() => callbacks.onEpochEnd(epoch, logs));
    }
    if (o.epochs > 0) this.compilation.optimizer.finalizeVariableValues(this.trainableWeights);
    await tell(() => callbacks.onTrainEnd(logs));
    this.history = callbacks.history as History;
    return this.history;
  }

  /** The callbacks of a run, and how they are told something: as a part of the run, where a user's are among them. */
  #callbacks(
    run: Run,
    o: Training | Testing,
    steps: number | undefined,
    addHistory = false,
  ): { callbacks: CallbackList; tell: Tell } {
    const callbacks = this.#callbackList(o, steps, addHistory);
    return { callbacks, tell: o.callbacks ? (hooks) => this.turns.tell(run, hooks) : (hooks) => hooks() };
  }

  #callbackList(o: Training | Testing | Predicting, steps: number | undefined, addHistory = false): CallbackList {
    const { callbacks, verbose } = o;
    const epochs = 'epochs' in o ? o.epochs : 1;
    return new CallbackList({
      callbacks,
      addHistory,
      addProgbar: verbose !== 0,
      verbose,
      epochs,
      steps,
      model: this as never,
    });
  }

  /** Trains on one epoch; returns its logs, or nothing where it had no batch. */
  async #trainEpoch(
    tell: Tell,
    reader: EpochReader,
    callbacks: CallbackList,
    planned: number,
  ): Promise<Logs | undefined> {
    const logs = this.#latestLogs();
    this.resetMetrics();
    try {
      const count = await runEpoch(reader, {
        begin: (number) => tell(() => callbacks.onTrainBatchBegin(number)),
        waits: () => this.turns.beforeStep(),
        run: (batch) => logs.set(this.#run('train', batch, planned) as MetricResults | undefined),
        end: (number) => tell(() => callbacks.onTrainBatchEnd(number, logs)),
        stopped: () => this.stopTraining,
      });
      return count > 0 ? await logs.later() : undefined;
    } finally {
      logs.dispose();
    }
  }

  async #testEpoch(tell: Tell, reader: EpochReader, callbacks: CallbackList, who: string): Promise<Logs> {
    const logs = this.#latestLogs();
    this.stopEvaluating = false;
    await tell(() => callbacks.onTestBegin());
    this.resetMetrics();
    await reader.restart();
    try {
      const count = await runEpoch(reader, {
        begin: (number) => tell(() => callbacks.onTestBatchBegin(number)),
        run: (batch) => logs.set(this.#run('test', batch, reader.steps) as MetricResults | undefined),
        end: (number) => tell(() => callbacks.onTestBatchEnd(number, logs)),
        stopped: () => this.stopEvaluating,
      });
      if (count === 0) throw noBatches(who);
      const results = await logs.later();
      await tell(() => callbacks.onTestEnd(results));
      return results;
    } finally {
      logs.dispose();
    }
  }

  #latestLogs(): LatestLogs {
    return new LatestLogs(() => this.getMetricsResult());
  }

  /** Runs one step and frees what was made for its batch. */
  #run(kind: StepKind, batch: Batch, planned?: number): StepResult {
    try {
      return this.#steps.run(kind, batch, planned);
    } finally {
      this.endStep();
      batch.dispose();
    }
  }

  /**
   * The loss and the metrics on batches of a data set or an iterable, or on inputs without targets; no training.
   *
   * @param x a `tf.data.Dataset` or an (async) iterable of `[x, y]` or `[x, y, sampleWeight]`; or inputs.
   * @param options as for arrays.
   * @returns as for arrays.
   */
  evaluate<R extends boolean = false>(
    x: ModelData,
    options?: EvaluateOptions & { returnDict?: R },
  ): Promise<ScoresBy<R>>;
  /**
   * The loss and the metrics on arrays, without training.
   *
   * @param options `batchSize` (32), `verbose`, `sampleWeight`, `steps`, `callbacks`, `returnDict` (false).
   * @returns the loss; with metrics a list: the loss, the losses of several outputs, the metrics as `compile` was given
   *   them, those of one of several outputs (`a_accuracy`) last and by name; with `returnDict` a record by name. What a
   *   metric has several results of is a list.
   */
  evaluate<R extends boolean = false>(
    x: ModelData,
    y: DataInput | null | undefined,
    options?: EvaluateOptions & { returnDict?: R },
  ): Promise<ScoresBy<R>>;
  async evaluate(
    x: ModelData,
    y?: DataInput | null | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Scores & ScoreRecord> {
    const { data, testing: o } = parseEvaluate(x, y, options);
    return this.turns.during('evaluate', async (run) => {
      await ready();
      const compilation = this.compiledFor('evaluate');
      const source = await makeSource.forEvaluate(this, data, o);
      const reader = new EpochReader(source, o.steps, compilation.stepsPerExecution);
      this.#steps.begin('test');
      try {
        const { callbacks, tell } = this.#callbacks(run, o, reader.steps);
        const logs = await this.#testEpoch(tell, reader, callbacks, 'evaluate');
        return (o.returnDict ? logs : toScores(logs, this.metrics)) as Scores & ScoreRecord;
      } finally {
        await reader.close();
        source.dispose();
      }
    });
  }

  /**
   * The outputs for inputs, computed in batches.
   *
   * @param options `batchSize` (32), `verbose`, `steps`, `callbacks`.
   * @returns a tensor, a list, or a record by output key; the caller owns the tensors.
   */
  async predict(x: ModelData, options?: PredictOptions): Promise<OutputOf<this>> {
    if (this.isDisposed) throw disposedModel(this.label, 'predict');
    const { data, predicting: o } = parsePredict(x, options);
    await ready();
    const source = await makeSource.forPredict(this, data, o);
    const reader = new EpochReader(source, o.steps, this.compiled ? this.compilation.stepsPerExecution : 1);
    const parts: Nested<tf.Tensor>[] = [];
    try {
      // What has to be waited for must not hold training up.
      if (isIterableData(x)) await this.#predictAll(o, reader, parts, (hooks) => hooks());
      else await this.turns.predict((tell) => this.#predictAll(o, reader, parts, tell));
      return concatParts(parts) as OutputOf<this>;
    } finally {
      for (const part of parts) tf.dispose(flatten(part));
      await reader.close();
      source.dispose();
    }
  }

  async #predictAll(o: Predicting, reader: EpochReader, parts: Nested<tf.Tensor>[], tell: Tell): Promise<void> {
    const callbacks = this.#callbackList(o, reader.steps);
    this.#steps.begin('predict');
    // Several may run at once, and only callbacks of its own stop one.
    const stoppable = o.callbacks !== undefined;
    if (stoppable) this.stopPredicting = false;
    await tell(() => callbacks.onPredictBegin());
    let group: Nested<tf.Tensor>[] = [];
    await runEpoch(reader, {
      begin: (number) => {
        group = [];
        return tell(() => callbacks.onPredictBatchBegin(number));
      },
      run: (batch) => {
        group.push(this.#run('predict', batch, reader.steps) as Nested<tf.Tensor>);
        parts.push(group.at(-1) as Nested<tf.Tensor>);
      },
      end: (number) => tell(() => tellOutputs(callbacks, number, group)),
      stopped: () => stoppable && this.stopPredicting,
    });
    if (parts.length === 0) throw noBatches('predict');
    await tell(() => callbacks.onPredictEnd());
  }

  /**
   * One gradient update on one batch.
   *
   * @param options `sampleWeight`, `classWeight`, `returnDict` (false).
   * @returns loss and metrics of this batch: a number, a list, or a record.
   */
  trainOnBatch<R extends boolean = false>(
    x: DataInput,
    y?: DataInput | null,
    options?: OnBatchOptions & { returnDict?: R },
  ): ScoresBy<R> {
    return this.#onBatch('train', x, y, options) as ScoresBy<R>;
  }

  /** Loss and metrics of one batch, without training; options and result as for `trainOnBatch`. */
  testOnBatch<R extends boolean = false>(
    x: DataInput,
    y?: DataInput | null,
    options?: OnBatchOptions & { returnDict?: R },
  ): ScoresBy<R> {
    return this.#onBatch('test', x, y, options) as ScoresBy<R>;
  }

  #onBatch(
    kind: 'train' | 'test',
    x: DataInput,
    y: DataInput | null | undefined,
    options?: OnBatchOptions,
  ): Scores | ScoreRecord {
    const who = `${kind}OnBatch`;
    this.turns.check(who);
    requireReady(`${this.label}: ${who}`);
    this.compiledFor(who);
    const o = parseOnBatch(who, options);
    const batch = makeSource.oneBatch(this, kind, x, y, o);
    this.resetMetrics();
    const latest = this.#latestLogs();
    try {
      latest.set(this.#run(kind, batch) as MetricResults | undefined);
      const logs = latest.now();
      return o.returnDict ? (logs as ScoreRecord) : toScores(logs, this.metrics);
    } finally {
      latest.dispose();
    }
  }

  /** The outputs for one batch. The caller owns the tensors. */
  predictOnBatch(x: DataInput): OutputOf<this> {
    requireReady(`${this.label}: predictOnBatch`);
    return this.#run('predict', makeSource.oneBatch(this, 'predict', x, undefined, {})) as OutputOf<this>;
  }

  /** Frees the weights, the optimizer's and the metrics' state. The model cannot be used any more. */
  override dispose(): void {
    this.forgetSteps();
    super.dispose();
  }
}

/** Tells callbacks the outputs of a group of batches, which they may look at until they are done. */
function tellOutputs(callbacks: CallbackList, step: number, group: readonly Nested<tf.Tensor>[]): void | Promise<void> {
  let joined: Nested<tf.Tensor> | undefined;
  const outputs = (): Nested<tf.Tensor> => {
    if (group.length === 1) return group[0] as Nested<tf.Tensor>;
    joined ??= concatParts(group);
    return joined;
  };
  const free = (): void => {
    if (joined !== undefined) tf.dispose(flatten(joined));
  };
  const told = callbacks.onPredictBatchEnd(step, () => ({ outputs: outputs() }));
  if (told instanceof Promise) return told.finally(free);
  free();
}

function concatParts(parts: readonly Nested<tf.Tensor>[]): Nested<tf.Tensor> {
  const first = parts[0] as Nested<tf.Tensor>;
  const leaves = parts.map((part) => flatten(part));
  return mapStructure(first, (tensor, i) =>
    parts.length === 1
      ? tensor.clone()
      : tf.concat(
          leaves.map((part) => part[i] as tf.Tensor),
          0,
        ),
  );
}
