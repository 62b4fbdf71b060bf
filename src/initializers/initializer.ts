import * as tf from '@tensorflow/tfjs-core';
import { requireReady } from '../backend/engine';
import { checkSeed, makeDefaultSeed, SeedGenerator } from '../backend/random';
import type { DType } from '../backend/variable';
import { formatValue, ValueError } from '../base/errors';
import { KerasObject } from '../base/kerasObject';
import { deserializeObject, isSerialized, type SerializedObject } from '../base/registry';

/** What an initializer is asked for besides the shape. */
export interface InitializerCallOptions {
  /** Default: float32. */
  dtype?: DType;
}

/** Calling an initializer: a new tensor of a shape. */
export interface Initializer {
  (shape: readonly number[], options?: InitializerCallOptions): tf.Tensor;
}

/**
 * Makes the first value of a weight. Override `call`; an initializer is called like a function.
 *
 * @example
 * class Halves extends Initializer {
 *   static override readonly className = 'Halves';
 *   override call(shape: number[]): tf.Tensor { return tf.fill(shape, 0.5); }
 * }
 * @see https://keras.io/api/layers/initializers/
 */
export abstract class Initializer extends KerasObject {
  static override readonly className: string = 'Initializer';
  static override readonly module: string = 'keras.initializers';

  /** A tensor of the shape and dtype. */
  abstract call(shape: number[], dtype: DType): tf.Tensor;

  /** @internal */
  override __call__(shape: readonly number[], options: InitializerCallOptions = {}): tf.Tensor {
    const { className } = this.constructor as typeof Initializer;
    if (!Array.isArray(shape) || !shape.every((dim) => Number.isInteger(dim) && dim >= 0)) {
      throw new ValueError(
        `${className}: expected a shape, whole numbers >= 0. Received: shape=${formatValue(shape)}.`,
      );
    }
    requireReady(className);
    return tf.tidy(() => this.call([...shape], options.dtype ?? 'float32'));
  }
}

/** A seed as initializers take it. */
export type SeedArgument = number | SeedGenerator | SerializedObject | null;

/** An initializer of random numbers: the same seed gives the same tensor at every call, a generator another each time. */
export abstract class RandomInitializer extends Initializer {
  /** The seed in use; drawn from the global generator if none was given. */
  readonly seed: number | SeedGenerator;
  readonly #given: number | SeedGenerator | null;

  constructor(seed: SeedArgument | undefined) {
    super();
    const who = (new.target as unknown as typeof Initializer).className;
    const given = isSerialized(seed) ? (deserializeObject(seed, 'keras.random') as SeedGenerator) : (seed ?? null);
    this.seed = given instanceof SeedGenerator ? given : checkSeed(who, given ?? makeDefaultSeed());
    this.#given = given;
  }

  protected override configValue(name: string): unknown {
    return name === 'seed' ? this.#given : super.configValue(name);
  }

  /** The numbers. */
  protected abstract draw(shape: number[]): tf.Tensor;

  override call(shape: number[], dtype: DType): tf.Tensor {
    if (dtype !== 'float32') {
      const who = (this.constructor as typeof Initializer).className;
      throw new ValueError(`${who}: random numbers are float32. Received: dtype='${dtype}'. Use 'zeros' or 'ones'.`);
    }
    return this.draw(shape);
  }
}
