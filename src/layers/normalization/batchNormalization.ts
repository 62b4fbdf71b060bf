import type * as tf from '@tensorflow/tfjs';
import { callable } from '../../backend/callable';
import { formatShape, formatValue, type Shape, ValueError } from '../../backend/errors';
import { resolveOptions, type Signature } from '../../backend/options';
import type { Variable } from '../../backend/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { batchNormalization, normalize } from '../../ops/batchNormalization';
import { toFloat } from '../../ops/dataFormat';
import * as regularizers from '../../regularizers';
import { type CallOptions, LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `BatchNormalization`. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis whose entries are normalized each by itself: the channels. Default: -1. */
  axis?: number;
  /** How much of the moving averages stays at each step. Default: 0.99. */
  momentum?: number;
  /** Added to the variance. Default: 0.001. */
  epsilon?: number;
  /** Whether to add the weight `beta`. Default: true. */
  center?: boolean;
  /** Whether to multiply by the weight `gamma`. Default: true. */
  scale?: boolean;
  /** Default: `'zeros'`. */
  betaInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'ones'`. */
  gammaInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'zeros'`. */
  movingMeanInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'ones'`. */
  movingVarianceInitializer?: initializers.InitializerIdentifier | null;
  betaRegularizer?: regularizers.RegularizerIdentifier;
  gammaRegularizer?: regularizers.RegularizerIdentifier;
  betaConstraint?: constraints.ConstraintIdentifier;
  gammaConstraint?: constraints.ConstraintIdentifier;
  /** Kept for Keras's sake: there is one device. */
  synchronized?: boolean;
  /** Only `false`: batch renormalization is not here. */
  renorm?: boolean;
  renormClipping?: Readonly<Record<string, number>> | null;
  renormMomentum?: number;
}

const SIGNATURE: Signature<BatchNormalizationOptions> = {
  who: 'BatchNormalization',
  positional: [],
  defaults: {
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
    betaRegularizer: null,
    gammaRegularizer: null,
    betaConstraint: null,
    gammaConstraint: null,
    synchronized: false,
    renorm: false,
    renormClipping: null,
    renormMomentum: 0.99,
  },
  inherited: LAYER_OPTIONS,
};

export class BatchNormalizationLayer extends Layer {
  static override readonly className: string = 'BatchNormalization';
  static override readonly takesMask: boolean = true;
  static override readonly signature: Signature<BatchNormalizationOptions> = SIGNATURE;
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: initializers.Initializer | null;
  readonly gammaInitializer: initializers.Initializer | null;
  readonly movingMeanInitializer: initializers.Initializer | null;
  readonly movingVarianceInitializer: initializers.Initializer | null;
  readonly betaRegularizer: regularizers.Regularizer | null;
  readonly gammaRegularizer: regularizers.Regularizer | null;
  readonly betaConstraint: constraints.Constraint | null;
  readonly gammaConstraint: constraints.Constraint | null;
  readonly synchronized: boolean;
  readonly renorm: boolean;
  readonly renormClipping: null;
  readonly renormMomentum: number;
  /** Factors, `(channels,)`. */
  gamma: Variable | undefined;
  /** Offsets, `(channels,)`. */
  beta: Variable | undefined;
  /** Moving averages of the batches' means and variances, `(channels,)`. */
  movingMean: Variable | undefined;
  movingVariance: Variable | undefined;

  constructor(...args: [options?: BatchNormalizationOptions]) {
    const options = resolveOptions(SIGNATURE, args) as Required<BatchNormalizationOptions>;
    super(options);
    checkOptions(options);
    this.axis = options.axis;
    this.momentum = options.momentum;
    this.epsilon = options.epsilon;
    this.center = options.center;
    this.scale = options.scale;
    this.betaInitializer = initializers.get(options.betaInitializer);
    this.gammaInitializer = initializers.get(options.gammaInitializer);
    this.movingMeanInitializer = initializers.get(options.movingMeanInitializer);
    this.movingVarianceInitializer = initializers.get(options.movingVarianceInitializer);
    this.betaRegularizer = regularizers.get(options.betaRegularizer);
    this.gammaRegularizer = regularizers.get(options.gammaRegularizer);
    this.betaConstraint = constraints.get(options.betaConstraint);
    this.gammaConstraint = constraints.get(options.gammaConstraint);
    this.synchronized = options.synchronized;
    this.renorm = options.renorm;
    this.renormClipping = null;
    this.renormMomentum = options.renormMomentum;
  }

  override build(inputShape: Shape): void {
    this.computeOutputShape(inputShape);
    const channels = inputShape.at(this.axis);
    if (typeof channels !== 'number') {
      throw new ValueError(
        `${this.label}: axis ${this.axis} of the input must be known. Received: shape ${formatShape(inputShape)}.`,
      );
    }
    const add = (name: string, of: 'gamma' | 'beta' | 'movingMean' | 'movingVariance'): Variable => {
      const trainable = of === 'gamma' || of === 'beta';
      return this.addWeight({
        name,
        shape: [channels],
        initializer: this[`${of}Initializer`] ?? undefined,
        trainable,
        ...(trainable && { regularizer: this[`${of}Regularizer`], constraint: this[`${of}Constraint`] }),
      });
    };
    if (this.scale) this.gamma = add('gamma', 'gamma');
    if (this.center) this.beta = add('beta', 'beta');
    this.movingMean = add('moving_mean', 'movingMean');
    this.movingVariance = add('moving_variance', 'movingVariance');
    this.inputSpec = { ndim: inputShape.length, axes: { [this.axis]: channels } };
  }

  override call(inputs: tf.Tensor, { training = false }: CallOptions): tf.Tensor {
    const x = toFloat(inputs);
    const [movingMean, movingVariance] = [this.movingMean as Variable, this.movingVariance as Variable];
    const { axis, epsilon } = this;
    const options = { axis, epsilon, gamma: this.gamma?.value, beta: this.beta?.value };
    if (!training || !this.trainable) return normalize(x, movingMean.value, movingVariance.value, options);
    const { output, mean, variance } = batchNormalization(x, options);
    for (const [moving, now] of [
      [movingMean, mean],
      [movingVariance, variance],
    ] as const) {
      moving.assign(moving.value.mul(this.momentum).add(now.mul(1 - this.momentum)));
    }
    return output;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    if (inputShape.at(this.axis) !== undefined) return inputShape;
    throw new ValueError(
      `${this.label}: axis ${this.axis} is out of bounds. Received: an input of shape ${formatShape(inputShape)}.`,
    );
  }
}

function checkOptions({ axis, momentum, epsilon, renorm, renormClipping }: Required<BatchNormalizationOptions>): void {
  const refuse = (expected: string, name: string, value: unknown): never => {
    throw new ValueError(`BatchNormalization: ${expected}. Received: ${name}=${formatValue(value)}.`);
  };
  if (!Number.isInteger(axis)) refuse('axis must be a whole number', 'axis', axis);
  if (!Number.isFinite(momentum)) refuse('momentum must be a number', 'momentum', momentum);
  if (!Number.isFinite(epsilon)) refuse('epsilon must be a number', 'epsilon', epsilon);
  if (renorm !== false) refuse('batch renormalization is not supported; renorm must be false', 'renorm', renorm);
  if (renormClipping !== null) refuse('renormClipping must be null', 'renormClipping', renormClipping);
}

/**
 * Brings each channel to mean 0 and variance 1, then to a mean and spread that are learned.
 *
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`. In training, mean and variance (divided by n, not n - 1)
 * are those of the batch over all axes but `axis`, and move the averages:
 * `moving = moving * momentum + batch * (1 - momentum)`. Otherwise, and where `trainable` is false, the moving averages
 * normalize.
 *
 * Input of any rank; the output has its shape. Weights, each `(channels,)`: `gamma`, `beta`, and not trained
 * `moving_mean`, `moving_variance`.
 *
 * @throws ValueError for an axis that the input lacks, or whose size is unknown.
 * @example
 * const layer = BatchNormalization({ epsilon: 0 });
 * console.log(layer([[1], [3]], { training: true }).arraySync()); // [ [ -1 ], [ 1 ] ]
 * @see https://keras.io/api/layers/normalization_layers/batch_normalization/
 */
export const BatchNormalization = callable(BatchNormalizationLayer);
export type BatchNormalization = BatchNormalizationLayer;
