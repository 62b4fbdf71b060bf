import * as tf from '@tensorflow/tfjs-core';
import { isDryRun } from '../backend/dryRun';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { above, checkValue, wholeFrom } from '../base/checks';
import { formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { type Config, deserializeObject, isSerialized, serializeObject } from '../base/registry';
import { Optimizer } from './optimizer';
import type { LearningRateSchedule } from './schedule';

/** Arguments of `LossScaleOptimizer`. */
export interface LossScaleOptimizerOptions {
  /** The optimizer that makes the updates. */
  innerOptimizer: Optimizer;
  /** The factor of the loss in the beginning. Default: 2 ** 15. */
  initialScale?: number;
  /** Steps with finite gradients after which the factor is doubled. Default: 2000. */
  dynamicGrowthSteps?: number;
  /** Default: `'loss_scale_optimizer'`, numbered. */
  name?: string | null;
}

type LossScaleArguments =
  | [innerOptimizer: Optimizer, options?: Omit<LossScaleOptimizerOptions, 'innerOptimizer'>]
  | [options: LossScaleOptimizerOptions];

const WHO = 'LossScaleOptimizer';
const SIGNATURE: Signature<LossScaleOptimizerOptions> = {
  who: WHO,
  positional: ['innerOptimizer'],
  defaults: { initialScale: 2 ** 15, dynamicGrowthSteps: 2000, name: null },
  checks: { initialScale: above(0), dynamicGrowthSteps: wholeFrom(1) },
};

export class LossScaleOptimizerOptimizer extends Optimizer {
  static override readonly className: string = WHO;

  static override fromConfig(config: Config): LossScaleOptimizerOptimizer {
    const {
      inner_optimizer: json,
      name,
      initial_scale: initialScale,
      dynamic_growth_steps: dynamicGrowthSteps,
    } = config;
    const innerOptimizer = isSerialized(json) ? deserializeObject(json, 'keras.optimizers') : json;
    return new LossScaleOptimizerOptimizer({ innerOptimizer, name, initialScale, dynamicGrowthSteps } as never);
  }

  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  #stepCounter: Variable | undefined;
  #dynamicScale: Variable | undefined;

  constructor(...args: LossScaleArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<LossScaleOptimizerOptions>;
    const { innerOptimizer } = options;
    checkValue(WHO, 'innerOptimizer', innerOptimizer, {
      expected: 'an optimizer',
      accepts: (value) => value instanceof Optimizer && !(value instanceof LossScaleOptimizerOptimizer),
    });
    if (innerOptimizer.lossScaleFactor !== null) {
      throw new ValueError(
        `${WHO}: the inner optimizer must have no lossScaleFactor: the loss would be scaled twice. ` +
          `Received: lossScaleFactor=${formatValue(innerOptimizer.lossScaleFactor)}.`,
      );
    }
    super({ learningRate: 0, name: options.name });
    this.innerOptimizer = innerOptimizer;
    this.initialScale = options.initialScale;
    this.dynamicGrowthSteps = options.dynamicGrowthSteps;
  }

  override get variables(): Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }

  override get iterations(): Variable {
    return this.innerOptimizer.iterations;
  }

  override get learningRate(): number {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(rate: number | LearningRateSchedule) {
    this.innerOptimizer.learningRate = rate as number;
  }

  override get schedule(): LearningRateSchedule | undefined {
    return this.innerOptimizer.schedule;
  }

  override currentLearningRate(): tf.Tensor {
    return this.innerOptimizer.currentLearningRate();
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    this.#stepCounter = this.addVariable({ shape: [], name: 'step_counter', dtype: 'int32' });
    this.#dynamicScale = this.addVariable({ shape: [], name: 'dynamic_scale', initial: this.initialScale });
    this.innerOptimizer.build(variables);
    super.build(variables);
  }

  override scaleLoss(loss: tf.Tensor): tf.Tensor {
    return loss.mul(this.#dynamicScale?.value ?? this.initialScale);
  }

  override unscaleLoss(loss: tf.Tensor): tf.Tensor {
    return loss.div(this.#dynamicScale?.value ?? this.initialScale);
  }

  override updateStep(): void {
    throw new TypeError(`${WHO}: the inner optimizer makes the updates. Call apply().`);
  }

  override apply(gradients: readonly (tf.Tensor | null)[], variables?: readonly Variable[]): void {
    if (gradients.length === 0 || isDryRun()) return;
    if (!this.built && variables) this.build(variables);
    tf.tidy(() => {
      const scale = (this.#dynamicScale as Variable).value.clone();
      const given = gradients.filter((gradient) => gradient !== null);
      const areFinite = given
        .map((gradient) => tf.isFinite(gradient as tf.Tensor).all())
        .reduce((all, one) => all.logicalAnd(one));
      const changing = [...(variables ?? this.trainableVariables), ...this.innerOptimizer.variables];
      const before = changing.map((variable) => variable.value.clone());
      this.innerOptimizer.apply(
        gradients.map((gradient) => gradient?.div(scale) ?? null),
        variables,
      );
      changing.forEach((variable, i) => {
        variable.assign(tf.where(areFinite, variable.value, before[i] as tf.Tensor));
      });
      this.#adapt(areFinite, scale);
    });
  }

  /** Doubles the factor after enough steps in a row, halves it after a step that failed. */
  #adapt(areFinite: tf.Tensor, scale: tf.Tensor): void {
    const counter = (this.#stepCounter as Variable).value;
    const isFull = counter.equal(tf.scalar(this.dynamicGrowthSteps - 1, 'int32'));
    const goesOn = areFinite.logicalAnd(isFull.logicalNot());
    const next = tf.where(goesOn, counter.add(tf.scalar(1, 'int32')), tf.zerosLike(counter));
    const factor = tf.where(areFinite, tf.where(isFull, tf.scalar(2), tf.scalar(1)), tf.scalar(0.5));
    this.#stepCounter?.assign(next);
    this.#dynamicScale?.assign(scale.mul(factor));
  }

  override finalizeVariableValues(variables?: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }

  override getConfig(): Config {
    return {
      name: this.name,
      inner_optimizer: serializeObject(this.innerOptimizer),
      initial_scale: this.initialScale,
      dynamic_growth_steps: this.dynamicGrowthSteps,
    };
  }
}

/**
 * Another optimizer, for a loss times a factor, as float16 needs it: gradients that are not finite halve the factor and
 * change nothing else; enough finite ones in a row double it. Keras wraps optimizers in it for `mixed_float16`; here
 * values are float32, so that it changes no numbers, and files keep its state.
 *
 * @example
 * const optimizer = LossScaleOptimizer(Adam(0.001), { initialScale: 1024 });
 * console.log(optimizer.innerOptimizer.className); // Adam
 * @see https://keras.io/api/optimizers/loss_scale_optimizer/
 */
export const LossScaleOptimizer = callable(LossScaleOptimizerOptimizer);
export type LossScaleOptimizer = LossScaleOptimizerOptimizer;
