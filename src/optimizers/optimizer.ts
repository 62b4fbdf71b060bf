import * as tf from '@tensorflow/tfjs-core';
import { isDryRun } from '../backend/dryRun';
import { Variable } from '../backend/variable';
import { classNameOf } from '../base/callable';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { autoName } from '../base/names';
import { snakeCaseClass, toSnakeCase } from '../base/options';
import {
  type Config,
  constructFromConfig,
  deserializeObject,
  isSerialized,
  type Serializable,
  serializeObject,
} from '../base/registry';
import { clipGradients } from './clipping';
import { checkGradients } from './gradients';
import { checkOptions, checkRate, type OptimizerOptions } from './options';
import { isSchedule, type LearningRateSchedule } from './schedule';

/**
 * An optimizer: changes variables by their gradients. Override `build` to make slots, and `updateStep`.
 *
 * @example
 * const optimizer = new SGD(0.1);
 * const w = new Variable(tf.tensor([1, 2]), { name: 'w' });
 * optimizer.apply([tf.tensor([1, 1])], [w]);
 * w.value.print(); // [0.9, 1.9]
 * @see https://keras.io/api/optimizers/
 */
export abstract class Optimizer {
  static readonly className: string = 'Optimizer';
  static readonly module: string = 'keras.optimizers';
  /** Arguments that `getConfig` writes after those of all optimizers, in Keras's order. */
  static readonly configKeys: readonly string[] = [];

  /** Makes an optimizer from what `getConfig` returned. */
  static fromConfig(config: Config): Optimizer {
    const { learning_rate: rate } = config;
    const schedule = isSerialized(rate) ? deserializeObject(rate, 'keras.optimizers.schedules') : rate;
    return constructFromConfig(this, { ...config, learning_rate: schedule });
  }

  readonly name: string;
  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  readonly lossScaleFactor: number | null;
  readonly gradientAccumulationSteps: number | null;
  /** Whether the slots are there. */
  built = false;
  readonly #iterations: Variable;
  readonly #variables: Variable[] = [];
  #rate: Variable | LearningRateSchedule;
  #trainable: readonly Variable[] = [];
  readonly #indices = new Map<Variable, number>();
  readonly #withoutDecay = new Set<Variable>();
  #withoutDecayNames: readonly string[] = [];
  #averages: readonly Variable[] = [];
  #accumulators: readonly Variable[] = [];
  #step: tf.Tensor | undefined;
  #warned = false;

  constructor(options: OptimizerOptions) {
    const className = classNameOf(new.target as unknown as typeof Optimizer);
    const all = checkOptions(className, options);
    this.name = all.name ?? autoName(snakeCaseClass(className));
    this.weightDecay = all.weightDecay;
    this.clipnorm = all.clipnorm;
    this.clipvalue = all.clipvalue;
    this.globalClipnorm = all.globalClipnorm;
    this.useEma = all.useEma;
    this.emaMomentum = all.emaMomentum;
    this.emaOverwriteFrequency = all.emaOverwriteFrequency;
    this.lossScaleFactor = all.lossScaleFactor;
    this.gradientAccumulationSteps = all.gradientAccumulationSteps;
    this.#iterations = this.#track(tf.scalar(0, 'int32'), 'iteration');
    const { learningRate } = all;
    this.#rate = isSchedule(learningRate) ? learningRate : this.#track(learningRate, 'learning_rate');
  }

  /** Keras's class name of this optimizer. */
  get className(): string {
    return classNameOf(this.constructor as typeof Optimizer);
  }

  /** Number of calls of `apply`, an int32 scalar. */
  get iterations(): Variable {
    return this.#iterations;
  }

  /** All state: iteration, learning rate, slots, in Keras's order. */
  get variables(): Variable[] {
    return [...this.#variables];
  }

  /** The variables that the optimizer was built for. */
  get trainableVariables(): readonly Variable[] {
    return this.#trainable;
  }

  /** The learning rate now; setting it takes effect at the next step. */
  get learningRate(): number {
    const rate = this.#rate;
    if (rate instanceof Variable) return rate.toNumber();
    return tf.tidy(() => this.currentLearningRate().dataSync())[0] as number;
  }

  set learningRate(rate: number | LearningRateSchedule) {
    const old = this.#rate;
    if (isSchedule(rate)) {
      this.#rate = rate;
      if (old instanceof Variable) this.#variables.splice(this.#variables.indexOf(old), 1);
      return;
    }
    if (!(old instanceof Variable)) {
      throw new TypeError(
        `${this.className}: the learning rate is a schedule and cannot be set to a number. ` +
          `Received: learningRate=${formatValue(rate)}. Make the optimizer with a number if it is to change.`,
      );
    }
    checkRate(this.className, rate);
    old.assign(rate);
  }

  /** The schedule of the learning rate, if it has one. */
  get schedule(): LearningRateSchedule | undefined {
    return this.#rate instanceof Variable ? undefined : this.#rate;
  }

  /** The learning rate as a tensor, for use in a step. */
  currentLearningRate(): tf.Tensor {
    return this.#rate instanceof Variable ? this.#rate.value : this.#rate.call(this.iterations.value);
  }

  #track(initial: tf.Tensor | number, name: string): Variable {
    const variable = new Variable(initial, { name, path: `${this.name}/${name}`, trainable: false });
    if (typeof initial !== 'number') initial.dispose();
    this.#variables.push(variable);
    return variable;
  }

  /** Makes a state variable of the optimizer, filled with one number. */
  addVariable(options: {
    shape: readonly number[];
    name: string;
    initial?: number;
    dtype?: 'float32' | 'int32';
  }): Variable {
    return this.#track(tf.fill([...options.shape], options.initial ?? 0, options.dtype ?? 'float32'), options.name);
  }

  /** Makes a slot like `reference`, named after it: `sequential_dense_kernel_momentum`. */
  addVariableFromReference(reference: Variable, name: string, initial = 0): Variable {
    return this.addVariable({
      shape: reference.shape,
      name: `${reference.path.replaceAll('/', '_')}_${name}`,
      initial,
    });
  }

  /** Makes slots of each name for each variable, all of one variable together; returns the lists by name. */
  addOptimizerVariables<N extends string>(variables: readonly Variable[], ...names: N[]): Record<N, Variable[]> {
    const slots = Object.fromEntries(names.map((name) => [name, [] as Variable[]])) as Record<N, Variable[]>;
    for (const variable of variables) {
      for (const name of names) slots[name].push(this.addVariableFromReference(variable, name));
    }
    return slots;
  }

  /** Makes the state for a model's variables. Called by the first `apply`; a second call does nothing. */
  build(variables: readonly Variable[]): void {
    if (this.useEma) this.#averages = this.addOptimizerVariables(variables, 'average').average;
    if (this.gradientAccumulationSteps) {
      this.#accumulators = this.addOptimizerVariables(variables, 'gradient_accumulator').gradient_accumulator;
    }
    variables.forEach((variable, i) => {
      this.#indices.set(variable, i);
    });
    this.#trainable = [...variables];
    this.built = true;
  }

  /** Place of a variable among those the optimizer was built for, and so of its slots. */
  indexOf(variable: Variable): number {
    const index = this.#indices.get(variable);
    if (index === undefined) throw this.#unknown(variable);
    return index;
  }

  #unknown({ path, shape }: Variable): ValueError {
    return new ValueError(
      `${this.className}: unknown variable. Received: '${path}' of shape ${formatShape(shape)}. ` +
        'An optimizer serves the variables it was built for. If `trainable` has changed since, ' +
        'call compile() again with a new optimizer.',
    );
  }

  /** Changes one variable by its gradient. `learningRate` is a scalar. */
  abstract updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void;

  /** The number of this update, from 1, as a float scalar. */
  protected get step(): tf.Tensor {
    return this.#step ?? this.updatesDone().add(tf.scalar(1, 'int32')).toFloat();
  }

  /** Updates done so far: the iterations, or where gradients are accumulated, their groups. */
  protected updatesDone(): tf.Tensor {
    const steps = this.gradientAccumulationSteps;
    const iterations = this.iterations.value;
    return steps ? iterations.floorDiv(tf.scalar(steps, 'int32')) : iterations;
  }

  /**
   * One step: changes the variables by their gradients.
   *
   * @param gradients one for each variable; `null` leaves its variable alone
   * @param variables default: those the optimizer was built for
   * @throws ValueError for variables it was not built for, or another number of gradients
   */
  apply(gradients: readonly (tf.Tensor | null)[], variables?: readonly Variable[]): void {
    if (gradients.length === 0 || isDryRun()) return;
    const targets = this.#targets(gradients, variables);
    tf.tidy(() => {
      const pairs = targets.flatMap((variable, i) => {
        const gradient = gradients[i];
        return gradient ? [{ variable, gradient }] : [];
      });
      this.#applyPairs(
        pairs.map(({ gradient }) => (this.lossScaleFactor === null ? gradient : gradient.div(this.lossScaleFactor))),
        pairs.map(({ variable }) => variable),
      );
      this.iterations.assign(this.iterations.value.add(tf.scalar(1, 'int32')));
    });
  }

  /** `apply` with pairs of gradient and variable. */
  applyGradients(pairs: readonly (readonly [tf.Tensor | null, Variable])[]): void {
    this.apply(
      pairs.map(([gradient]) => gradient),
      pairs.map(([, variable]) => variable),
    );
  }

  /** The variables of `apply`, after all checks. */
  #targets(gradients: readonly (tf.Tensor | null)[], variables?: readonly Variable[]): readonly Variable[] {
    if (!variables && !this.built) {
      throw new ValueError(
        `${this.className}: apply without variables needs a built optimizer. Call build(variables) first.`,
      );
    }
    const targets = variables ?? this.#trainable;
    const missing = checkGradients(this.className, gradients, targets);
    if (missing.length > 0 && !this.#warned) {
      this.#warned = true;
      console.warn(
        `${this.className}: gradients do not exist for variables ${formatValue(missing)}. ` +
          'They stay as they are. Does the loss depend on them?',
      );
    }
    if (!this.built) this.build(targets);
    for (const variable of targets) this.indexOf(variable);
    return targets;
  }

  #applyPairs(gradients: tf.Tensor[], variables: Variable[]): void {
    if (this.gradientAccumulationSteps) this.#accumulate(gradients, variables, this.gradientAccumulationSteps);
    else this.#update(gradients, variables);
    if (this.useEma) this.#average();
    for (const variable of variables) {
      if (variable.constraint) variable.assign(variable.constraint(variable.value));
    }
  }

  #update(gradients: tf.Tensor[], variables: Variable[]): void {
    const clipped = clipGradients(gradients, this);
    const learningRate = this.currentLearningRate();
    this.#decayWeights(variables, learningRate);
    this.#step = this.step;
    try {
      this.updateAll(clipped, variables, learningRate);
    } finally {
      this.#step = undefined;
    }
  }

  /** All variables by their gradients; for optimizers with state of their own besides the slots. */
  protected updateAll(gradients: tf.Tensor[], variables: Variable[], learningRate: tf.Tensor): void {
    gradients.forEach((gradient, i) => {
      // One variable's intermediate results are freed before the next one's are made.
      tf.tidy(() => this.updateStep(gradient, variables[i] as Variable, learningRate));
    });
  }

  /** Adds up gradients; every `steps`-th iteration their mean makes an update. The data decides, not the code. */
  #accumulate(gradients: tf.Tensor[], variables: Variable[], steps: number): void {
    const [one, every] = [tf.scalar(1, 'int32'), tf.scalar(steps, 'int32')];
    const isUpdate = this.iterations.value.add(one).mod(every).equal(tf.scalar(0, 'int32'));
    const accumulators = variables.map((variable) => this.#accumulators[this.indexOf(variable)] as Variable);
    const sums = gradients.map((gradient, i) => gradient.add((accumulators[i] as Variable).value));
    const fixed = new Set<Variable>([this.iterations, ...this.#accumulators, ...this.#averages]);
    const changing = [
      ...variables,
      ...this.#variables.filter((variable) => !fixed.has(variable) && variable !== this.#rate),
    ];
    const before = changing.map((variable) => variable.value.clone());
    this.#update(
      sums.map((sum) => sum.div(steps)),
      variables,
    );
    changing.forEach((variable, i) => {
      variable.assign(tf.where(isUpdate, variable.value, before[i] as tf.Tensor));
    });
    accumulators.forEach((accumulator, i) => {
      const sum = sums[i] as tf.Tensor;
      accumulator.assign(tf.where(isUpdate, tf.zerosLike(sum), sum));
    });
  }

  #decayWeights(variables: readonly Variable[], learningRate: tf.Tensor): void {
    if (this.weightDecay === null) return;
    for (const variable of variables) {
      const isExcluded = this.#withoutDecayNames.some((name) => variable.name.includes(name));
      if (isExcluded || this.#withoutDecay.has(variable)) continue;
      variable.assign(variable.value.sub(variable.value.mul(this.weightDecay).mul(learningRate)));
    }
  }

  /** Leaves variables out of the weight decay: some by themselves, and all whose name holds one of `varNames`. */
  excludeFromWeightDecay(options: { varList?: readonly Variable[]; varNames?: readonly string[] }): void {
    if (this.built) {
      throw new ValueError(`${this.className}: excludeFromWeightDecay must be called before the optimizer is built.`);
    }
    for (const variable of options.varList ?? []) this.#withoutDecay.add(variable);
    this.#withoutDecayNames = [...(options.varNames ?? [])];
  }

  #average(): void {
    const done = this.updatesDone();
    const momentum = done.notEqual(tf.scalar(0, 'int32')).toFloat().mul(this.emaMomentum);
    this.#trainable.forEach((variable, i) => {
      const average = this.#averages[i] as Variable;
      average.assign(momentum.mul(average.value).add(tf.scalar(1).sub(momentum).mul(variable.value)));
    });
    if (!this.emaOverwriteFrequency) return;
    const frequency = tf.scalar(this.emaOverwriteFrequency, 'int32');
    const isDue = done.add(tf.scalar(1, 'int32')).mod(frequency).equal(tf.scalar(0, 'int32'));
    this.#trainable.forEach((variable, i) => {
      variable.assign(tf.where(isDue, (this.#averages[i] as Variable).value, variable.value));
    });
  }

  /** What is done at the end of training: the moving averages take the weights' place, if they are kept. */
  finalizeVariableValues(variables: readonly Variable[] = this.#trainable): void {
    if (!this.useEma) return;
    for (const variable of variables) variable.assign((this.#averages[this.indexOf(variable)] as Variable).value);
  }

  /** The loss times `lossScaleFactor`; gradients are divided by it again. */
  scaleLoss(loss: tf.Tensor): tf.Tensor {
    return this.lossScaleFactor === null ? loss : loss.mul(this.lossScaleFactor);
  }

  /** The loss of a loss that was scaled. */
  unscaleLoss(loss: tf.Tensor): tf.Tensor {
    return this.lossScaleFactor === null ? loss : loss.div(this.lossScaleFactor);
  }

  /** Keras's config: snake_case keys, JSON values. `fromConfig` makes the same optimizer from it, without its state. */
  getConfig(): Config {
    const { configKeys } = this.constructor as typeof Optimizer;
    const { schedule } = this;
    const all = ['weightDecay', 'clipnorm', 'globalClipnorm', 'clipvalue', 'useEma', 'emaMomentum'];
    const keys = [...all, 'emaOverwriteFrequency', 'lossScaleFactor', 'gradientAccumulationSteps', ...configKeys];
    return {
      name: this.name,
      learning_rate: schedule ? serializeObject(schedule as Serializable) : this.learningRate,
      ...Object.fromEntries(keys.map((key) => [toSnakeCase(key), Reflect.get(this, key)])),
    };
  }

  /** Frees the state. The optimizer cannot be used any more. */
  dispose(): void {
    for (const variable of this.variables) variable.dispose();
  }

  /** `{ className, config }`, so that `JSON.stringify` shows the optimizer. */
  toJSON(): unknown {
    return { className: this.className, config: this.getConfig() };
  }

  toString(): string {
    return `<${this.className} name=${this.name}>`;
  }
}
