import { flatten, type Nested } from '../backend/nest';
import { type Serializable, serializeObject } from '../saving/registry';
import { Trainable } from './trainable';
import type { Trainer } from './trainer';

const STEPS = ['trainStep', 'testStep', 'predictStep', 'computeLoss', 'computeMetrics'] as const;

/** Whether code of a user runs in the steps of a model: layers, losses, metrics or steps that are not of this library. */
export function runsCustomCode(model: Trainer): boolean {
  if (STEPS.some((name) => model[name] !== Trainable.prototype[name])) return true;
  const parts: unknown[] = [...model.flattenLayers()];
  if (model.compiled) {
    const { loss, compileMetrics } = model.compilation;
    const given = [loss, compileMetrics?.userMetrics, compileMetrics?.userWeightedMetrics];
    parts.push(...given.flatMap((part) => flatten(part as Nested<unknown>)));
  }
  return parts.some((part) => typeof part === 'function' && !isOurs(part));
}

/** Whether an object is of a class that this library provides. */
function isOurs(object: object): boolean {
  try {
    return serializeObject(object as Serializable).module !== null;
  } catch {
    return false;
  }
}
