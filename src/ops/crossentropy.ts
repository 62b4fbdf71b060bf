/**
 * Cross-entropies per sample. From logits they are exact where probabilities underflow; outputs of a softmax or sigmoid
 * are followed back to their logits. The native library computes loss and gradient in one kernel.
 */
import * as tf from '@tensorflow/tfjs-core';
import { logitsOf } from '../backend/companions';
import { attr, native } from '../backend/native';
import { EPSILON } from '../base/epsilon';
import { formatShape, ValueError } from '../base/errors';
import { differentiable, type Save } from './differentiable';

/** Whether gradients are being taken of what runs now: a saved result of a kernel would be a constant to them. */
function isDifferentiated(): boolean {
  return tf.engine().isTapeOn();
}

/** Moves `axis` to the end. */
function lastAxis(x: tf.Tensor, axis: number): tf.Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  if (at === x.rank - 1) return x;
  const others = x.shape.map((_, i) => i).filter((i) => i !== at);
  return x.transpose([...others, at]);
}

/** (n, classes), as the native kernels want it. */
function asMatrix(x: tf.Tensor): tf.Tensor {
  return x.rank === 2 ? x : x.reshape([-1, x.shape[x.rank - 1] as number]);
}

/**
 * -sum_k labels_k log softmax(logits)_k, for labels that sum to 1.
 *
 * @param labels (..., classes)
 * @param logits (..., classes)
 * @param axis where the classes are. Default: -1
 * @returns the shape of logits without `axis`
 */
function softmaxCrossEntropy(labels: tf.Tensor, logits: tf.Tensor, axis = -1): tf.Tensor {
  const [targets, scores] = [lastAxis(labels, axis), lastAxis(logits, axis)];
  const leading = scores.shape.slice(0, -1);
  const kernel = native();
  const forward = (save: Save): tf.Tensor => {
    if (kernel) {
      const inputs = [asMatrix(scores), asMatrix(targets)];
      const attrs = [attr.type('T', 'float32')];
      const outputs = kernel.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', attrs, inputs, 2);
      const [loss, gradient] = outputs as [tf.Tensor, tf.Tensor];
      save([targets, scores, shaped(gradient, scores.shape)]);
      return shaped(loss, leading);
    }
    save([targets, scores]);
    return scores.logSoftmax().mul(targets).sum(-1).neg();
  };
  return differentiable({ labels: targets, logits: scores }, forward, (dy, [t, x, gradient]) => ({
    labels: () =>
      tf
        .logSoftmax(x as tf.Tensor)
        .mul(dy.expandDims(-1))
        .neg(),
    logits: () => {
      const difference = gradient && !isDifferentiated() ? gradient : tf.softmax(x as tf.Tensor).sub(t as tf.Tensor);
      return difference.mul(dy.expandDims(-1));
    },
  }));
}

function shaped(x: tf.Tensor, shape: number[]): tf.Tensor {
  return x.rank === shape.length ? x : x.reshape(shape);
}

/**
 * -log softmax(logits)[label] for numbers of classes.
 *
 * @param labels (...), any dtype
 * @param logits (..., classes)
 * @returns (...)
 */
function sparseSoftmaxCrossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const classes = logits.shape[logits.rank - 1] as number;
  const indices = labels.toInt();
  const kernel = native();
  const oneHot = (): tf.Tensor => tf.oneHot(indices as tf.Tensor1D, classes).cast('float32');
  if (!kernel) return softmaxCrossEntropy(oneHot(), logits);
  const forward = (save: Save): tf.Tensor => {
    const inputs = [asMatrix(logits), indices.flatten()];
    const attrs = [attr.type('T', 'float32'), attr.type('Tlabels', 'int32')];
    const outputs = kernel.executeMultipleOutputs('SparseSoftmaxCrossEntropyWithLogits', attrs, inputs, 2);
    const [loss, gradient] = outputs as [tf.Tensor, tf.Tensor];
    save([logits, shaped(gradient, logits.shape)]);
    return shaped(loss, indices.shape);
  };
  return differentiable({ logits }, forward, (dy, [x, gradient]) => ({
    logits: () => {
      const difference = isDifferentiated() ? tf.softmax(x as tf.Tensor).sub(oneHot()) : (gradient as tf.Tensor);
      return difference.mul(dy.expandDims(-1));
    },
  }));
}

/** -(labels log s + (1 - labels) log(1 - s)) with s = sigmoid(logits), element by element. */
function sigmoidCrossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  // max(x, 0) - x z + log(1 + exp(-|x|)) is the same, and overflows nowhere
  const forward = (save: Save): tf.Tensor => {
    save([labels, logits]);
    return logits.relu().sub(logits.mul(labels)).add(logits.abs().neg().exp().log1p());
  };
  return differentiable({ labels, logits }, forward, (dy, [z, x]) => ({
    labels: () => dy.mul(x as tf.Tensor).neg(),
    logits: () => dy.mul(tf.sigmoid(x as tf.Tensor).sub(z as tf.Tensor)),
  }));
}

/** How the cross-entropies read their second argument. */
export interface CrossEntropyOptions {
  /** Whether it holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** Where the classes are. Default: -1. */
  axis?: number;
}

function clip(probabilities: tf.Tensor): tf.Tensor {
  return probabilities.clipByValue(EPSILON, 1 - EPSILON);
}

/**
 * Cross-entropy of distributions along `axis`; probabilities are made to sum to 1 and clipped to 1e-7..1 - 1e-7.
 *
 * @param target (..., classes)
 * @param output (..., classes): a softmax, or logits
 * @returns the shape without `axis`
 */
export function categoricalCrossEntropy(
  target: tf.Tensor,
  output: tf.Tensor,
  options: CrossEntropyOptions = {},
): tf.Tensor {
  const { fromLogits = false, axis = -1 } = options;
  const logits = logitsOf(output, 'softmax') ?? (fromLogits ? output : undefined);
  if (logits) return softmaxCrossEntropy(target, logits, axis);
  const probabilities = clip(output.div(output.sum(axis, true)));
  return target.mul(probabilities.log()).sum(axis).neg();
}

/**
 * Cross-entropy with numbers of classes.
 *
 * @param target (...) or (..., 1)
 * @param output (..., classes): a softmax, or logits
 * @returns (...)
 */
export function sparseCategoricalCrossEntropy(
  target: tf.Tensor,
  output: tf.Tensor,
  options: CrossEntropyOptions = {},
): tf.Tensor {
  const { fromLogits = false, axis = -1 } = options;
  if (axis !== -1 && axis !== output.rank - 1) {
    throw new ValueError(`sparse_categorical_crossentropy: axis must be the last one, -1. Received: axis=${axis}.`);
  }
  const isColumn = target.rank === output.rank && target.shape[target.rank - 1] === 1;
  const labels = isColumn ? target.squeeze([target.rank - 1]) : target;
  const leading = output.shape.slice(0, -1);
  if (labels.rank !== leading.length || labels.shape.some((dim, i) => dim !== leading[i])) {
    throw new ValueError(
      'sparse_categorical_crossentropy: yTrue and yPred must have the same shape up until the last dimension. ' +
        `Received: yTrue.shape=${formatShape(target.shape)}, yPred.shape=${formatShape(output.shape)}. ` +
        'Labels are numbers of classes here; for one-hot labels use categorical_crossentropy.',
    );
  }
  const logits = logitsOf(output, 'softmax') ?? (fromLogits ? output : undefined);
  return sparseSoftmaxCrossEntropy(labels, logits ?? clip(output).log());
}

/**
 * Cross-entropy of independent probabilities, element by element; they are clipped to 1e-7..1 - 1e-7.
 *
 * @param target (...)
 * @param output (...): a sigmoid, or logits
 * @returns (...)
 */
export function binaryCrossEntropy(
  target: tf.Tensor,
  output: tf.Tensor,
  options: { fromLogits?: boolean } = {},
): tf.Tensor {
  const logits = logitsOf(output, 'sigmoid') ?? (options.fromLogits ? output : undefined);
  if (logits) return sigmoidCrossEntropy(target, logits);
  const p = clip(output);
  const one = tf.scalar(1);
  return target
    .mul(p.log())
    .add(one.sub(target).mul(one.sub(p).log()))
    .neg();
}
