import type * as tf from '@tensorflow/tfjs';
import * as activations from '../../activations';
import { callable } from '../../backend/callable';
import { formatShape, formatValue, type Shape, ValueError } from '../../backend/errors';
import { resolveOptions, type Signature } from '../../backend/options';
import type { Variable } from '../../backend/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { biasAdd } from '../../ops/biasAdd';
import { matmul } from '../../ops/matmul';
import * as regularizers from '../../regularizers';
import type { Config } from '../../saving/registry';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Dense`. */
export interface DenseOptions extends LayerOptions {
  /** Size of the output's last axis. */
  units: number;
  /** Applied to the output. Default: none. */
  activation?: activations.ActivationIdentifier;
  /** Whether to add a number to each unit. Default: true. */
  useBias?: boolean;
  /** Default: `'glorot_uniform'`. */
  kernelInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier | null;
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  biasRegularizer?: regularizers.RegularizerIdentifier;
  kernelConstraint?: constraints.ConstraintIdentifier;
  biasConstraint?: constraints.ConstraintIdentifier;
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
  inherited: LAYER_OPTIONS,
};

export class DenseLayer extends Layer {
  static override readonly className: string = 'Dense';
  static override readonly signature: Signature<DenseOptions> = SIGNATURE;
  readonly units: number;
  readonly activation: activations.ActivationFunction;
  readonly useBias: boolean;
  readonly kernelInitializer: initializers.Initializer | null;
  readonly biasInitializer: initializers.Initializer | null;
  readonly kernelRegularizer: regularizers.Regularizer | null;
  readonly biasRegularizer: regularizers.Regularizer | null;
  readonly kernelConstraint: constraints.Constraint | null;
  readonly biasConstraint: constraints.Constraint | null;
  /** `(inputs, units)` */
  kernel: Variable | undefined;
  /** `(units,)` */
  bias: Variable | undefined;

  constructor(...args: DenseArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { units, quantizationConfig } = options;
    const refuse = (expected: string, name: string, value: unknown): never => {
      throw new ValueError(`Dense: ${expected}. Received: ${name}=${formatValue(value)}.`);
    };
    if (!Number.isInteger(units) || units <= 0) refuse('units must be a positive integer', 'units', units);
    if (quantizationConfig !== null)
      refuse('quantizationConfig must be null', 'quantizationConfig', quantizationConfig);
    this.units = units;
    this.activation = activations.get(options.activation);
    this.useBias = options.useBias as boolean;
    this.kernelInitializer = initializers.get(options.kernelInitializer);
    this.biasInitializer = initializers.get(options.biasInitializer);
    this.kernelRegularizer = regularizers.get(options.kernelRegularizer);
    this.biasRegularizer = regularizers.get(options.biasRegularizer);
    this.kernelConstraint = constraints.get(options.kernelConstraint);
    this.biasConstraint = constraints.get(options.biasConstraint);
    this.inputSpec = { minNdim: 2 };
  }

  override build(inputShape: Shape): void {
    const inputs = inputShape.at(-1);
    if (typeof inputs !== 'number') {
      throw new ValueError(
        `${this.label}: the last axis of the input must be known. Received: shape ${formatShape(inputShape)}.`,
      );
    }
    this.inputSpec = { minNdim: 2, axes: { '-1': inputs } };
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [inputs, this.units],
      initializer: this.kernelInitializer ?? undefined,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (!this.useBias) return;
    this.bias = this.addWeight({
      name: 'bias',
      shape: [this.units],
      initializer: this.biasInitializer ?? undefined,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  override call(x: tf.Tensor): tf.Tensor {
    const y = matmul(x, (this.kernel as Variable).value);
    return this.activation(this.bias ? biasAdd(y, this.bias.value) : y);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape.slice(0, -1), this.units];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
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
