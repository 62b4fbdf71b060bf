import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { checkValue, finite } from '../base/checks';
import { binaryCrossEntropy } from '../ops/crossentropy';
import type { CrossentropyFunctionOptions } from './categoricalCrossentropy';
import { type LabelKind, Loss, type LossOptions, lossOptions } from './loss';
import { alignLabels, type TensorOrArray } from './tensors';

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalFunctionOptions extends CrossentropyFunctionOptions {
  /** Whether class 1 is weighted by alpha and class 0 by 1 - alpha. Default: false. */
  applyClassBalancing?: boolean;
  /** Weight of class 1. Default: 0.25. */
  alpha?: number;
  /** How much well-classified samples are played down. Default: 2. */
  gamma?: number;
}

/**
 * The binary cross-entropy times (1 - p)^gamma, where p is the probability given to the right class.
 *
 * @param yTrue (batch, ..., d)
 * @param yPred (batch, ..., d)
 * @returns (batch, ...)
 * @example
 * binaryFocalCrossentropy([[0, 1]], [[0.5, 0.5]]).print(); // [0.1733]
 * @see https://arxiv.org/abs/1708.02002
 */
export function binaryFocalCrossentropy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: BinaryFocalFunctionOptions = {},
): tf.Tensor {
  const { applyClassBalancing = false, alpha = 0.25, gamma = 2, fromLogits = false } = options;
  const { labelSmoothing = 0, axis = -1 } = options;
  return tf.tidy(() => {
    const [labels, output] = alignLabels('binary_focal_crossentropy', yTrue, yPred);
    const one = tf.scalar(1);
    const t = labelSmoothing ? labels.mul(1 - labelSmoothing).add(0.5 * labelSmoothing) : labels;
    const p = fromLogits ? output.sigmoid() : output;
    const right = t.mul(p).add(one.sub(t).mul(one.sub(p)));
    const focal = one.sub(right).pow(gamma).mul(binaryCrossEntropy(t, p));
    if (!applyClassBalancing) return focal.mean(axis);
    return t
      .mul(alpha)
      .add(one.sub(t).mul(1 - alpha))
      .mul(focal)
      .mean(axis);
  });
}

/** Arguments of `BinaryFocalCrossentropy`. */
export interface BinaryFocalCrossentropyOptions extends LossOptions, BinaryFocalFunctionOptions {}

export class BinaryFocalCrossentropyLoss extends Loss {
  static override readonly className: string = 'BinaryFocalCrossentropy';
  static override readonly configKeys: readonly string[] = [
    'fromLogits',
    'labelSmoothing',
    'axis',
    'applyClassBalancing',
    'alpha',
    'gamma',
  ];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;
  readonly applyClassBalancing: boolean;
  readonly alpha: number;
  readonly gamma: number;

  constructor(options: BinaryFocalCrossentropyOptions = {}) {
    const own = { applyClassBalancing: false, alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0, axis: -1 };
    const resolved = lossOptions<BinaryFocalCrossentropyOptions>(
      'BinaryFocalCrossentropy',
      'binary_focal_crossentropy',
      own,
      [options],
    );
    checkValue('BinaryFocalCrossentropy', 'alpha', resolved.alpha, finite);
    super(resolved);
    this.fromLogits = resolved.fromLogits;
    this.labelSmoothing = resolved.labelSmoothing;
    this.axis = resolved.axis;
    this.applyClassBalancing = resolved.applyClassBalancing;
    this.alpha = resolved.alpha;
    this.gamma = resolved.gamma;
  }

  override get labelKind(): LabelKind {
    return 'shares';
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return binaryFocalCrossentropy(yTrue, yPred, this);
  }
}

/** `binaryFocalCrossentropy` as an object, reduced to one number. */
export const BinaryFocalCrossentropy = callable(BinaryFocalCrossentropyLoss);
export type BinaryFocalCrossentropy = BinaryFocalCrossentropyLoss;
