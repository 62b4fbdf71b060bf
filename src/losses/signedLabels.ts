import * as tf from '@tensorflow/tfjs-core';

/** Labels that are all 0 or 1 as -1 and 1; any others as they are. */
export function signedLabels(labels: tf.Tensor): tf.Tensor {
  const areBinary = tf.logicalOr(labels.equal(0), labels.equal(1)).all();
  return tf.where(areBinary, labels.mul(2).sub(1), labels);
}
