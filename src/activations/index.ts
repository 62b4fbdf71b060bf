/** Functions applied to the output of a layer, element by element: `keras.activations`. */
import '../backend/registrations';
import type * as tf from '@tensorflow/tfjs-core';
import type { CustomName } from '../base/customNames';
import { findCustomFunction, getRegisteredName, registeredFunction } from '../base/customObjects';
import { formatValue, unknownName, ValueError } from '../base/errors';
import { isPlainObject } from '../base/options';
import {
  deserializeObject,
  isSerialized,
  type Serializable,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import type { ActivationFunction } from './activation';
import { RECTIFIERS } from './rectifiers';
import { linear, SQUASHING } from './squashing';

export type { ActivationFunction, ActivationInput } from './activation';
export type { ReluOptions } from './rectifiers';
export type { AxisOptions } from './squashing';

const FUNCTIONS = {
  ...RECTIFIERS,
  ...SQUASHING,
  swish: RECTIFIERS.silu,
  hard_swish: RECTIFIERS.hard_silu,
} as const;

// Their names are Keras's, as messages and files say them.
for (const [name, fn] of Object.entries({ ...RECTIFIERS, ...SQUASHING })) {
  Object.defineProperty(fn, 'name', { value: name, configurable: true });
}

export {
  celu,
  elu,
  gelu,
  hardShrink,
  hardSilu,
  hardSilu as hardSwish,
  leakyRelu,
  mish,
  relu,
  relu6,
  selu,
  silu,
  silu as swish,
  softplus,
  softShrink,
  sparsePlus,
  squareplus,
  tanhShrink,
  threshold,
} from './rectifiers';
export {
  exponential,
  glu,
  hardSigmoid,
  hardTanh,
  linear,
  logSigmoid,
  logSoftmax,
  sigmoid,
  softmax,
  softsign,
  sparsemax,
  sparseSigmoid,
  tanh,
} from './squashing';

/** Names of activations, as Keras takes them. */
export type ActivationName = keyof typeof FUNCTIONS;

/** Keras's JSON of a function: its name. */
export interface SerializedFunction {
  module: string | null;
  class_name: 'function';
  config: string;
  registered_name: string | null;
}

/** What stands for an activation: a name, a function, a layer, Keras's JSON, or nothing for `linear`. */
export type ActivationIdentifier =
  | ActivationName
  | CustomName<'activations'>
  | ((x: tf.Tensor) => tf.Tensor)
  | SerializedObject
  | SerializedFunction
  | null
  | undefined;

/**
 * The function an identifier stands for; functions and layers stand for themselves.
 *
 * @example
 * get('relu') === relu; // true
 * @throws ValueError for an unknown name
 */
export function get(identifier: ActivationIdentifier): ActivationFunction {
  if (identifier === null || identifier === undefined) return linear;
  if (typeof identifier === 'string') return named('activations.get', identifier, {});
  if (typeof identifier === 'function') return identifier;
  return deserialize(identifier);
}

/**
 * Keras's JSON of an activation: the name of one of Keras's; the JSON of a layer; for a function of your own, its name
 * in an envelope that only `deserialize` with `customObjects` can read.
 *
 * @throws ValueError for a function without a name
 */
export function serialize(activation: ActivationFunction): string | SerializedObject | SerializedFunction {
  for (const [name, known] of Object.entries(FUNCTIONS)) if (known === activation) return name;
  if ('getConfig' in activation) return serializeObject(activation as unknown as Serializable);
  if (activation.name === '') {
    throw new ValueError(
      'activations.serialize: expected a function with a name. Received: an anonymous one. Declare it with `function`.',
    );
  }
  const name = getRegisteredName(activation);
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}

/**
 * The activation that Keras's JSON describes.
 *
 * @param customObjects functions of your own by name
 * @throws ValueError for an unknown name
 */
export function deserialize(
  json: string | SerializedObject | SerializedFunction,
  customObjects: Readonly<Record<string, ActivationFunction>> = {},
): ActivationFunction {
  if (typeof json === 'string') return named('activations.deserialize', json, customObjects);
  if (isSerialized(json)) return deserializeObject(json, 'keras.layers') as ActivationFunction;
  if (isPlainObject(json) && typeof json['config'] === 'string') {
    return named('activations.deserialize', json['config'], customObjects);
  }
  throw new ValueError(
    `activations.deserialize: expected the name of an activation, or its JSON. Received: ${formatValue(json)}.`,
  );
}

function named(
  who: string,
  name: string,
  customObjects: Readonly<Record<string, ActivationFunction>>,
): ActivationFunction {
  const all: Readonly<Record<string, unknown>> = { ...FUNCTIONS, ...customObjects };
  const found = Object.hasOwn(customObjects, name) ? customObjects[name] : findCustomFunction(name);
  const own = found ?? (Object.hasOwn(all, name) ? all[name] : registeredFunction(name));
  if (!own) throw unknownName(who, 'activation', name, Object.keys(all));
  return own as ActivationFunction;
}
