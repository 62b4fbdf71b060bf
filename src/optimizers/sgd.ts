import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyGradientDescent, applyMomentum } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `SGD`. */
export interface SGDOptions extends OptimizerOptions {
  /** Part of each step that is repeated in the next, 0..1. Default: 0. */
  momentum?: number;
  /** Whether the step looks ahead along the momentum. Default: false. */
  nesterov?: boolean;
}

const SIGNATURE = optimizerSignature<SGDOptions>('SGD', { learningRate: 0.01, momentum: 0, nesterov: false });

export class SGDOptimizer extends Optimizer {
  static override readonly className: string = 'SGD';
  static override readonly configKeys: readonly string[] = ['momentum', 'nesterov'];
  readonly momentum: number;
  readonly nesterov: boolean;
  #momentums: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<SGDOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<SGDOptions>;
    super(options);
    this.momentum = options.momentum;
    this.nesterov = options.nesterov;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    if (this.momentum !== 0) this.#momentums = this.addOptimizerVariables(variables, 'momentum').momentum;
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const m = this.#momentums[this.indexOf(variable)];
    const { momentum, nesterov } = this;
    if (m) applyMomentum({ variable, m, gradient, learningRate, momentum, nesterov });
    else applyGradientDescent({ variable, gradient, learningRate });
  }
}

/**
 * Gradient descent: w -= lr g. With momentum: m = momentum m - lr g and w += m,
 * or with `nesterov` w += momentum m - lr g.
 *
 * @example
 * const optimizer = SGD({ learningRate: 0.1, momentum: 0.9 });
 * console.log(optimizer.learningRate); // 0.10000000149011612
 * @see https://keras.io/api/optimizers/sgd/
 */
export const SGD = callable(SGDOptimizer);
export type SGD = SGDOptimizer;
