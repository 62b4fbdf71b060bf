import * as tf from '@tensorflow/tfjs-core';
import { setMask } from '../backend/companions';
import { callable } from '../base/callable';
import { sparseCategoricalCrossEntropy } from '../ops/crossentropy';
import { type LabelKind, Loss, type LossOptions, lossOptions } from './loss';
import { checkHasAxis, type TensorOrArray, toTensor } from './tensors';

const WHO = 'sparse_categorical_crossentropy';

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseCrossentropyFunctionOptions {
  /** Whether yPred holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** A class whose samples do not count, such as the background of a segmentation. Default: none. */
  ignoreClass?: number | null;
  /** Where the classes are; only the last axis. Default: -1. */
  axis?: number;
}

/**
 * The cross-entropy -log(yPred[label]) of classes given by number. Where yPred is the output of a softmax, it is
 * computed from the logits.
 *
 * @param yTrue (batch, ...) or (batch, ..., 1): numbers of classes, of any dtype
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @throws ValueError if the shapes do not fit
 * @example
 * sparseCategoricalCrossentropy([1], [[0.5, 0.5]]).print(); // [0.6931]
 * @see https://keras.io/api/losses/probabilistic_losses/
 */
export function sparseCategoricalCrossentropy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: SparseCrossentropyFunctionOptions = {},
): tf.Tensor {
  const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
  const values = tf.tidy((): tf.Tensor => {
    const [labels, output] = [toTensor(WHO, 'yTrue', yTrue), toTensor(WHO, 'yPred', yPred, 'float32')];
    checkHasAxis(WHO, labels, output);
    if (ignoreClass === null) return sparseCategoricalCrossEntropy(labels, output, { fromLogits, axis });
    const column = dropLastAxis(labels, output.rank);
    const counts = column.notEqual(ignoreClass);
    const loss = sparseCategoricalCrossEntropy(
      tf.where(counts, column, tf.zerosLike(column)),
      tf.where(counts.expandDims(-1), output, tf.zerosLike(output)),
      { fromLogits, axis },
    );
    return tf.where(counts, loss, tf.zerosLike(loss));
  });
  if (ignoreClass === null || !(yTrue instanceof tf.Tensor)) return values;
  const mask = (): tf.Tensor => dropLastAxis(yTrue, values.rank + 1).notEqual(ignoreClass);
  return setMask(values, () => (yTrue.isDisposed ? undefined : mask()));
}

/** Labels (..., 1) as (...), for outputs of a rank. */
function dropLastAxis(labels: tf.Tensor, rank: number): tf.Tensor {
  return labels.rank === rank && labels.shape[rank - 1] === 1 ? labels.squeeze([rank - 1]) : labels;
}

/** Arguments of `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyOptions extends LossOptions, SparseCrossentropyFunctionOptions {}

export class SparseCategoricalCrossentropyLoss extends Loss {
  static override readonly className: string = 'SparseCategoricalCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'ignoreClass'];
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;
  readonly axis: number;

  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    const resolved = lossOptions<SparseCategoricalCrossentropyOptions>(
      'SparseCategoricalCrossentropy',
      'sparse_categorical_crossentropy',
      { fromLogits: false, ignoreClass: null, axis: -1 },
      [options],
    );
    super(resolved);
    this.fromLogits = resolved.fromLogits;
    this.ignoreClass = resolved.ignoreClass;
    this.axis = resolved.axis;
  }

  override get labelKind(): LabelKind {
    return 'classes';
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, this);
  }
}

/** `sparseCategoricalCrossentropy` as an object, reduced to one number. As in Keras, the config lacks `axis`. */
export const SparseCategoricalCrossentropy = callable(SparseCategoricalCrossentropyLoss);
export type SparseCategoricalCrossentropy = SparseCategoricalCrossentropyLoss;
