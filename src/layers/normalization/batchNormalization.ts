import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { callable } from '../../base/callable';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { batchNormalization, maskedBatchNormalization, normalize } from '../../ops/batchNormalization';
import { toFloat } from '../../ops/dataFormat';
import { type Settled, WeightedLayer } from '../core/weighted';
import type { CallOptions } from '../layer';
import { type BatchNormalizationOptions, SIGNATURE } from './batchNormalizationOptions';

export type { BatchNormalizationOptions } from './batchNormalizationOptions';

export interface BatchNormalizationLayer extends Settled<BatchNormalizationOptions> {}
export class BatchNormalizationLayer extends WeightedLayer {
  static override readonly className: string = 'BatchNormalization';
  static override readonly takesMask: boolean = true;
  static override readonly signature: Signature<BatchNormalizationOptions> = SIGNATURE;
  override supportsMasking = true;
  /** Factors, `(channels,)`. */
  gamma: Variable | undefined;
  /** Offsets, `(channels,)`. */
  beta: Variable | undefined;
  /** Moving averages of the batches' means, `(channels,)`. */
  movingMean: Variable | undefined;
  /** Moving averages of the batches' variances, `(channels,)`. */
  movingVariance: Variable | undefined;

  constructor(...args: [options?: BatchNormalizationOptions]) {
    const options = resolveOptions(SIGNATURE, args);
    super(SIGNATURE, options);
  }

  override build(inputShape: Shape): void {
    this.computeOutputShape(inputShape);
    const channels = inputShape.at(this.axis);
    if (typeof channels !== 'number') {
      const given = formatShape(inputShape);
      throw new ValueError(`${this.label}: axis ${this.axis} of the input must be known. Received: shape ${given}.`);
    }
    const shape = [channels];
    if (this.scale) this.gamma = this.addWeightOf('gamma', { name: 'gamma', shape });
    if (this.center) this.beta = this.addWeightOf('beta', { name: 'beta', shape });
    this.movingMean = this.addWeightOf('movingMean', { name: 'moving_mean', shape, trainable: false });
    this.movingVariance = this.addWeightOf('movingVariance', { name: 'moving_variance', shape, trainable: false });
    this.inputSpec = { ndim: inputShape.length, axes: { [this.axis]: channels } };
  }

  override call(inputs: tf.Tensor, { training = false, mask }: CallOptions): tf.Tensor {
    const x = toFloat(inputs);
    const counts = mask as tf.Tensor | null | undefined;
    if (counts && counts.rank !== x.rank - 1) {
      throw new ValueError(
        `${this.label}: the mask must have one axis less than the inputs. ` +
          `Received: inputs of shape ${formatShape(x.shape)}, a mask of shape ${formatShape(counts.shape)}.`,
      );
    }
    const [movingMean, movingVariance] = [this.movingMean as Variable, this.movingVariance as Variable];
    const options = { axis: this.axis, epsilon: this.epsilon, gamma: this.gamma?.value, beta: this.beta?.value };
    if (!training || !this.trainable) return normalize(x, movingMean.value, movingVariance.value, options);
    const { output, mean, variance } = counts
      ? maskedBatchNormalization(x, counts, options)
      : batchNormalization(x, options);
    this.#move(movingMean, mean);
    this.#move(movingVariance, variance);
    return output;
  }

  #move(average: Variable, now: tf.Tensor): void {
    average.assign(average.value.mul(this.momentum).add(now.mul(1 - this.momentum)));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    if (inputShape.at(this.axis) !== undefined) return inputShape;
    const given = formatShape(inputShape);
    throw new ValueError(`${this.label}: axis ${this.axis} is out of bounds. Received: an input of shape ${given}.`);
  }
}

/**
 * Brings each channel to mean 0 and variance 1, then to a mean and spread that are learned.
 *
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`. In training, mean and variance (divided by n, not n - 1)
 * are those of the batch over all axes but `axis`, and move the averages:
 * `moving = moving * momentum + batch * (1 - momentum)`. Otherwise, and where `trainable` is false, the moving averages
 * normalize. Steps that a mask leaves out count nothing in the batch's mean and variance, and are normalized like the
 * others.
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
