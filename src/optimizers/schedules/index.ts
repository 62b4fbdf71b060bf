/** Learning rates that depend on the step: `keras.optimizers.schedules`. */
import {
  deserializeObject,
  provide,
  type SerializableClass,
  type SerializedObject,
  serializeObject,
} from '../../base/registry';
import { CosineDecay } from './cosineDecay';
import { CosineDecayRestarts } from './cosineDecayRestarts';
import { ExponentialDecay } from './exponentialDecay';
import { InverseTimeDecay } from './inverseTimeDecay';
import type { LearningRateSchedule } from './learningRateSchedule';
import { PiecewiseConstantDecay } from './piecewiseConstantDecay';
import { PolynomialDecay } from './polynomialDecay';

export { CosineDecay, type CosineDecayOptions } from './cosineDecay';
export { CosineDecayRestarts, type CosineDecayRestartsOptions } from './cosineDecayRestarts';
export { ExponentialDecay, type ExponentialDecayOptions } from './exponentialDecay';
export { InverseTimeDecay, type InverseTimeDecayOptions } from './inverseTimeDecay';
export { LearningRateSchedule } from './learningRateSchedule';
export { PiecewiseConstantDecay, type PiecewiseConstantDecayOptions } from './piecewiseConstantDecay';
export { PolynomialDecay, type PolynomialDecayOptions } from './polynomialDecay';

provide('keras.optimizers.schedules', {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
});

/** Keras's JSON of a schedule. */
export function serialize(schedule: LearningRateSchedule): SerializedObject {
  return serializeObject(schedule);
}

/**
 * The schedule that Keras's JSON describes.
 *
 * @throws ValueError for an unknown class, naming the nearest
 */
export function deserialize(
  json: SerializedObject,
  customObjects: Readonly<Record<string, SerializableClass & (abstract new (...args: never[]) => object)>> = {},
): LearningRateSchedule {
  return deserializeObject(json, 'keras.optimizers.schedules', customObjects as never) as LearningRateSchedule;
}
