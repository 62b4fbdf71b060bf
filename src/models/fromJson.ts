import type { CustomObjects } from '../base/customObjects';
import { formatValue, ValueError } from '../base/errors';
import { deserialize } from '../layers';
import { ModelLayer } from './model';

/**
 * The model that Keras's JSON describes, with new weights.
 *
 * @param json what `model.toJson()` gives, here or in Keras: a text, or the object it stands for.
 * @param options `customObjects`: classes and functions of your own by name.
 * @throws ValueError for what is no JSON of a model, or for a class that is not known.
 * @example
 * const twin = modelFromJson(Sequential([layers.Input({ shape: [4] }), layers.Dense(3)]).toJson());
 * console.log(twin.countParams()); // 15
 */
export function modelFromJson(json: string | object, options: { customObjects?: CustomObjects } = {}): ModelLayer {
  const config = typeof json === 'string' ? parse(json) : json;
  const model = deserialize(config, options);
  if (model instanceof ModelLayer) return model;
  throw new ValueError(`modelFromJson: expected the JSON of a model. Received: that of ${formatValue(model)}.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ValueError(`modelFromJson: expected JSON. Received: ${(error as Error).message}.`);
  }
}
