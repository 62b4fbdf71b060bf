import * as tf from '@tensorflow/tfjs';
import { ready, requireReady } from '../backend/engine';
import { formatValue, ValueError } from '../backend/errors';
import { flatten, mapStructure, type Nested } from '../backend/nest';
import { CallbackList, type CallbackLike, type History } from '../callbacks';
import { collectLosses, Layer } from '../layers/layer';
import type { SymbolicTensor } from '../layers/symbolic';
import type { Metric } from '../metrics';
import type { Optimizer } from '../optimizers';
import { logitsOf } from '../ops/logits';
import { Compilation, type CompileOptions } from './compilation';
import {
  type EvaluateOptions,
  type FitOptions,
  parseEvaluate,
  parseFit,
  parseOnBatch,
  parsePredict,
  type OnBatchOptions,
  type PredictOptions,
} from './arguments';
import { type Batch, type DataInput, type StepData } from './data';
import { Breather, EpochReader } from './epochs';
import { gradientsOf } from './gradients';
import { makeSource } from './sources';
import { type StepKind, type StepResult, StepRunner } from './steps';

/** What a step may return: values to log. Nothing means the metrics' results. */
export type StepLogs = Record<string, tf.Tensor | number> | void;
/** What `evaluate` and its like return without `returnDict`: the loss, or the loss and the metrics. */
export type Scores = number | number[];

/** Training, evaluation and prediction: what makes a layer a model. `trainStep` and its like may be overridden. */
export abstract class Trainer extends Layer {
  /** Set to true (by a callback) to end training after the batch. */
  stopTraining = false;
  /** Set to true to end evaluation after the batch. */
  stopEvaluating = false;
  /** Set to true to end prediction after the batch. */
  stopPredicting = false;
  /** Record of the last `fit`. */
  history: History | undefined;
  #compilation: Compilation | undefined;
  #runner: StepRunner | undefined;
  #stepLosses: tf.Tensor[] | undefined;

  /** The symbolic inputs, where there are any. */
  abstract get inputStructure(): Nested<SymbolicTensor> | undefined;
  /** The symbolic outputs, where there are any. */
  abstract get outputStructure(): Nested<SymbolicTensor> | undefined;
  /** Names of the outputs, where they are known. */
  abstract get outputNames(): string[] | undefined;

  /**
   * Settles how the model is trained.
   *
   * @param options `optimizer` (default `'rmsprop'`), `loss`, `metrics`, `lossWeights`, `weightedMetrics`,
   *   `runEagerly`, `stepsPerExecution`; the first three may be positional.
   * @throws ValueError for names that are not known, naming the nearest; the model stays as it was.
   * @see https://keras.io/api/models/model_training_apis/
   */
  compile(
    ...args:
      | [options?: CompileOptions]
      | [
          optimizer: CompileOptions['optimizer'],
          loss: CompileOptions['loss'],
          ...rest: [metrics: CompileOptions['metrics'], options?: CompileOptions] | [options?: CompileOptions],
        ]
  ): void {
    const compilation = new Compilation(args, this.outputNames);
    this.forgetSteps();
    this.#compilation = compilation;
  }

  /** Whether `compile` has been called. */
  get compiled(): boolean {
    return this.#compilation !== undefined;
  }

  /** The optimizer given to `compile`. */
  get optimizer(): Optimizer | undefined {
    return this.#compilation?.optimizer;
  }

  /** The loss given to `compile`. */
  get loss(): CompileOptions['loss'] {
    return this.#compilation?.loss;
  }

  /** Whether steps run operation by operation: as compiled, may be changed. */
  get runEagerly(): boolean {
    return this.#compilation?.runEagerly ?? false;
  }

  set runEagerly(value: boolean) {
    this.#compiled('runEagerly').runEagerly = value;
  }

  /** What `compile` settled; for steps and callbacks. */
  get compilation(): Compilation {
    return this.#compiled('compilation');
  }

  /** The trackers of loss and metrics. */
  get metrics(): Metric[] {
    return this.#compilation?.metrics ?? [];
  }

  get metricsNames(): string[] {
    return this.metrics.map(({ name }) => name);
  }

  /** Starts all metrics anew. */
  resetMetrics(): void {
    this.#compilation?.resetMetrics();
  }

  /** Drops recorded steps, so that the next one is made anew. */
  forgetSteps(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
  }

  get #steps(): StepRunner {
    this.#runner ??= new StepRunner(this);
    return this.#runner;
  }

  #compiled(who: string): Compilation {
    if (this.#compilation) return this.#compilation;
    throw new ValueError(`${this.label}: ${who}() needs a compiled model. Call compile({ optimizer, loss }) first.`);
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
    const compilation = this.#compiled('fit');
    const { data, training: o } = parseFit(x, y, options);
    const sources = makeSource.forFit(this, data, o);
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
          for (const [name, value] of Object.entries(await this.#testEpoch(validation, callbacks))) logs[`val_${name}`] = value;
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
    const compilation = this.#compiled('fit');
    const breather = new Breather();
    let own: Record<string, number> | undefined;
    const logs = (): Record<string, number> => own ?? compilation.results();
    compilation.resetMetrics();
    for await (const { first, last, batches } of reader.epoch()) {
      const begin = callbacks.onTrainBatchBegin(first);
      if (begin) await begin;
      for (const batch of batches) own = this.#run('train', batch, planned) as typeof own;
      const end = callbacks.onTrainBatchEnd(last, logs);
      if (end) await end;
      if (this.stopTraining) break;
      const pause = breather.pause();
      if (pause) await pause;
    }
    return logs();
  }

  async #testEpoch(reader: EpochReader, callbacks: CallbackList): Promise<Record<string, number>> {
    const compilation = this.#compiled('evaluate');
    const breather = new Breather();
    let own: Record<string, number> | undefined;
    const logs = (): Record<string, number> => own ?? compilation.results();
    this.stopEvaluating = false;
    await callbacks.onTestBegin();
    compilation.resetMetrics();
    for await (const { first, last, batches } of reader.epoch()) {
      const begin = callbacks.onTestBatchBegin(first);
      if (begin) await begin;
      for (const batch of batches) own = this.#run('test', batch, reader.steps) as typeof own;
      const end = callbacks.onTestBatchEnd(last, logs);
      if (end) await end;
      if (this.stopEvaluating) break;
      const pause = breather.pause();
      if (pause) await pause;
    }
    const results = logs();
    await callbacks.onTestEnd(results);
    return results;
  }

  /** Runs one step and frees what was made for its batch. */
  #run(kind: StepKind, batch: Batch, planned?: number): StepResult {
    try {
      return this.#steps.run(kind, batch, planned);
    } finally {
      this.#stepLosses = undefined;
      batch.dispose();
    }
  }

  /**
   * The loss and the metrics on data, without training.
   *
   * @param options `batchSize` (32), `verbose`, `sampleWeight`, `steps`, `callbacks`, `returnDict` (false).
   * @returns the loss; with metrics `[loss, ...metrics]`; with `returnDict` a record by name.
   */
  evaluate(x: DataInput | object, y: DataInput | null | undefined, options: EvaluateOptions & { returnDict: true }): Promise<Record<string, number>>;
  evaluate(x: object, options: EvaluateOptions & { returnDict: true }): Promise<Record<string, number>>;
  // biome-ignore lint/suspicious/noExplicitAny: a number or a list, as compile() decided: destructured or not by the caller
  evaluate(x: DataInput | object, y?: DataInput | EvaluateOptions | null, options?: EvaluateOptions): Promise<any>;
  async evaluate(
    x: DataInput | object,
    y?: DataInput | EvaluateOptions | null,
    options?: EvaluateOptions,
  ): Promise<Scores | Record<string, number>> {
    await ready();
    const compilation = this.#compiled('evaluate');
    const { data, testing: o } = parseEvaluate(x, y, options);
    const source = makeSource.forEvaluate(this, data, o);
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
    const leading = this.#compiled('evaluate').leadingNames.filter((name) => name in logs);
    const rest = Object.keys(logs).filter((name) => !leading.includes(name)).sort();
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
    const parts: Nested<tf.Tensor>[] = [];
    try {
      const reader = new EpochReader(source, o.steps, this.#compilation?.stepsPerExecution ?? 1);
      const { callbacks: given, verbose } = o;
      const callbacks = new CallbackList({ callbacks: given, addProgbar: verbose !== 0, verbose, epochs: 1, steps: reader.steps, model: this });
      const breather = new Breather();
      this.stopPredicting = false;
      await callbacks.onPredictBegin();
      for await (const { first, last, batches } of reader.epoch()) {
        const begin = callbacks.onPredictBatchBegin(first);
        if (begin) await begin;
        for (const batch of batches) parts.push(this.#run('predict', batch, reader.steps) as Nested<tf.Tensor>);
        const end = callbacks.onPredictBatchEnd(last, () => ({}));
        if (end) await end;
        if (this.stopPredicting) break;
        const pause = breather.pause();
        if (pause) await pause;
      }
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
    const compilation = this.#compiled(who);
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

  /**
   * What training does with a batch: forward, loss, gradients, update, metrics. Override it for another algorithm;
   * it runs in a tidy, and may be recorded as a graph.
   *
   * @returns values to log; nothing for the results of the metrics.
   */
  trainStep({ x, y, sampleWeight }: StepData): StepLogs {
    const { optimizer, lossTracker } = this.#compiled('trainStep');
    const weights = this.trainableWeights;
    let outputs: Nested<tf.Tensor> | undefined;
    const { value, gradients } = gradientsOf(weights, () => {
      const yPred = this.#forward(x, true);
      outputs = yPred;
      return { loss: this.computeLoss(x, y, yPred, sampleWeight), keep: withLogits(yPred) };
    });
    if (weights.length > 0) optimizer.apply(gradients, weights);
    lossTracker.updateState(value, batchSizeOf(x));
    return this.computeMetrics(x, y, outputs as Nested<tf.Tensor>, sampleWeight);
  }

  /** What evaluation does with a batch: forward, loss, metrics. */
  testStep({ x, y, sampleWeight }: StepData): StepLogs {
    const yPred = this.#forward(x, false);
    const loss = this.computeLoss(x, y, yPred, sampleWeight, false);
    this.#compiled('testStep').lossTracker.updateState(loss, batchSizeOf(x));
    return this.computeMetrics(x, y, yPred, sampleWeight);
  }

  /** What prediction does with a batch. */
  predictStep({ x }: StepData): Nested<tf.Tensor> {
    return this.__call__(x, { training: false }) as Nested<tf.Tensor>;
  }

  #forward(x: Nested<tf.Tensor>, training: boolean): Nested<tf.Tensor> {
    const { result, losses } = collectLosses(() => this.__call__(x, { training }) as Nested<tf.Tensor>);
    this.#stepLosses = losses;
    return result;
  }

  /** In a step: what its layers added to the loss, then the penalties of the weights. */
  override get losses(): tf.Tensor[] {
    return this.#stepLosses ? [...this.#stepLosses, ...this.regularizationLosses()] : super.losses;
  }

  /**
   * The scalar that is minimized: the compiled losses of the outputs and `losses`.
   * @throws ValueError if there is neither.
   */
  computeLoss(
    _x: Nested<tf.Tensor>,
    y: Nested<tf.Tensor> | undefined,
    yPred: Nested<tf.Tensor>,
    sampleWeight?: Nested<tf.Tensor>,
    _training = true,
  ): tf.Tensor {
    const { compileLoss } = this.#compiled('computeLoss');
    const terms = this.losses.map((loss) => loss.sum());
    if (compileLoss && y !== undefined) terms.unshift(compileLoss.call(y, yPred, sampleWeight));
    const [first, ...others] = terms;
    if (first) return others.reduce((sum, term) => sum.add(term), first);
    throw new ValueError(`${this.label}: no loss to compute. Give compile() a loss, and fit() targets.`);
  }

  /** Updates the metrics' state. Override it to log other values. */
  computeMetrics(
    _x: Nested<tf.Tensor>,
    y: Nested<tf.Tensor> | undefined,
    yPred: Nested<tf.Tensor>,
    sampleWeight?: Nested<tf.Tensor>,
  ): StepLogs {
    if (y !== undefined) this.#compiled('computeMetrics').compileMetrics?.updateState(y, yPred, sampleWeight);
  }

  /** Frees the weights, the optimizer's and the metrics' state. The model cannot be used any more. */
  override dispose(): void {
    this.forgetSteps();
    this.#compilation?.dispose();
    super.dispose();
  }
}

/** The outputs and the logits that a loss or metric may ask of them. */
function withLogits(outputs: Nested<tf.Tensor>): tf.Tensor[] {
  return flatten(outputs).flatMap((y) => [y, logitsOf(y) ?? []].flat());
}

/** Number of samples as a float scalar, which weighs the loss of a batch in the epoch's mean. */
function batchSizeOf(x: Nested<tf.Tensor>): tf.Tensor {
  return tf.scalar(flatten(x)[0]?.shape[0] ?? 1);
}

function concatParts(parts: readonly Nested<tf.Tensor>[]): Nested<tf.Tensor> {
  const [first] = parts;
  if (first === undefined) throw new ValueError('predict: the data gave no batches.');
  const leaves = parts.map((part) => flatten(part));
  return mapStructure(first, (tensor, i) => (parts.length === 1 ? tensor.clone() : tf.concat(leaves.map((part) => part[i] as tf.Tensor), 0)));
}
