import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { callable } from '../../base/callable';
import { flag, wholeFrom } from '../../base/checks';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { matmul } from '../../ops/matmul';
import { LAYER_OPTIONS } from '../layer';
import { AffineLayer, type AffineOptions, type KernelOptions, type Settled } from './weighted';

/** Options of `Dense`. */
export interface DenseOptions extends AffineOptions, KernelOptions {
  /** Size of the output's last axis. */
  units: number;
  /** Only `null`: weights are float32 here. */
  quantizationConfig?: null;
}

type DenseArguments = [units: number, options?: Omit<DenseOptions, 'units'>] | [options: DenseOptions];

const SIGNATURE: Signature<DenseOptions> = {
  who: 'Dense',
  positional: ['units'],
  defaults: {
    activation: null,
    useBias: true,
    kernelInitializer: 'glorot_uniform',
    biasInitializer: 'zeros',
    kernelRegularizer: null,
    biasRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
    quantizationConfig: null,
  },
  checks: {
    units: wholeFrom(1),
    useBias: flag,
    quantizationConfig: { expected: 'null', accepts: (value) => value === null },
  },
  inherited: LAYER_OPTIONS,
};

export interface DenseLayer extends Settled<DenseOptions> {}
export class DenseLayer extends AffineLayer {
  static override readonly className: string = 'Dense';
  static override readonly signature: Signature<DenseOptions> = SIGNATURE;
  override supportsMasking = true;

  constructor(...args: DenseArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(SIGNATURE, options);
    this.inputSpec = { minNdim: 2 };
  }

  override build(inputShape: Shape): void {
    const inputs = inputShape.at(-1);
    if (typeof inputs !== 'number') {
      const given = formatShape(inputShape);
      throw new ValueError(`${this.label}: the last axis of the input must be known. Received: shape ${given}.`);
    }
    this.inputSpec = { minNdim: 2, axes: { '-1': inputs } };
    this.addKernelAndBias('kernel', [inputs, this.units], this.units);
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.finish(matmul(x, (this.kernel as Variable).value));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape.slice(0, -1), this.units];
  }
}

/**
 * Every output depends on every input: `y = activation(x kernel + bias)`.
 *
 * Input `(batch, ..., inputs)`, output `(batch, ..., units)`. Weights: `kernel` `(inputs, units)`, `bias` `(units,)`.
 *
 * @throws ValueError for bad options, an input of rank 1, or one whose last axis is unknown or not that of the weights.
 * @example
 * const layer = Dense(2, { kernelInitializer: 'ones' });
 * console.log(layer([[1, 2, 3]]).arraySync()); // [ [ 6, 6 ] ]
 * @see https://keras.io/api/layers/core_layers/dense/
 */
export const Dense = callable(DenseLayer);
export type Dense = DenseLayer;
