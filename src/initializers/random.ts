import type * as tf from '@tensorflow/tfjs-core';
import { statelessNormal, statelessTruncatedNormal, statelessUniform } from '../backend/random';
import { callable } from '../base/callable';
import { atLeast, finite } from '../base/checks';
import { resolveOptions, type Signature } from '../base/options';
import { RandomInitializer, type SeedArgument } from './initializer';

/** Arguments of `RandomNormal` and `TruncatedNormal`. */
export interface RandomNormalOptions {
  /** Default: 0. */
  mean?: number;
  /** Standard deviation. Default: 0.05. */
  stddev?: number;
  /** The same seed, the same numbers. Default: drawn from the global generator. */
  seed?: SeedArgument;
}
type NormalArguments =
  | [mean: number, stddev: number, options?: Pick<RandomNormalOptions, 'seed'>]
  | [options?: RandomNormalOptions];

const NORMAL: Signature<RandomNormalOptions> = {
  who: 'RandomNormal',
  positional: ['mean', 'stddev'],
  defaults: { seed: null, mean: 0, stddev: 0.05 },
  checks: { mean: finite, stddev: atLeast(0) },
};

export class RandomNormalInitializer extends RandomInitializer {
  static override readonly className: string = 'RandomNormal';
  static override readonly signature: Signature<RandomNormalOptions> = NORMAL;
  readonly mean: number;
  readonly stddev: number;

  constructor(...args: NormalArguments) {
    const options = resolveOptions(NORMAL, args) as Required<RandomNormalOptions>;
    super(options.seed);
    ({ mean: this.mean, stddev: this.stddev } = options);
  }

  protected override draw(shape: number[]): tf.Tensor {
    return statelessNormal(shape, this.seed, this.mean, this.stddev);
  }
}

/**
 * Normal numbers.
 *
 * @example
 * RandomNormal({ stddev: 1, seed: 1 })([3]);
 * @see https://keras.io/api/layers/initializers/#randomnormal-class
 */
export const RandomNormal = callable(RandomNormalInitializer);
export type RandomNormal = RandomNormalInitializer;

const TRUNCATED: Signature<RandomNormalOptions> = { ...NORMAL, who: 'TruncatedNormal' };

export class TruncatedNormalInitializer extends RandomInitializer {
  static override readonly className: string = 'TruncatedNormal';
  static override readonly signature: Signature<RandomNormalOptions> = TRUNCATED;
  readonly mean: number;
  readonly stddev: number;

  constructor(...args: NormalArguments) {
    const options = resolveOptions(TRUNCATED, args) as Required<RandomNormalOptions>;
    super(options.seed);
    ({ mean: this.mean, stddev: this.stddev } = options);
  }

  protected override draw(shape: number[]): tf.Tensor {
    return statelessTruncatedNormal(shape, this.seed, this.mean, this.stddev);
  }
}

/**
 * Normal numbers, those more than two standard deviations from the mean drawn again.
 *
 * @example
 * TruncatedNormal({ stddev: 1, seed: 1 })([3]);
 * @see https://keras.io/api/layers/initializers/#truncatednormal-class
 */
export const TruncatedNormal = callable(TruncatedNormalInitializer);
export type TruncatedNormal = TruncatedNormalInitializer;

/** Arguments of `RandomUniform`. */
export interface RandomUniformOptions {
  /** Least number. Default: -0.05. */
  minval?: number;
  /** Bound above, itself left out. Default: 0.05. */
  maxval?: number;
  /** The same seed, the same numbers. Default: drawn from the global generator. */
  seed?: SeedArgument;
}
type UniformArguments =
  | [minval: number, maxval: number, options?: Pick<RandomUniformOptions, 'seed'>]
  | [options?: RandomUniformOptions];

const UNIFORM: Signature<RandomUniformOptions> = {
  who: 'RandomUniform',
  positional: ['minval', 'maxval'],
  defaults: { seed: null, minval: -0.05, maxval: 0.05 },
  checks: { minval: finite, maxval: finite },
};

export class RandomUniformInitializer extends RandomInitializer {
  static override readonly className: string = 'RandomUniform';
  static override readonly signature: Signature<RandomUniformOptions> = UNIFORM;
  readonly minval: number;
  readonly maxval: number;

  constructor(...args: UniformArguments) {
    const options = resolveOptions(UNIFORM, args) as Required<RandomUniformOptions>;
    super(options.seed);
    ({ minval: this.minval, maxval: this.maxval } = options);
  }

  protected override draw(shape: number[]): tf.Tensor {
    return statelessUniform(shape, this.seed, this.minval, this.maxval);
  }
}

/**
 * Numbers evenly spread over [minval, maxval).
 *
 * @example
 * RandomUniform(0, 1, { seed: 1 })([2]).print(); // [0.878488, 0.459980]
 * @see https://keras.io/api/layers/initializers/#randomuniform-class
 */
export const RandomUniform = callable(RandomUniformInitializer);
export type RandomUniform = RandomUniformInitializer;
