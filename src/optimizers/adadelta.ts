import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyAdadelta } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `Adadelta`. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** How much of the averages stays at each step. Default: 0.95. */
  rho?: number;
  /** Keeps the division finite; added under the roots. Default: 1e-7. */
  epsilon?: number;
}

const SIGNATURE = optimizerSignature<AdadeltaOptions>('Adadelta', { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 });

export class AdadeltaOptimizer extends Optimizer {
  static override readonly className: string = 'Adadelta';
  static override readonly configKeys: readonly string[] = ['rho', 'epsilon'];
  readonly rho: number;
  readonly epsilon: number;
  #gradients: readonly Variable[] = [];
  #deltas: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<AdadeltaOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<AdadeltaOptions>;
    super(options);
    this.rho = options.rho;
    this.epsilon = options.epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, 'accumulated_grad', 'accumulated_delta_var');
    this.#gradients = slots.accumulated_grad;
    this.#deltas = slots.accumulated_delta_var;
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const index = this.indexOf(variable);
    applyAdadelta({
      variable,
      gradient,
      learningRate,
      accumulatedGradient: this.#gradients[index] as Variable,
      accumulatedDelta: this.#deltas[index] as Variable,
      rho: this.rho,
      epsilon: this.epsilon,
    });
  }
}

/**
 * Adadelta: a and d are running averages of g^2 and of the squared steps,
 * and w -= lr g sqrt(d + epsilon) / sqrt(a + epsilon).
 *
 * @example
 * console.log(Adadelta().getConfig().rho); // 0.95
 * @see https://arxiv.org/abs/1212.5701
 */
export const Adadelta = callable(AdadeltaOptimizer);
export type Adadelta = AdadeltaOptimizer;
