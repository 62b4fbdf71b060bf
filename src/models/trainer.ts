import * as tf from '@tensorflow/tfjs';
import { ready, requireReady } from '../backend/engine';
import { ValueError } from '../base/errors';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { CallbackList, type History } from '../callbacks';
import {
  type EvaluateOptions,
  type FitOptions,
  type OnBatchOptions,
  type PredictOptions,
  parseEvaluate,
  parseFit,
  parseOnBatch,
  parsePredict,
} from './data/arguments';
import type { Batch, DataInput } from './data/data';
import { EpochReader, runEpoch } from './data/epochs';
import { makeSource } from './data/sources';
import type { StepKind, StepResult } from './steps/stepKinds';
import { StepRunner } from './steps/stepRunner';
import { Trainable } from './trainable';

/** What `evaluate` and its like return without `returnDict`: the loss, or the loss and the metrics. */
export type Scores = number | number[];

/** Training, evaluation and prediction: what makes a layer a model. */
export abstract class Trainer extends Trainable {
  /** Set to true (by a callback) to end training after the batch. */
  stopTraining = false;
  /** Set to true to end evaluation after the batch. */
  stopEvaluating = false;
  /** Set to true to end prediction after the batch. */
  stopPredicting = false;
  /** Record of the last `fit`. */
  history: History | undefined;
  #runner: StepRunner | undefined;

  override forgetSteps(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
  }

  get #steps(): StepRunner {
    this.#runner ??= new StepRunner(this);
    return this.#runner;
  }

  /**
   * Trains the model.
   *
   * @param x inputs: tensors, nested arrays, typed arrays with a shape; lists or records of them; or a dataset or
   *   (async) iterable of `[x, y]` or `[x, y, sampleWeight]`, then without `y`.
   * @param y targets, likewise.
   * @param options `batchSize` (32), `epochs` (1), `verbose` ('auto'), `callbacks`, `validationSplit` (0),
   *   `validationData`, `shuffle` (true), `classWeight`, `sampleWeight`, `initialEpoch`, `stepsPerEpoch`,
   *   `validationSteps`, `validationBatchSize`, `validationFreq`.
   * @returns losses and metrics by epoch.
   * @throws ValueError for data that does not fit; the model stays as it was.
   */
  async fit(x: DataInput | object, y?: DataInput | FitOptions | null, options?: FitOptions): Promise<History> {
    await ready();
    const compilation = this.compiledFor('fit');
    const { data, training: o } = parseFit(x, y, options);
    const sources = makeSource.forFit(this, data, o);
    this.#steps.begin('train', 'test');
    try {
      const reader = new EpochReader(sources.train, o.stepsPerEpoch, compilation.stepsPerExecution);
      const callbacks = new CallbackList({
        callbacks: o.callbacks,
        addHistory: true,
        addProgbar: o.verbose !== 0,
        verbose: o.verbose,
        epochs: o.epochs,
        steps: reader.steps,
        model: this,
      });
      this.stopTraining = false;
      await callbacks.onTrainBegin();
      let logs: Record<string, number> = {};
      for (let epoch = o.initialEpoch; epoch < o.epochs && !this.stopTraining; epoch++) {
        await callbacks.onEpochBegin(epoch);
        logs = await this.#trainEpoch(reader, callbacks, (reader.steps ?? 0) * (o.epochs - o.initialEpoch));
        if (sources.validation && (epoch + 1) % o.validationFreq === 0) {
          const validation = new EpochReader(sources.validation, o.validationSteps, compilation.stepsPerExecution);
          for (const [name, value] of Object.entries(await this.#testEpoch(validation, callbacks)))
            logs[`val_${name}`] = value;
        }
        await callbacks.onEpochEnd(epoch, logs);
      }
      if (o.epochs > 0) compilation.optimizer.finalizeVariableValues(this.trainableWeights);
      await callbacks.onTrainEnd(logs);
      this.history = callbacks.history as History;
      return this.history;
    } finally {
      sources.dispose();
    }
  }

  async #trainEpoch(reader: EpochReader, callbacks: CallbackList, planned: number): Promise<Record<string, number>> {
    const compilation = this.compiledFor('fit');
    let own: Record<string, number> | undefined;
    const logs = (): Record<string, number> => own ?? compilation.results();
    compilation.resetMetrics();
    await runEpoch(reader, {
      begin: (step) => callbacks.onTrainBatchBegin(step),
      run: (batch) => {
        own = this.#run('train', batch, planned) as typeof own;
      },
      end: (step) => callbacks.onTrainBatchEnd(step, logs),
      stopped: () => this.stopTraining,
    });
    return logs();
  }

  async #testEpoch(reader: EpochReader, callbacks: CallbackList): Promise<Record<string, number>> {
    const compilation = this.compiledFor('evaluate');
    let own: Record<string, number> | undefined;
    const logs = (): Record<string, number> => own ?? compilation.results();
    this.stopEvaluating = false;
    await callbacks.onTestBegin();
    compilation.resetMetrics();
    await runEpoch(reader, {
      begin: (step) => callbacks.onTestBatchBegin(step),
      run: (batch) => {
        own = this.#run('test', batch, reader.steps) as typeof own;
      },
      end: (step) => callbacks.onTestBatchEnd(step, logs),
      stopped: () => this.stopEvaluating,
    });
    const results = logs();
    await callbacks.onTestEnd(results);
    return results;
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
   * The loss and the metrics on data, without training.
   *
   * @param options `batchSize` (32), `verbose`, `sampleWeight`, `steps`, `callbacks`, `returnDict` (false).
   * @returns the loss; with metrics `[loss, ...metrics]`; with `returnDict` a record by name.
   */
  evaluate(
    x: DataInput | object,
    y: DataInput | null | undefined,
    options: EvaluateOptions & { returnDict: true },
  ): Promise<Record<string, number>>;
  evaluate(x: object, options: EvaluateOptions & { returnDict: true }): Promise<Record<string, number>>;
  // biome-ignore lint/suspicious/noExplicitAny: a number or a list, as compile() decided: destructured or not by the caller
  evaluate(x: DataInput | object, y?: DataInput | EvaluateOptions | null, options?: EvaluateOptions): Promise<any>;
  async evaluate(
    x: DataInput | object,
    y?: DataInput | EvaluateOptions | null,
    options?: EvaluateOptions,
  ): Promise<Scores | Record<string, number>> {
    await ready();
    const compilation = this.compiledFor('evaluate');
    const { data, testing: o } = parseEvaluate(x, y, options);
    const source = makeSource.forEvaluate(this, data, o);
    this.#steps.begin('test');
    try {
      const reader = new EpochReader(source, o.steps, compilation.stepsPerExecution);
      const { callbacks: given, verbose } = o;
      const callbacks = new CallbackList({
        callbacks: given,
        addProgbar: verbose !== 0,
        verbose,
        epochs: 1,
        steps: reader.steps,
        model: this,
      });
      const logs = await this.#testEpoch(reader, callbacks);
      return o.returnDict ? logs : this.#scores(logs);
    } finally {
      source.dispose();
    }
  }

  /** Logs as Keras orders them in lists: the losses, then the rest by name; one alone is a number. */
  #scores(logs: Record<string, number>): Scores {
    const leading = this.compiledFor('evaluate').leadingNames.filter((name) => name in logs);
    const rest = Object.keys(logs)
      .filter((name) => !leading.includes(name))
      .sort();
    const values = [...leading, ...rest].map((name) => logs[name] as number);
    return values.length === 1 ? (values[0] as number) : values;
  }

  /**
   * The outputs for inputs, computed in batches.
   *
   * @param options `batchSize` (32), `verbose`, `steps`, `callbacks`.
   * @returns a tensor, a list, or a record by output key; the caller owns the tensors.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the structure of the outputs is the model's
  async predict(x: DataInput | object, options?: PredictOptions): Promise<any> {
    await ready();
    const { data, predicting: o } = parsePredict(x, options);
    const source = makeSource.forPredict(this, data, o);
    this.#steps.begin('predict');
    const parts: Nested<tf.Tensor>[] = [];
    try {
      const reader = new EpochReader(source, o.steps, this.compiled ? this.compilation.stepsPerExecution : 1);
      const { callbacks: given, verbose } = o;
      const callbacks = new CallbackList({
        callbacks: given,
        addProgbar: verbose !== 0,
        verbose,
        epochs: 1,
        steps: reader.steps,
        model: this,
      });
      this.stopPredicting = false;
      await callbacks.onPredictBegin();
      await runEpoch(reader, {
        begin: (step) => callbacks.onPredictBatchBegin(step),
        run: (batch) => void parts.push(this.#run('predict', batch, reader.steps) as Nested<tf.Tensor>),
        end: (step) => callbacks.onPredictBatchEnd(step, () => ({})),
        stopped: () => this.stopPredicting,
      });
      await callbacks.onPredictEnd();
      return concatParts(parts);
    } finally {
      for (const part of parts) tf.dispose(flatten(part));
      source.dispose();
    }
  }

  /**
   * One gradient update on one batch.
   *
   * @param options `sampleWeight`, `classWeight`, `returnDict` (false).
   * @returns loss and metrics of this batch: a number, a list, or a record.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a number or a list, as compile() decided
  trainOnBatch(x: DataInput, y?: DataInput | null, options?: OnBatchOptions): any {
    return this.#onBatch('train', x, y, options);
  }

  /** Loss and metrics of one batch, without training; options and result as for `trainOnBatch`. */
  // biome-ignore lint/suspicious/noExplicitAny: a number or a list, as compile() decided
  testOnBatch(x: DataInput, y?: DataInput | null, options?: OnBatchOptions): any {
    return this.#onBatch('test', x, y, options);
  }

  #onBatch(kind: 'train' | 'test', x: DataInput, y: DataInput | null | undefined, options?: OnBatchOptions): unknown {
    const who = `${kind}OnBatch`;
    requireReady(`${this.label}: ${who}`);
    const compilation = this.compiledFor(who);
    const o = parseOnBatch(who, options);
    const batch = makeSource.oneBatch(this, who, x, y, o);
    compilation.resetMetrics();
    const logs = (this.#run(kind, batch) as Record<string, number> | undefined) ?? compilation.results();
    return o.returnDict ? logs : this.#scores(logs);
  }

  /** The outputs for one batch. The caller owns the tensors. */
  // biome-ignore lint/suspicious/noExplicitAny: the structure of the outputs is the model's
  predictOnBatch(x: DataInput): any {
    requireReady(`${this.label}: predictOnBatch`);
    return this.#run('predict', makeSource.oneBatch(this, 'predictOnBatch', x, undefined, {}));
  }

  /** Frees the weights, the optimizer's and the metrics' state. The model cannot be used any more. */
  override dispose(): void {
    this.forgetSteps();
    super.dispose();
  }
}

function concatParts(parts: readonly Nested<tf.Tensor>[]): Nested<tf.Tensor> {
  const [first] = parts;
  if (first === undefined) throw new ValueError('predict: the data gave no batches.');
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
