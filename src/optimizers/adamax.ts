import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { between } from '../base/checks';
import { resolveOptions } from '../base/options';
import { applyAdamax } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `Adamax`. */
export interface AdamaxOptions extends OptimizerOptions {
  /** How much of the average gradient stays at each step. Default: 0.9. */
  beta1?: number;
  /** How much of the largest gradient stays at each step. Default: 0.999. */
  beta2?: number;
  /** Keeps the division finite. Default: 1e-7. */
  epsilon?: number;
}

const SIGNATURE = optimizerSignature<AdamaxOptions>(
  'Adamax',
  { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  { beta2: between(0, 1) }, // at 1 the largest gradient of all counts
);

export class AdamaxOptimizer extends Optimizer {
  static override readonly className: string = 'Adamax';
  static override readonly configKeys: readonly string[] = ['beta1', 'beta2', 'epsilon'];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly Variable[] = [];
  #norms: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<AdamaxOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<AdamaxOptions>;
    super(options);
    this.beta1 = options.beta1;
    this.beta2 = options.beta2;
    this.epsilon = options.epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, 'momentum', 'norm');
    this.#momentums = slots.momentum;
    this.#norms = slots.norm;
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const index = this.indexOf(variable);
    const { beta1, beta2, epsilon, step } = this;
    const [m, u] = [this.#momentums[index] as Variable, this.#norms[index] as Variable];
    applyAdamax({ variable, gradient, learningRate, m, u, beta1, beta2, epsilon, step });
  }
}

/**
 * Adamax: m is a running average of g, u = max(beta2 u, |g|), and w -= lr m / ((1 - beta1^t) (u + epsilon)).
 *
 * @example
 * console.log(Adamax().getConfig().beta_2); // 0.999
 * @see https://arxiv.org/abs/1412.6980
 */
export const Adamax = callable(AdamaxOptimizer);
export type Adamax = AdamaxOptimizer;
