import * as tf from '@tensorflow/tfjs';

/** x scaled down to length `limit` where it is longer. */
export function clipByNorm(x: tf.Tensor, limit: number): tf.Tensor {
  return x.mul(limit).div(x.square().sum().sqrt().maximum(limit));
}

/** All gradients scaled by one factor, so that together they are at most `limit` long. */
export function clipByGlobalNorm(gradients: readonly tf.Tensor[], limit: number): tf.Tensor[] {
  const norm = tf.addN(gradients.map((gradient) => gradient.square().sum())).sqrt();
  const scale = tf
    .scalar(1)
    .div(norm)
    .minimum(1 / limit)
    .mul(limit);
  const finite = scale.add(norm.sub(norm)); // NaN where the norm is not finite
  return gradients.map((gradient) => gradient.mul(finite));
}
