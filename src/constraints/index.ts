/** What weights are kept to after every update: `keras.constraints`. */
import '../backend/registrations';
import type { ConstraintFunction } from '../backend/variable';
import type { CustomName } from '../base/customNames';
import { resolveIdentifier } from '../base/identifier';
import {
  deserializeObject,
  provide,
  type Serializable,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { Constraint } from './constraint';
import { MaxNorm, MinMaxNorm, NonNeg, UnitNorm } from './norms';

export {
  MaxNorm,
  MaxNormConstraint,
  type MaxNormOptions,
  MinMaxNorm,
  MinMaxNormConstraint,
  type MinMaxNormOptions,
  NonNeg,
  NonNegConstraint,
  UnitNorm,
  UnitNormConstraint,
  type UnitNormOptions,
} from './norms';
export { Constraint };

const NAMES = {
  max_norm: MaxNorm,
  min_max_norm: MinMaxNorm,
  non_neg: NonNeg,
  unit_norm: UnitNorm,
  MaxNorm,
  MinMaxNorm,
  NonNeg,
  UnitNorm,
} as const;
provide('keras.constraints', NAMES);

/** Names of constraints, as Keras takes them. */
export type ConstraintName = keyof typeof NAMES;

/** What stands for a constraint: an object, a name, a function of a tensor, a class, Keras's JSON, or nothing. */
export type ConstraintIdentifier =
  | Constraint
  | ConstraintName
  | CustomName<'constraints'>
  | ConstraintFunction
  | (new () => Constraint)
  | SerializedObject
  | null
  | undefined;

/**
 * The constraint an identifier stands for; a function stands for itself.
 *
 * @example
 * get('max_norm')?.getConfig(); // { max_value: 2, axis: 0 }
 * @throws ValueError for an unknown name
 */
export function get(identifier: ConstraintIdentifier): Constraint | null {
  if (identifier === null || identifier === undefined) return null;
  return resolveIdentifier<Constraint>(
    { who: 'constraints.get', what: 'constraint', module: 'keras.constraints', base: Constraint, classes: NAMES },
    identifier,
  );
}

/** Keras's JSON of a constraint. */
export function serialize(constraint: Serializable): SerializedObject {
  return serializeObject(constraint);
}

/** The constraint that Keras's JSON describes. */
export function deserialize(
  json: SerializedObject,
  customObjects?: Parameters<typeof deserializeObject>[2],
): Constraint {
  return deserializeObject(json, 'keras.constraints', customObjects) as Constraint;
}
