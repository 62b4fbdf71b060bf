import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyAdam } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `Adam`. */
export interface AdamOptions extends OptimizerOptions {
  /** How much of the average gradient stays at each step. Default: 0.9. */
  beta1?: number;
  /** How much of the average squared gradient stays at each step. Default: 0.999. */
  beta2?: number;
  /** Keeps the division finite; added before the bias is corrected. Default: 1e-7. */
  epsilon?: number;
  /** Whether the largest average so far is divided by (AMSGrad). Default: false. */
  amsgrad?: boolean;
}

/** Defaults of Adam's own arguments. */
export const ADAM_DEFAULTS = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false } as const;
const SIGNATURE = optimizerSignature<AdamOptions>('Adam', ADAM_DEFAULTS);

export class AdamOptimizer extends Optimizer {
  static override readonly className: string = 'Adam';
  static override readonly configKeys: readonly string[] = ['beta1', 'beta2', 'epsilon', 'amsgrad'];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #largest: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<AdamOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<AdamOptions>;
    super(options);
    this.beta1 = options.beta1;
    this.beta2 = options.beta2;
    this.epsilon = options.epsilon;
    this.amsgrad = options.amsgrad;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, 'momentum', 'velocity');
    this.#momentums = slots.momentum;
    this.#velocities = slots.velocity;
    if (this.amsgrad) this.#largest = this.addOptimizerVariables(variables, 'velocity_hat').velocity_hat;
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const index = this.indexOf(variable);
    applyAdam({
      variable,
      gradient,
      learningRate,
      m: this.#momentums[index] as Variable,
      v: this.#velocities[index] as Variable,
      vHat: this.#largest[index],
      beta1: this.beta1,
      beta2: this.beta2,
      epsilon: this.epsilon,
      step: this.step,
    });
  }
}

/**
 * Adam: m and v are running averages of g and g^2,
 * and w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon).
 *
 * @example
 * console.log(Adam().getConfig().beta_1); // 0.9
 * @see https://arxiv.org/abs/1412.6980 and https://keras.io/api/optimizers/adam/
 */
export const Adam = callable(AdamOptimizer);
export type Adam = AdamOptimizer;
