import * as tf from '@tensorflow/tfjs-core';
import { companionsOf } from '../backend/companions';
import { dryRun } from '../backend/dryRun';
import { formatShape, ValueError } from '../base/errors';
import { flatten, type Nested } from '../base/nest';
import type { Config } from '../base/registry';
import { collectLosses } from '../layers/callContext';
import { Layer } from '../layers/layer';
import type { SymbolicTensor } from '../layers/operation';
import type { Metric, MetricResults } from '../metrics';
import type { Optimizer } from '../optimizers';
import { Compilation, type CompileArguments, type CompileOptions } from './compile/compilation';
import { compileOptionsFrom } from './compile/compileConfig';
import { CompileMetrics } from './compile/compileMetrics';
import { heldMetrics } from './compile/heldMetrics';
import { noteMetricsResult } from './compile/logs';
import type { StepData } from './data/data';
import { disposedModel } from './steps/alive';
import { gradientsOf } from './steps/gradients';
import type { StepKind } from './steps/stepKinds';
import { Turns } from './turns';

/** What a step may return: values to log, those of a record in it like its own. Nothing means the metrics' results. */
// biome-ignore lint/suspicious/noConfusingVoidType: an overriding step need not return anything
export type StepLogs = MetricResults | void;

/** What is computed in a step: forward, loss, gradients, update, metrics. Every method may be overridden. */
export abstract class Trainable extends Layer {
  readonly #turns = new Turns(() => this.label);
  #compilation: Compilation | undefined;
  /** Whether it has been said that no weight is trainable. */
  #isWarned = false;
  #stepLosses: tf.Tensor[] | undefined;

  /** The symbolic inputs, where there are any. @internal */
  abstract get inputStructure(): Nested<SymbolicTensor> | undefined;
  /** The symbolic outputs, where there are any. @internal */
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
  compile(...args: CompileArguments): void {
    this.turns.check('compile');
    if (this.isDisposed) throw disposedModel(this.label, 'compile');
    const compilation = new Compilation(args, this.outputNames, this.outputStructure);
    this.forgetSteps();
    this.#compilation?.release(compilation);
    this.#compilation = compilation;
    this.#isWarned = false;
  }

  /** Keras's JSON of what the model was compiled with; an empty record before it is compiled. */
  getCompileConfig(): Config {
    return this.#compilation?.getConfig() ?? {};
  }

  /**
   * Compiles as `getCompileConfig` said, and makes the optimizer's variables. A class with a `compile` of its own overrides
   * this, too: else it stays as it is.
   */
  compileFromConfig(config: Config): void {
    if (this.compile !== Trainable.prototype.compile) {
      console.warn(
        `keras-ts: ${this.label}: compile() is its own, so that the model is not compiled as its file says. ` +
          'Override getCompileConfig() and compileFromConfig(config), or call compile() by hand.',
      );
      return;
    }
    this.compile(compileOptionsFrom(this.label, config));
    if (this.built && this.trainableWeights.length > 0) this.optimizer?.build(this.trainableWeights);
  }

  /** Refuses a method that changes the model's state while it is trained, but for what callbacks do. @internal */
  checkTurn(who: string): void {
    this.turns.check(who);
  }

  /** Who may use the model's state now. */
  protected get turns(): Turns {
    return this.#turns;
  }

  override setWeights(values: Parameters<Layer['setWeights']>[0]): void {
    this.turns.check('setWeights');
    super.setWeights(values);
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
    this.compiledFor('runEagerly').runEagerly = value;
  }

  /** What `compile` settled; for steps and callbacks. @internal */
  get compilation(): Compilation {
    return this.compiledFor('compilation');
  }

  /**
   * What is reset at each epoch and logged, in Keras's order: `loss`, the metrics of `compile` as one
   * (`compile_metrics`), the losses of several outputs once they are known, and the metrics in the fields of the model
   * and its layers. Override it for another list.
   */
  get metrics(): Metric[] {
    const held = heldMetrics(this, (layer) => layer instanceof Trainable);
    return [...(this.#compilation?.metrics ?? []), ...held];
  }

  /** The names of `metrics`. */
  get metricsNames(): string[] {
    return this.metrics.map(({ name }) => name);
  }

  /** Starts all metrics anew. */
  resetMetrics(): void {
    if (this.isDisposed) throw disposedModel(this.label, 'resetMetrics');
    for (const metric of this.metrics) metric.resetState();
  }

  /** The values of `metrics` so far, by name; the names of those of `compile` are their own. The caller owns them. */
  getMetricsResult(): MetricResults {
    const results: MetricResults = {};
    for (const metric of this.metrics) {
      if (metric instanceof CompileMetrics && !metric.built) continue;
      const result = metric.result();
      if (typeof result === 'number' || result instanceof tf.Tensor) results[metric.name] = result;
      else Object.assign(results, result);
    }
    return noteMetricsResult(results);
  }

  /** Drops recorded steps, so that the next one is made anew. @internal */
  abstract forgetSteps(): void;

  /** What `compile` settled; an error that names the method `who` if there is nothing. */
  protected compiledFor(who: string): Compilation {
    if (this.isDisposed) throw disposedModel(this.label, who);
    if (this.#compilation) return this.#compilation;
    throw new ValueError(`${this.label}: ${who}() needs a compiled model. Call compile({ optimizer, loss }) first.`);
  }

  /**
   * What training does with a batch: forward, loss, gradients, update, metrics. Override it for another algorithm;
   * it runs in a tidy, and may be recorded as a graph.
   *
   * @returns values to log; nothing stands for `getMetricsResult()`.
   */
  trainStep(data: StepData): StepLogs {
    const { optimizer, lossTracker } = this.compiledFor('trainStep');
    const weights = this.trainableWeights; // those that the gradients are of
    const { loss, gradients, yPred } = this.computeGradients(data);
    if (weights.length > 0) optimizer.apply(gradients, weights);
    else this.#warnUntrained();
    lossTracker.updateState(loss, batchSizeOf(data.x));
    return this.computeMetrics(data.x, data.y, yPred, data.sampleWeight);
  }

  /**
   * The first half of a train step, which changes no weight: forward pass, loss and gradients. The other half is
   * `optimizer.apply(gradients, model.trainableWeights)`.
   *
   * @returns the loss; the gradients of `trainableWeights`, `null` for weights that it does not depend on, times the
   *   optimizer's `lossScaleFactor` if it has one; and the outputs.
   */
  computeGradients({ x, y, sampleWeight }: StepData): Gradients {
    const { optimizer } = this.compiledFor('computeGradients');
    let outputs: Nested<tf.Tensor> | undefined;
    const { value, gradients } = gradientsOf(this.trainableWeights, () => {
      const yPred = this.#forward(x, true);
      outputs = yPred;
      const loss = this.computeLoss(x, y, yPred, sampleWeight);
      return { loss: optimizer.scaleLoss(loss), keep: withCompanions(yPred) };
    });
    return { loss: optimizer.unscaleLoss(value), gradients, yPred: outputs as Nested<tf.Tensor> };
  }

  #warnUntrained(): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    console.warn(
      `keras-ts: ${this.label}: the model does not have any trainable weights, so that training changes nothing. ` +
        'Set trainable = true on the layers to train, and compile() again.',
    );
  }

  /** What evaluation does with a batch: forward, loss, metrics. */
  testStep({ x, y, sampleWeight }: StepData): StepLogs {
    const yPred = this.#forward(x, false);
    const loss = this.computeLoss(x, y, yPred, sampleWeight, false);
    this.compiledFor('testStep').lossTracker.updateState(loss, batchSizeOf(x));
    return this.computeMetrics(x, y, yPred, sampleWeight);
  }

  /** What prediction does with a batch. */
  predictStep({ x }: StepData): Nested<tf.Tensor> {
    return this.__call__(x, { training: false }) as Nested<tf.Tensor>;
  }

  /** Whether the step of a kind is one that a subclass wrote. @internal */
  hasOwnStep(kind: StepKind): boolean {
    return this[`${kind}Step`] !== Trainable.prototype[`${kind}Step`];
  }

  /** Whether there is a forward pass: a graph, or a `call` that a subclass wrote. @internal */
  abstract get hasForwardPass(): boolean;

  /**
   * Builds the layers that a forward pass on inputs uses and that are not built yet. No weight changes.
   * @param training whether layers behave as in training.
   * @internal
   */
  buildFromInputs(inputs: Nested<tf.Tensor>, training: boolean): void {
    dryRun(() => this.__call__(inputs, { training }));
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
   * What is minimized: the compiled losses of the outputs and `losses`. A scalar, or with the reduction `'none'` the
   * losses of the samples, whose sum is minimized and whose mean is logged.
   * @throws ValueError if there is neither, or where there are losses of samples and others to add.
   */
  computeLoss(
    _x: Nested<tf.Tensor>,
    y: Nested<tf.Tensor> | undefined,
    yPred: Nested<tf.Tensor>,
    sampleWeight?: Nested<tf.Tensor>,
    _training = true,
  ): tf.Tensor {
    const { compileLoss } = this.compiledFor('computeLoss');
    const terms = this.losses.map((loss) => loss.sum());
    if (compileLoss && y !== undefined) terms.unshift(compileLoss.call(y, yPred, sampleWeight));
    const [first, ...others] = terms;
    if (first && first.rank > 0 && others.length > 0) {
      throw new ValueError(
        `${this.label}: a loss for each sample cannot be added to penalties of weights and to what layers add by ` +
          `addLoss. Received: a loss of shape ${formatShape(first.shape)}. Give the loss another reduction than 'none'.`,
      );
    }
    if (first) return others.reduce((sum, term) => sum.add(term), first);
    throw new ValueError(`${this.label}: no loss to compute. Give compile() a loss, and fit() targets.`);
  }

  /** Updates the metrics of `compile`; the results of all. Override it to log other values. */
  computeMetrics(
    _x: Nested<tf.Tensor>,
    y: Nested<tf.Tensor> | undefined,
    yPred: Nested<tf.Tensor>,
    sampleWeight?: Nested<tf.Tensor>,
  ): StepLogs {
    if (y !== undefined) this.compiledFor('computeMetrics').compileMetrics?.updateState(y, yPred, sampleWeight);
    return this.getMetricsResult();
  }

  /** Forgets what belongs to the step that has ended. */
  protected endStep(): void {
    this.#stepLosses = undefined;
  }

  /** Frees the weights, the optimizer's and the metrics' state. The model cannot be used any more. */
  override dispose(): void {
    this.#compilation?.dispose();
    super.dispose();
  }
}

/** What the first half of a train step gives. */
export interface Gradients {
  readonly loss: tf.Tensor;
  readonly gradients: (tf.Tensor | null)[];
  readonly yPred: Nested<tf.Tensor>;
}

/** The outputs, and the logits and masks that a loss or metric may ask of them. */
function withCompanions(outputs: Nested<tf.Tensor>): tf.Tensor[] {
  return flatten(outputs).flatMap((y) => [y, ...companionsOf(y)]);
}

/** Number of samples as a float scalar, which weighs the loss of a batch in the epoch's mean. */
function batchSizeOf(x: Nested<tf.Tensor>): tf.Tensor {
  return tf.scalar(flatten(x)[0]?.shape[0] ?? 1);
}
