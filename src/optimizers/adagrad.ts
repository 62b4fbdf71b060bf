import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyAdagrad } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `Adagrad`. */
export interface AdagradOptions extends OptimizerOptions {
  /** Where the sums of squared gradients start. Default: 0.1. */
  initialAccumulatorValue?: number;
  /** Keeps the division finite; added under the root. Default: 1e-7. */
  epsilon?: number;
}

const SIGNATURE = optimizerSignature<AdagradOptions>('Adagrad', {
  learningRate: 0.001,
  initialAccumulatorValue: 0.1,
  epsilon: 1e-7,
});

export class AdagradOptimizer extends Optimizer {
  static override readonly className: string = 'Adagrad';
  static override readonly configKeys: readonly string[] = ['initialAccumulatorValue', 'epsilon'];
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;
  #accumulators: readonly Variable[] = [];

  constructor(...args: OptimizerArguments<AdagradOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<AdagradOptions>;
    super(options);
    this.initialAccumulatorValue = options.initialAccumulatorValue;
    this.epsilon = options.epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#accumulators = variables.map((variable) =>
      this.addVariableFromReference(variable, 'accumulator', this.initialAccumulatorValue),
    );
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const accumulator = this.#accumulators[this.indexOf(variable)] as Variable;
    applyAdagrad({ variable, gradient, learningRate, accumulator, epsilon: this.epsilon });
  }
}

/**
 * Adagrad: a is the sum of all g^2, and w -= lr g / sqrt(a + epsilon).
 *
 * @example
 * console.log(Adagrad().getConfig().initial_accumulator_value); // 0.1
 * @see https://keras.io/api/optimizers/adagrad/
 */
export const Adagrad = callable(AdagradOptimizer);
export type Adagrad = AdagradOptimizer;
