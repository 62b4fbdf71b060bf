/** How weights follow their gradients: `keras.optimizers`. */
import '../backend/registrations';
import type { CustomName } from '../base/customNames';
import { registeredObject } from '../base/customObjects';
import { formatValue, unknownName, ValueError } from '../base/errors';
import {
  deserializeObject,
  isSerialized,
  provide,
  type SerializableClass,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { Adadelta } from './adadelta';
import { Adagrad } from './adagrad';
import { Adam } from './adam';
import { Adamax } from './adamax';
import { AdamW } from './adamW';
import { LossScaleOptimizer } from './lossScaleOptimizer';
import { Nadam } from './nadam';
import { Optimizer } from './optimizer';
import { RMSprop } from './rmsprop';
import { SGD } from './sgd';

export { Adadelta, AdadeltaOptimizer, type AdadeltaOptions } from './adadelta';
export { Adagrad, AdagradOptimizer, type AdagradOptions } from './adagrad';
export { Adam, AdamOptimizer, type AdamOptions } from './adam';
export { Adamax, AdamaxOptimizer, type AdamaxOptions } from './adamax';
export { AdamW, AdamWOptimizer } from './adamW';
export {
  LossScaleOptimizer,
  LossScaleOptimizerOptimizer,
  type LossScaleOptimizerOptions,
} from './lossScaleOptimizer';
export { Nadam, NadamOptimizer, type NadamOptions } from './nadam';
export { Optimizer } from './optimizer';
export type { OptimizerOptions } from './options';
export { RMSprop, RMSpropOptimizer, type RMSpropOptions } from './rmsprop';
export type { LearningRateSchedule } from './schedule';
export * as schedules from './schedules';
export { SGD, SGDOptimizer, type SGDOptions } from './sgd';

const CLASSES = { SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Nadam } as const;
provide('keras.optimizers', { ...CLASSES, LossScaleOptimizer });

/** Names of optimizers; letters' case does not matter, as in Keras. */
export type OptimizerName = keyof typeof CLASSES | Lowercase<keyof typeof CLASSES>;

/** What stands for an optimizer: an object, a name, a class, or Keras's JSON. */
export type OptimizerIdentifier =
  | Optimizer
  | OptimizerName
  | CustomName<'optimizers'>
  | (new () => Optimizer)
  | SerializedObject;

/** The class of a name, whatever its letters' case. */
function classNamed(name: string): string | undefined {
  return Object.keys(CLASSES).find((known) => known.toLowerCase() === name.toLowerCase());
}

/**
 * The optimizer an identifier stands for; a name or a class makes a new one with default arguments.
 *
 * @example
 * console.log(get('adam').getConfig().beta_1); // 0.9
 * @throws ValueError for an unknown name, naming the nearest, or for anything that is no optimizer
 */
export function get(identifier: OptimizerIdentifier): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') {
    const name = classNamed(identifier);
    if (name) return new CLASSES[name as keyof typeof CLASSES]();
    const registered = registeredObject(identifier, Optimizer);
    if (registered) return registered;
    throw unknownName(
      'optimizers.get',
      'optimizer',
      identifier,
      Object.keys(CLASSES).map((known) => known.toLowerCase()),
    );
  }
  if (isSerialized(identifier)) return deserialize(identifier);
  if (typeof identifier === 'function' && Reflect.get(identifier, 'prototype') instanceof Optimizer) {
    return new identifier();
  }
  throw new ValueError(
    `optimizers.get: expected an optimizer, a name, or the JSON of one. Received: ${formatValue(identifier)}.`,
  );
}

/** Keras's JSON of an optimizer, without its state. */
export function serialize(optimizer: Optimizer): SerializedObject {
  return serializeObject(optimizer);
}

/**
 * The optimizer that Keras's JSON describes; the letters' case of its class does not matter.
 *
 * @throws ValueError for an unknown class, naming the nearest
 */
export function deserialize(
  json: SerializedObject,
  customObjects: Readonly<Record<string, SerializableClass & (abstract new (...args: never[]) => object)>> = {},
): Optimizer {
  const name = json.class_name in customObjects ? undefined : classNamed(json.class_name);
  return deserializeObject(
    name ? { ...json, class_name: name } : json,
    'keras.optimizers',
    customObjects as never,
  ) as Optimizer;
}
