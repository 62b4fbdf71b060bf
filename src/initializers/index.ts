/** First values of weights: `keras.initializers`. */
import * as tf from '@tensorflow/tfjs-core';
import { SeedGenerator } from '../backend/random';
import type { CustomName } from '../base/customNames';
import { formatShape, ValueError } from '../base/errors';
import { resolveIdentifier } from '../base/identifier';
import {
  deserializeObject,
  provide,
  type Serializable,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { Constant, Identity, Ones, Zeros } from './constant';
import { GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform } from './fans';
import { Initializer, type InitializerCallOptions, RandomInitializer, type SeedArgument } from './initializer';
import { Orthogonal } from './orthogonal';
import { RandomNormal, RandomUniform, TruncatedNormal } from './random';
import { STFT } from './stft';
import { VarianceScaling } from './varianceScaling';

export * from './constant';
export * from './fans';
export * from './orthogonal';
export * from './random';
export * from './stft';
export * from './varianceScaling';
export { Initializer, type InitializerCallOptions, RandomInitializer, type SeedArgument };

const NAMES = {
  zeros: Zeros,
  ones: Ones,
  constant: Constant,
  identity: Identity,
  random_normal: RandomNormal,
  random_uniform: RandomUniform,
  truncated_normal: TruncatedNormal,
  variance_scaling: VarianceScaling,
  glorot_uniform: GlorotUniform,
  glorot_normal: GlorotNormal,
  he_uniform: HeUniform,
  he_normal: HeNormal,
  lecun_uniform: LecunUniform,
  lecun_normal: LecunNormal,
  orthogonal: Orthogonal,
  stft: STFT,
  zero: Zeros,
  one: Ones,
  normal: RandomNormal,
  uniform: RandomUniform,
  Zeros,
  Ones,
  Constant,
  Identity,
  IdentityInitializer: Identity,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  HeUniform,
  HeNormal,
  LecunUniform,
  LecunNormal,
  Orthogonal,
  OrthogonalInitializer: Orthogonal,
  STFT,
  STFTInitializer: STFT,
} as const;
provide('keras.initializers', NAMES);
provide('keras.random', { SeedGenerator });

/** Names of initializers, as Keras takes them. */
export type InitializerName = keyof typeof NAMES;
/** A function that makes the first value of a weight. */
export type InitializerFunction = (shape: readonly number[], options?: InitializerCallOptions) => tf.Tensor;

/** What stands for an initializer: an object, a name, a function of a shape, a class, Keras's JSON, the value itself, or nothing. */
export type InitializerIdentifier =
  | Initializer
  | InitializerName
  | CustomName<'initializers'>
  | InitializerFunction
  | (new () => Initializer)
  | SerializedObject
  | tf.Tensor
  | null
  | undefined;

/**
 * The initializer an identifier stands for. A function stands for itself; a tensor for weights of its own shape.
 *
 * @example
 * get('glorot_uniform')([3, 3, 1, 8]);
 * @throws ValueError for an unknown name
 */
export function get(identifier: NonNullable<InitializerIdentifier>): Initializer;
export function get(identifier: InitializerIdentifier): Initializer | null;
export function get(identifier: InitializerIdentifier): Initializer | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof tf.Tensor) return copyOf(identifier) as Initializer;
  return resolveIdentifier<Initializer>(
    { who: 'initializers.get', what: 'initializer', module: 'keras.initializers', base: Initializer, classes: NAMES },
    identifier,
  );
}

function copyOf(value: tf.Tensor): InitializerFunction {
  return (shape, options = {}) => {
    if (shape.length === value.rank && shape.every((dim, i) => dim === value.shape[i])) {
      return value.clone().cast(options.dtype ?? 'float32');
    }
    throw new ValueError(
      `initializers.get: expected a tensor of shape ${formatShape(shape)} as the first value. ` +
        `Received: shape=${formatShape(value.shape)}.`,
    );
  };
}

/** Keras's JSON of an initializer. */
export function serialize(initializer: Serializable): SerializedObject {
  return serializeObject(initializer);
}

/** The initializer that Keras's JSON describes. */
export function deserialize(
  json: SerializedObject,
  customObjects?: Parameters<typeof deserializeObject>[2],
): Initializer {
  return deserializeObject(json, 'keras.initializers', customObjects) as Initializer;
}
