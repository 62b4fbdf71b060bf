import { formatValue, ValueError } from '../base/errors';
import { deserializeObject, type SerializedObject, serializeObject } from '../base/registry';
import { isLayer, type Layer } from './layer';

/** Classes of your own by name, for `deserialize`. */
export interface DeserializeOptions {
  /** They win over the library's. */
  customObjects?: Parameters<typeof deserializeObject>[2];
}

/**
 * Keras's JSON of a layer: `{ module, class_name, config, registered_name }`, and `build_config` once it is built.
 *
 * @example
 * console.log(serialize(Dense(10)).class_name); // Dense
 * @see https://keras.io/api/models/model_saving_apis/serialization_utils/
 */
export function serialize(layer: Layer): SerializedObject {
  if (!isLayer(layer)) throw new TypeError(`layers.serialize: expected a layer. Received: ${formatValue(layer)}.`);
  return serializeObject(layer);
}

/**
 * The layer that Keras's JSON describes; with a `build_config`, its weights are made.
 *
 * @param json what `serialize` or Python's `keras.layers.serialize` gives
 * @throws ValueError for what is not a layer's JSON, or for an unknown class, naming the nearest
 * @example
 * const layer = deserialize({ module: 'keras.layers', class_name: 'Flatten', config: { name: 'flat' }, registered_name: null });
 * console.log(layer.name); // flat
 */
export function deserialize(json: unknown, options: DeserializeOptions = {}): Layer {
  const layer = deserializeObject(json, 'keras.layers', options.customObjects);
  if (!isLayer(layer)) {
    throw new ValueError(`layers.deserialize: expected the JSON of a layer. Received: ${formatValue(json)}.`);
  }
  return layer;
}
