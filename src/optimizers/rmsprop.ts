import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyRmsprop } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `RMSprop`. */
export interface RMSpropOptions extends OptimizerOptions {
  /** How much of the average squared gradient stays at each step. Default: 0.9. */
  rho?: number;
  /** Part of each step that is repeated in the next. Default: 0. */
  momentum?: number;
  /** Keeps the division finite; added under the root. Default: 1e-7. */
  epsilon?: number;
  /** Whether the squared average gradient is taken off, so that it is divided by a variance. Default: false. */
  centered?: boolean;
}

const SIGNATURE = optimizerSignature<RMSpropOptions>('RMSprop', {
  learningRate: 0.001,
  rho: 0.9,
  momentum: 0,
  epsilon: 1e-7,
  centered: false,
});

export class RMSpropOptimizer extends Optimizer {
  static override readonly className: string = 'RMSprop';
  static override readonly configKeys: readonly string[] = ['rho', 'momentum', 'epsilon', 'centered'];
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  #velocities: readonly Variable[] = [];
  #momentums: readonly Variable[] = [];
  #averageGradients: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<RMSpropOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<RMSpropOptions>;
    super(options);
    this.rho = options.rho;
    this.momentum = options.momentum;
    this.epsilon = options.epsilon;
    this.centered = options.centered;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#velocities = this.addOptimizerVariables(variables, 'velocity').velocity;
    if (this.momentum > 0) this.#momentums = this.addOptimizerVariables(variables, 'momentum').momentum;
    if (this.centered) {
      this.#averageGradients = this.addOptimizerVariables(variables, 'average_gradient').average_gradient;
    }
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const index = this.indexOf(variable);
    applyRmsprop({
      variable,
      gradient,
      learningRate,
      velocity: this.#velocities[index] as Variable,
      rho: this.rho,
      epsilon: this.epsilon,
      m: this.#momentums[index],
      momentum: this.momentum,
      averageGradient: this.#averageGradients[index],
    });
  }
}

/**
 * RMSprop: v is a running average of g^2, and w -= lr g / sqrt(v + epsilon).
 *
 * @example
 * console.log(RMSprop().getConfig().rho); // 0.9
 * @see https://keras.io/api/optimizers/rmsprop/
 */
export const RMSprop = callable(RMSpropOptimizer);
export type RMSprop = RMSpropOptimizer;
