/** What training makes small: `keras.losses`. */
import type { CustomName } from '../base/customNames';
import { customObjectScope, findCustomFunction, registeredFunction, registeredObject } from '../base/customObjects';
import { formatValue, unknownName } from '../base/errors';
import {
  deserializeObject,
  isSerialized,
  provide,
  type SerializableClass,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { BinaryCrossentropy, binaryCrossentropy } from './binaryCrossentropy';
import { BinaryFocalCrossentropy, binaryFocalCrossentropy } from './binaryFocalCrossentropy';
import { CategoricalCrossentropy, categoricalCrossentropy } from './categoricalCrossentropy';
import { CategoricalFocalCrossentropy, categoricalFocalCrossentropy } from './categoricalFocalCrossentropy';
import { CategoricalHinge, categoricalHinge } from './categoricalHinge';
import { CosineSimilarity, cosineSimilarity } from './cosineSimilarity';
import { Hinge, hinge } from './hinge';
import { Huber, huber } from './huber';
import { KLDivergence, klDivergence } from './klDivergence';
import { LogCosh, logCosh } from './logCosh';
import { type LabelKind, Loss } from './loss';
import { MeanAbsoluteError, meanAbsoluteError } from './meanAbsoluteError';
import { MeanAbsolutePercentageError, meanAbsolutePercentageError } from './meanAbsolutePercentageError';
import { MeanSquaredError, meanSquaredError } from './meanSquaredError';
import { MeanSquaredLogarithmicError, meanSquaredLogarithmicError } from './meanSquaredLogarithmicError';
import { Poisson, poisson } from './poisson';
import { SparseCategoricalCrossentropy, sparseCategoricalCrossentropy } from './sparseCategoricalCrossentropy';
import { SquaredHinge, squaredHinge } from './squaredHinge';
import type { SerializedFunction } from './wrapper';
import { describeFunction, functionEnvelope, type LossFunction, LossFunctionWrapper } from './wrapper';

export * from './binaryCrossentropy';
export * from './binaryFocalCrossentropy';
export * from './categoricalCrossentropy';
export * from './categoricalFocalCrossentropy';
export * from './categoricalHinge';
export * from './cosineSimilarity';
export * from './hinge';
export * from './huber';
export * from './klDivergence';
export * from './logCosh';
export { type LabelKind, Loss, type LossOptions } from './loss';
export * from './meanAbsoluteError';
export * from './meanAbsolutePercentageError';
export * from './meanSquaredError';
export * from './meanSquaredLogarithmicError';
export * from './poisson';
export type { Reduction } from './reduction';
export * from './sparseCategoricalCrossentropy';
export * from './squaredHinge';
export type { TensorOrArray } from './tensors';
export {
  type LossFunction,
  LossFunctionWrapper,
  LossFunctionWrapperLoss,
  type LossFunctionWrapperOptions,
  type SerializedFunction,
} from './wrapper';

const CLASSES = {
  MeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  SparseCategoricalCrossentropy,
  CategoricalHinge,
  CosineSimilarity,
  Hinge,
  Huber,
  KLDivergence,
  LogCosh,
  Poisson,
  SquaredHinge,
} as const;
provide('keras.losses', { ...CLASSES, LossFunctionWrapper });

const FUNCTIONS = {
  mean_squared_error: meanSquaredError,
  mean_absolute_error: meanAbsoluteError,
  mean_absolute_percentage_error: meanAbsolutePercentageError,
  mean_squared_logarithmic_error: meanSquaredLogarithmicError,
  binary_crossentropy: binaryCrossentropy,
  binary_focal_crossentropy: binaryFocalCrossentropy,
  categorical_crossentropy: categoricalCrossentropy,
  categorical_focal_crossentropy: categoricalFocalCrossentropy,
  sparse_categorical_crossentropy: sparseCategoricalCrossentropy,
  categorical_hinge: categoricalHinge,
  cosine_similarity: cosineSimilarity,
  hinge,
  huber,
  kl_divergence: klDivergence,
  log_cosh: logCosh,
  poisson,
  squared_hinge: squaredHinge,
} as const;
for (const [name, fn] of Object.entries(FUNCTIONS)) {
  const isShares = name.includes('crossentropy');
  const kind: LabelKind = name.startsWith('sparse') ? 'classes' : isShares ? 'shares' : 'numbers';
  describeFunction(fn as LossFunction, name, kind);
}

const ALIASES = {
  bce: binaryCrossentropy,
  BCE: binaryCrossentropy,
  kld: klDivergence,
  KLD: klDivergence,
  mae: meanAbsoluteError,
  MAE: meanAbsoluteError,
  mse: meanSquaredError,
  MSE: meanSquaredError,
  mape: meanAbsolutePercentageError,
  MAPE: meanAbsolutePercentageError,
  msle: meanSquaredLogarithmicError,
  MSLE: meanSquaredLogarithmicError,
} as const;

/** Names of losses, as Keras takes them. */
export type LossName = keyof typeof FUNCTIONS | keyof typeof ALIASES | keyof typeof CLASSES;

/** All names of losses. */
export const LOSS_NAMES: readonly string[] = [FUNCTIONS, ALIASES, CLASSES].flatMap((table) => Object.keys(table));

/** What stands for a loss: an object, a function, a name, a class, or Keras's JSON. */
export type LossIdentifier =
  | Loss
  | LossFunction
  | LossName
  | CustomName<'losses'>
  | (new () => Loss)
  | SerializedObject
  | SerializedFunction;

/**
 * The loss an identifier stands for. As in Keras, the name of a function gives the function, with one value per sample;
 * the name of a class gives an object.
 *
 * @example
 * const squares = get('mse') as LossFunction;
 * @throws ValueError for an unknown name, naming the nearest
 */
export function get(identifier: LossIdentifier | null | undefined): Loss | LossFunction | null {
  if (identifier === null || identifier === undefined) return null;
  if (typeof identifier === 'string') return named(identifier);
  if (identifier instanceof Loss) return identifier;
  if (typeof identifier === 'function') {
    const prototype: unknown = Reflect.get(identifier, 'prototype');
    return prototype instanceof Loss ? (Reflect.construct(identifier, []) as Loss) : (identifier as LossFunction);
  }
  return deserialize(identifier);
}

function named(name: string): Loss | LossFunction {
  const own = findCustomFunction(name);
  if (own) return own.prototype instanceof Loss ? (Reflect.construct(own, []) as Loss) : (own as LossFunction);
  const fn = { ...FUNCTIONS, ...ALIASES }[name as keyof typeof FUNCTIONS];
  if (fn) return fn as LossFunction;
  const cls = Object.hasOwn(CLASSES, name) ? CLASSES[name as keyof typeof CLASSES] : undefined;
  if (cls) return Reflect.construct(cls, []) as Loss;
  const registered = registeredObject(name, Loss) ?? (registeredFunction(name) as LossFunction | undefined);
  if (registered) return registered;
  throw unknownName('losses.get', 'loss', name, LOSS_NAMES);
}

/** Whether a prototype is that of one of the classes here. */
function isOfKeras(prototype: unknown): boolean {
  return Object.values(CLASSES).some((cls) => cls.prototype === prototype);
}

/**
 * The loss that an identifier stands for if it is one of Keras's that give one value for each vector of the last axis;
 * `undefined` for losses of one's own, which may do anything, and for those along another axis.
 */
export function knownLoss(identifier: unknown): Loss | undefined {
  if (typeof identifier === 'string') return LOSS_NAMES.includes(identifier) ? wrapped(named(identifier)) : undefined;
  if (identifier instanceof Loss) {
    const axis: unknown = Reflect.get(identifier, 'axis') ?? -1;
    return isOfKeras(Object.getPrototypeOf(identifier)) && axis === -1 ? identifier : undefined;
  }
  if (typeof identifier !== 'function') return undefined;
  if (isOfKeras(identifier.prototype)) return Reflect.construct(identifier, []) as Loss;
  return Object.values(FUNCTIONS).includes(identifier as never) ? wrapped(identifier as LossFunction) : undefined;
}

function wrapped(loss: Loss | LossFunction): Loss {
  return loss instanceof Loss ? loss : LossFunctionWrapper({ fn: loss, name: functionEnvelope(loss).config });
}

/** Keras's JSON of a loss; of a function, only its name. */
export function serialize(loss: Loss | LossFunction): SerializedObject | SerializedFunction {
  return loss instanceof Loss ? serializeObject(loss) : functionEnvelope(loss);
}

/**
 * The loss that Keras's JSON describes.
 *
 * @throws ValueError for an unknown class or function
 */
export function deserialize(
  json: SerializedObject | SerializedFunction,
  customObjects: Readonly<
    Record<string, (SerializableClass & (abstract new (...args: never[]) => object)) | LossFunction>
  > = {},
): Loss | LossFunction {
  if (json.class_name === 'function' && typeof json.config === 'string') {
    const { config } = json;
    return customObjectScope(customObjects as never, () => named(config));
  }
  if (!isSerialized(json))
    throw new TypeError(`losses.deserialize: expected Keras's JSON of a loss. Received: ${formatValue(json)}.`);
  return deserializeObject(json, 'keras.losses', customObjects as never) as Loss;
}
