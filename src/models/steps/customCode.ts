import { flatten, type Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import { isProvided, isSerialized, type Serializable, serializeObject } from '../../base/registry';
import type { Metric } from '../../metrics';
import { Optimizer } from '../../optimizers';
import { CompileMetrics } from '../compile/compileMetrics';
import { Trainable } from '../trainable';

const STEPS = [
  ...['trainStep', 'testStep', 'predictStep', 'computeLoss', 'computeMetrics', 'getMetricsResult'],
] as const satisfies readonly (keyof Trainable)[];

/**
 * Whether code of a user runs in the steps of a model: layers, activations, regularizers, losses, metrics, optimizers or
 * steps that are not of this library. Such steps are recorded only while they are done, and compared, see `trials.ts`.
 */
export function runsCustomCode(model: Trainable): boolean {
  if (STEPS.some((name) => model[name] !== Trainable.prototype[name])) return true;
  const held = model.metrics.filter((metric) => !(metric instanceof CompileMetrics));
  const parts: unknown[] = [...model.flattenLayers(), ...held];
  if (model.compiled) {
    const { loss, compileMetrics, optimizer } = model.compilation;
    const given = [loss, compileMetrics?.userMetrics, compileMetrics?.userWeightedMetrics];
    parts.push(optimizer, ...given.flatMap((part) => flatten(part as Nested<unknown>)));
  }
  return parts.some((part) => (typeof part === 'function' || part instanceof Optimizer) && !isOurs(part));
}

/** Whether metrics are of classes of a user, whose code runs when they are started anew. */
export function hasCustomMetrics(model: Trainable): boolean {
  const all = model.metrics.flatMap((metric) => (metric instanceof CompileMetrics ? metric.metrics : [metric]));
  return all.some((metric) => !isProvided(metric.constructor as typeof Metric));
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
