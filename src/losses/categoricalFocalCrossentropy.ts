import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { formatShape, ValueError } from '../base/errors';
import type { CrossentropyFunctionOptions } from './categoricalCrossentropy';
import { type LabelKind, Loss, type LossOptions, lossOptions } from './loss';
import { broadcastLabels, checkHasAxis, EPSILON, smoothLabels, type TensorOrArray } from './tensors';

const WHO = 'categorical_focal_crossentropy';

/** Options of `categoricalFocalCrossentropy`. */
export interface CategoricalFocalFunctionOptions extends CrossentropyFunctionOptions {
  /** Weight of the classes, one for all or one for each. Default: 0.25. */
  alpha?: number | readonly number[];
  /** How much well-classified samples are played down. Default: 2. */
  gamma?: number;
}

/**
 * The sum over classes of -alpha (1 - yPred)^gamma yTrue log(yPred).
 *
 * @param yTrue (batch, ..., classes)
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @example
 * categoricalFocalCrossentropy([[0, 1]], [[0.5, 0.5]]).print(); // [0.0433]
 * @see https://arxiv.org/abs/1708.02002
 */
export function categoricalFocalCrossentropy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: CategoricalFocalFunctionOptions = {},
): tf.Tensor {
  const { alpha = 0.25, gamma = 2, fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  return tf.tidy(() => {
    const [labels, output] = broadcastLabels(WHO, yTrue, yPred);
    checkHasAxis(WHO, labels, output);
    checkAlpha(alpha, output);
    const shares = fromLogits ? softmax(output, axis) : output;
    const p = shares.div(shares.sum(axis, true)).clipByValue(EPSILON, 1 - EPSILON);
    const crossentropy = smoothLabels(labels, labelSmoothing).mul(p.log()).neg();
    return tf
      .scalar(1)
      .sub(p)
      .pow(gamma)
      .mul(alpha as number)
      .mul(crossentropy)
      .sum(axis);
  });
}

/** One weight for all classes, or one for each. */
function checkAlpha(alpha: number | readonly number[], output: tf.Tensor): void {
  if (typeof alpha === 'number' || alpha.length === 1 || alpha.length === output.shape.at(-1)) return;
  throw new ValueError(
    `${WHO}: alpha must be one number, or one for each class. ` +
      `Received: ${alpha.length} of them, predictions of shape ${formatShape(output.shape)}.`,
  );
}

function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  const powers = x.sub(x.max(axis, true)).exp();
  return powers.div(powers.sum(axis, true));
}

/** Arguments of `CategoricalFocalCrossentropy`. */
export interface CategoricalFocalCrossentropyOptions extends LossOptions, CategoricalFocalFunctionOptions {}

export class CategoricalFocalCrossentropyLoss extends Loss {
  static override readonly className: string = 'CategoricalFocalCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'labelSmoothing', 'axis', 'alpha', 'gamma'];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;
  readonly alpha: number | readonly number[];
  readonly gamma: number;

  constructor(options: CategoricalFocalCrossentropyOptions = {}) {
    const resolved = lossOptions<CategoricalFocalCrossentropyOptions>(
      'CategoricalFocalCrossentropy',
      'categorical_focal_crossentropy',
      { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0, axis: -1 },
      [options],
    );
    super(resolved);
    this.fromLogits = resolved.fromLogits;
    this.labelSmoothing = resolved.labelSmoothing;
    this.axis = resolved.axis;
    this.alpha = resolved.alpha;
    this.gamma = resolved.gamma;
  }

  override get labelKind(): LabelKind {
    return 'shares';
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalFocalCrossentropy(yTrue, yPred, this);
  }
}

/** `categoricalFocalCrossentropy` as an object, reduced to one number. */
export const CategoricalFocalCrossentropy = callable(CategoricalFocalCrossentropyLoss);
export type CategoricalFocalCrossentropy = CategoricalFocalCrossentropyLoss;
