import { flatten, type Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import { isSerialized, type Serializable, serializeObject } from '../../base/registry';
import { Optimizer } from '../../optimizers';
import { Trainable } from '../trainable';

const STEPS = ['trainStep', 'testStep', 'predictStep', 'computeLoss', 'computeMetrics'] as const;

/**
 * Whether code of a user runs in the steps of a model: layers, activations, regularizers, losses, metrics, optimizers or
 * steps that are not of this library.
 */
export function runsCustomCode(model: Trainable): boolean {
  if (STEPS.some((name) => model[name] !== Trainable.prototype[name])) return true;
  const parts: unknown[] = [...model.flattenLayers()];
  if (model.compiled) {
    const { loss, compileMetrics, optimizer } = model.compilation;
    const given = [loss, compileMetrics?.userMetrics, compileMetrics?.userWeightedMetrics];
    parts.push(optimizer, ...given.flatMap((part) => flatten(part as Nested<unknown>)));
  }
  return parts.some((part) => (typeof part === 'function' || part instanceof Optimizer) && !isOurs(part));
}

/** Whether an object, with all that it is made of, is of classes and functions that this library provides. */
function isOurs(object: object): boolean {
  try {
    return isOfLibrary(serializeObject(object as Serializable));
  } catch {
    return false;
  }
}

/** Whether a config names nothing but what this library provides. */
function isOfLibrary(config: unknown): boolean {
  if (isSerialized(config) && config.module === null) return false;
  if (isPlainObject(config) && config['class_name'] === 'function') return false;
  if (Array.isArray(config)) return config.every(isOfLibrary);
  return !isPlainObject(config) || Object.values(config).every(isOfLibrary);
}
