import * as tf from '@tensorflow/tfjs-core';

/** x scaled down to length `limit` where it is longer. */
function clipByNorm(x: tf.Tensor, limit: number): tf.Tensor {
  return x.mul(limit).div(x.square().sum().sqrt().maximum(limit));
}

/** All gradients scaled by one factor, so that together they are at most `limit` long. */
function clipByGlobalNorm(gradients: readonly tf.Tensor[], limit: number): tf.Tensor[] {
  const norm = tf.addN(gradients.map((gradient) => gradient.square().sum())).sqrt();
  const scale = tf
    .scalar(1)
    .div(norm)
    .minimum(1 / limit)
    .mul(limit);
  const finite = scale.add(norm.sub(norm)); // NaN where the norm is not finite
  return gradients.map((gradient) => gradient.mul(finite));
}

/** Gradients clipped as the options say: each by its length, all by their length together, or each entry. */
export function clipGradients(
  gradients: tf.Tensor[],
  options: { clipnorm: number | null; globalClipnorm: number | null; clipvalue: number | null },
): tf.Tensor[] {
  const { clipnorm, globalClipnorm, clipvalue } = options;
  if (clipnorm) return gradients.map((gradient) => clipByNorm(gradient, clipnorm));
  if (globalClipnorm) return clipByGlobalNorm(gradients, globalClipnorm);
  if (clipvalue) return gradients.map((gradient) => gradient.clipByValue(-clipvalue, clipvalue));
  return gradients;
}
