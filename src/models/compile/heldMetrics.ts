import type { Layer } from '../../layers/layer';
import { Metric } from '../../metrics';

/**
 * Metrics that a model holds by itself, then those of the layers in it. Models inside of it keep theirs, which belong to
 * their own training.
 *
 * @param isModel whether a layer is a model
 */
export function heldMetrics(model: Layer, isModel: (layer: Layer) => boolean): Metric[] {
  const layers = model.flattenLayers().filter((layer) => layer === model || !isModel(layer));
  const held = layers.flatMap(({ children }) => children.map(({ value }) => value));
  return [...new Set(held.filter((value): value is Metric & typeof value => value instanceof Metric))];
}
