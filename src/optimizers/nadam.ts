import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { resolveOptions } from '../base/options';
import { applyNadam } from '../ops/updates';
import { Optimizer } from './optimizer';
import { type OptimizerArguments, type OptimizerOptions, optimizerSignature } from './options';

/** Arguments of `Nadam`. */
export interface NadamOptions extends OptimizerOptions {
  /** How much of the average gradient stays at each step. Default: 0.9. */
  beta1?: number;
  /** How much of the average squared gradient stays at each step. Default: 0.999. */
  beta2?: number;
  /** Keeps the division finite. Default: 1e-7. */
  epsilon?: number;
}

const SIGNATURE = optimizerSignature<NadamOptions>('Nadam', {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
});

export class NadamOptimizer extends Optimizer {
  static override readonly className: string = 'Nadam';
  static override readonly configKeys: readonly string[] = ['beta1', 'beta2', 'epsilon'];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #product!: Variable;

  constructor(...args: OptimizerArguments<NadamOptions>) {
    const options = resolveOptions(SIGNATURE, args) as Required<NadamOptions>;
    super(options);
    this.beta1 = options.beta1;
    this.beta2 = options.beta2;
    this.epsilon = options.epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const slots = this.addOptimizerVariables(variables, 'momentum', 'velocity');
    this.#momentums = slots.momentum;
    this.#velocities = slots.velocity;
    this.#product = this.addVariable({ shape: [], name: 'variable', initial: 1 }); // Keras gives it no name of its own
  }

  /** The momentum at a step: beta1 (1 - 0.96^t / 2). */
  #decayAt(step: tf.Tensor): tf.Tensor {
    return tf.scalar(1).sub(tf.scalar(0.96).pow(step).mul(0.5)).mul(this.beta1);
  }

  protected override updateAll(gradients: tf.Tensor[], variables: Variable[], learningRate: tf.Tensor): void {
    this.#product.assign(this.#product.value.mul(this.#decayAt(this.step)));
    super.updateAll(gradients, variables, learningRate);
  }

  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    const index = this.indexOf(variable);
    const { step } = this;
    applyNadam({
      variable,
      gradient,
      learningRate,
      m: this.#momentums[index] as Variable,
      v: this.#velocities[index] as Variable,
      beta1: this.beta1,
      beta2: this.beta2,
      epsilon: this.epsilon,
      step,
      decay: this.#decayAt(step),
      nextDecay: this.#decayAt(step.add(1)),
      product: this.#product.value,
    });
  }
}

/**
 * Nadam: Adam with Nesterov's momentum, whose size at step t is beta1 (1 - 0.96^t / 2).
 *
 * @example
 * console.log(Nadam().getConfig().epsilon); // 1e-7
 * @see https://cs229.stanford.edu/proj2015/054_report.pdf
 */
export const Nadam = callable(NadamOptimizer);
export type Nadam = NadamOptimizer;
