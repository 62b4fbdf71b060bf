import { ValueError } from '../base/errors';
import type { Config } from '../base/registry';
import { isLayer, type Layer } from '../layers/layer';
import { graphFromConfig } from './config';
import { ModelLayer } from './model';
import { Sequential, SequentialModel } from './sequential';

/** Arguments of `cloneModel`. */
export interface CloneOptions {
  /** Makes the layer that stands for one of the model in the clone. Default: a new one of the same config. */
  cloneFunction?: (layer: Layer) => Layer;
}

/**
 * A model of the same layers with new weights, not compiled. A layer that stands in several places of the model does so in
 * the clone.
 *
 * @throws ValueError for a model without a graph, unless its class makes it from its config.
 * @example
 * const model = Sequential([layers.Input({ shape: [4] }), layers.Dense(3)]);
 * console.log(cloneModel(model).countParams()); // 15
 * @see https://keras.io/api/models/model/#clone_model
 */
export function cloneModel(model: ModelLayer, options: CloneOptions = {}): ModelLayer {
  const { cloneFunction } = options;
  if (!(model instanceof ModelLayer)) throw new TypeError(`cloneModel: expected a model. Received: ${String(model)}.`);
  const clone = (layer: Layer): Layer => checkLayer(layer, cloneFunction ? cloneFunction(layer) : copyOf(layer));
  if (model instanceof SequentialModel) {
    const layers = model.stack.map(clone);
    return Sequential({ layers, name: model.name, trainable: model.trainable });
  }
  if (model.kind === 'functional') {
    const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
    const graph = graphFromConfig(model.getConfig(), ({ name }) => clone(byName.get(name) as Layer));
    return Reflect.construct(ModelLayer, [graph], model.constructor as never) as ModelLayer;
  }
  if (cloneFunction) {
    throw new ValueError(
      `cloneModel: cloneFunction is for models of a graph. Received: ${model.label}, a class with a call() of its own.`,
    );
  }
  return copyOf(model) as ModelLayer;
}

/** A layer of the same class and config. */
function copyOf(layer: Layer): Layer {
  return (layer.constructor as unknown as { fromConfig(config: Config): Layer }).fromConfig(layer.getConfig());
}

function checkLayer(layer: Layer, made: unknown): Layer {
  if (isLayer(made)) return made;
  throw new ValueError(`cloneModel: cloneFunction must return a layer. Received: ${String(made)} for ${layer.label}.`);
}
