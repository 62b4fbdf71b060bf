import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { formatShape, formatValue, ValueError } from '../base/errors';

/**
 * Checks gradients against their variables; returns the paths of the variables that have none.
 *
 * @throws ValueError for another number or other shapes, or if there is no gradient at all
 */
export function checkGradients(
  who: string,
  gradients: readonly (tf.Tensor | null)[],
  variables: readonly Variable[],
): string[] {
  if (gradients.length !== variables.length) {
    throw new ValueError(
      `${who}: expected one gradient for each variable. ` +
        `Received: ${gradients.length} gradients, ${variables.length} variables.`,
    );
  }
  variables.forEach(({ path, shape }, i) => {
    const gradient = gradients[i];
    if (!gradient || formatShape(gradient.shape) === formatShape(shape)) return;
    throw new ValueError(
      `${who}: the gradient of '${path}' must have its shape, ${formatShape(shape)}. ` +
        `Received: shape ${formatShape(gradient.shape)}.`,
    );
  });
  const missing = variables.filter((_, i) => !gradients[i]).map(({ path }) => path);
  if (missing.length === variables.length) {
    throw new ValueError(`${who}: no gradients for any variable. Received: variables ${formatValue(missing)}.`);
  }
  return missing;
}
