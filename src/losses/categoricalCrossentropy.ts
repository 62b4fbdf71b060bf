import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { categoricalCrossEntropy } from '../ops/crossentropy';
import { type LabelKind, Loss, type LossOptions, lossOptions } from './loss';
import { alignLabels, smoothLabels, type TensorOrArray } from './tensors';

/** Options of the cross-entropies of distributions. */
export interface CrossentropyFunctionOptions {
  /** Whether yPred holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** Share of each label that is spread evenly over all classes, 0..1. Default: 0. */
  labelSmoothing?: number;
  /** Where the classes are. Default: -1. */
  axis?: number;
}

/**
 * The cross-entropy of distributions over classes, -sum_k yTrue_k log(yPred_k). Where yPred is the output of a softmax,
 * it is computed from the logits.
 *
 * @param yTrue (batch, ..., classes): one-hot, or shares that sum to 1
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @throws ValueError if the shapes differ
 * @example
 * categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]).print(); // [0.6931]
 * @see https://keras.io/api/losses/probabilistic_losses/
 */
export function categoricalCrossentropy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: CrossentropyFunctionOptions = {},
): tf.Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  return tf.tidy(() => {
    const [labels, output] = alignLabels('categorical_crossentropy', yTrue, yPred);
    return categoricalCrossEntropy(smoothLabels(labels, labelSmoothing), output, { fromLogits, axis });
  });
}

/** Arguments of `CategoricalCrossentropy`. */
export interface CategoricalCrossentropyOptions extends LossOptions, CrossentropyFunctionOptions {}

export class CategoricalCrossentropyLoss extends Loss {
  static override readonly className: string = 'CategoricalCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'labelSmoothing', 'axis'];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CategoricalCrossentropyOptions = {}) {
    const resolved = lossOptions<CategoricalCrossentropyOptions>(
      'CategoricalCrossentropy',
      'categorical_crossentropy',
      { fromLogits: false, labelSmoothing: 0, axis: -1 },
      [options],
    );
    super(resolved);
    this.fromLogits = resolved.fromLogits;
    this.labelSmoothing = resolved.labelSmoothing;
    this.axis = resolved.axis;
  }

  override get labelKind(): LabelKind {
    return 'shares';
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalCrossentropy(yTrue, yPred, this);
  }
}

/** `categoricalCrossentropy` as an object, reduced to one number. */
export const CategoricalCrossentropy = callable(CategoricalCrossentropyLoss);
export type CategoricalCrossentropy = CategoricalCrossentropyLoss;
