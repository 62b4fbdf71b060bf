/** Penalties on weights and outputs, added to the loss: `keras.regularizers`. */
import '../backend/registrations';
import type { RegularizerFunction } from '../backend/variable';
import type { CustomName } from '../base/customNames';
import { resolveIdentifier } from '../base/identifier';
import {
  deserializeObject,
  provide,
  type Serializable,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { OrthogonalRegularizer } from './orthogonal';
import { L1, L1L2, L2 } from './penalties';
import { Regularizer } from './regularizer';

export { OrthogonalPenalty, OrthogonalRegularizer, type OrthogonalRegularizerOptions } from './orthogonal';
export {
  L1,
  L1L2,
  type L1L2Options,
  L1L2Regularizer,
  type L1Options,
  L1Regularizer,
  L2,
  type L2Options,
  L2Regularizer,
} from './penalties';
export { Regularizer };

const NAMES = {
  l1: L1,
  l2: L2,
  l1l2: L1L2,
  l1_l2: L1L2,
  orthogonal_regularizer: OrthogonalRegularizer,
  L1,
  L2,
  L1L2,
  OrthogonalRegularizer,
} as const;
provide('keras.regularizers', NAMES);

/** Names of regularizers, as Keras takes them. */
export type RegularizerName = keyof typeof NAMES;

/** What stands for a regularizer: an object, a name, a function of a tensor, a class, Keras's JSON, or nothing. */
export type RegularizerIdentifier =
  | Regularizer
  | RegularizerName
  | CustomName<'regularizers'>
  | RegularizerFunction
  | (new () => Regularizer)
  | SerializedObject
  | null
  | undefined;

/**
 * The regularizer an identifier stands for; a function stands for itself.
 *
 * @example
 * get('l2')?.getConfig(); // { l2: 0.01 }
 * @throws ValueError for an unknown name
 */
export function get(identifier: RegularizerIdentifier): Regularizer | null {
  if (identifier === null || identifier === undefined) return null;
  return resolveIdentifier<Regularizer>(
    { who: 'regularizers.get', what: 'regularizer', module: 'keras.regularizers', base: Regularizer, classes: NAMES },
    identifier,
  );
}

/** Keras's JSON of a regularizer. */
export function serialize(regularizer: Serializable): SerializedObject {
  return serializeObject(regularizer);
}

/** The regularizer that Keras's JSON describes. */
export function deserialize(
  json: SerializedObject,
  customObjects?: Parameters<typeof deserializeObject>[2],
): Regularizer {
  return deserializeObject(json, 'keras.regularizers', customObjects) as Regularizer;
}
