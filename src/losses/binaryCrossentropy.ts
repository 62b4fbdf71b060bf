import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { binaryCrossEntropy } from '../ops/crossentropy';
import type { CrossentropyFunctionOptions } from './categoricalCrossentropy';
import { type LabelKind, Loss, type LossOptions, lossOptions } from './loss';
import { alignLabels, type TensorOrArray } from './tensors';

/**
 * The mean over an axis of -(yTrue log(yPred) + (1 - yTrue) log(1 - yPred)). Where yPred is the output of a sigmoid, it
 * is computed from the logits.
 *
 * @param yTrue (batch, ..., d): 0, 1, or a probability
 * @param yPred (batch, ..., d)
 * @param options `labelSmoothing` moves labels towards 0.5; `axis` is the one the mean is over
 * @returns (batch, ...)
 * @throws ValueError if the shapes differ
 * @example
 * binaryCrossentropy([[0, 1]], [[0.5, 0.5]]).print(); // [0.6931]
 * @see https://keras.io/api/losses/probabilistic_losses/
 */
export function binaryCrossentropy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: CrossentropyFunctionOptions = {},
): tf.Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  return tf.tidy(() => {
    const [labels, output] = alignLabels('binary_crossentropy', yTrue, yPred);
    const target = labelSmoothing ? labels.mul(1 - labelSmoothing).add(0.5 * labelSmoothing) : labels;
    return binaryCrossEntropy(target, output, { fromLogits }).mean(axis);
  });
}

/** Arguments of `BinaryCrossentropy`. */
export interface BinaryCrossentropyOptions extends LossOptions, CrossentropyFunctionOptions {}

export class BinaryCrossentropyLoss extends Loss {
  static override readonly className: string = 'BinaryCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'labelSmoothing', 'axis'];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: BinaryCrossentropyOptions = {}) {
    const resolved = lossOptions<BinaryCrossentropyOptions>(
      'BinaryCrossentropy',
      'binary_crossentropy',
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
    return binaryCrossentropy(yTrue, yPred, this);
  }
}

/** `binaryCrossentropy` as an object, reduced to one number. */
export const BinaryCrossentropy = callable(BinaryCrossentropyLoss);
export type BinaryCrossentropy = BinaryCrossentropyLoss;
