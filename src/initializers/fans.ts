/** The well-known cases of `VarianceScaling`. */
import { callable } from '../base/callable';
import { resolveOptions, type Signature } from '../base/options';
import {
  AXES_CHECKS,
  type FanDistribution,
  type FanMode,
  type FanOptions,
  VarianceScalingInitializer,
} from './varianceScaling';

type FanArguments = [seed: number, options?: Omit<FanOptions, 'seed'>] | [options?: FanOptions];

/** A case: its name, and what it fixes. */
interface Case {
  readonly who: string;
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: FanDistribution;
}

function signatureOf(who: string): Signature<FanOptions> {
  const defaults = { seed: null, inputAxes: null, outputAxes: null };
  return { who, positional: ['seed'], defaults, checks: AXES_CHECKS };
}

/** The options of `VarianceScaling` for a case. */
function fixed({ who, ...options }: Case, args: FanArguments): object {
  return { ...options, ...resolveOptions(signatureOf(who), args) };
}

export class GlorotUniformInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'GlorotUniform';
  static override readonly signature: Signature<FanOptions> = signatureOf('GlorotUniform');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'GlorotUniform', scale: 1, mode: 'fan_avg', distribution: 'uniform' }, args));
  }
}

/**
 * Uniform numbers in [-a, a], a = sqrt(6 / (fan_in + fan_out)): Xavier uniform, for tanh and softmax.
 *
 * @example
 * GlorotUniform({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#glorotuniform-class
 */
export const GlorotUniform = callable(GlorotUniformInitializer);
export type GlorotUniform = GlorotUniformInitializer;

export class GlorotNormalInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'GlorotNormal';
  static override readonly signature: Signature<FanOptions> = signatureOf('GlorotNormal');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'GlorotNormal', scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' }, args));
  }
}

/**
 * Truncated normal numbers of variance 2 / (fan_in + fan_out): Xavier normal, for tanh and softmax.
 *
 * @example
 * GlorotNormal({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#glorotnormal-class
 */
export const GlorotNormal = callable(GlorotNormalInitializer);
export type GlorotNormal = GlorotNormalInitializer;

export class HeUniformInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'HeUniform';
  static override readonly signature: Signature<FanOptions> = signatureOf('HeUniform');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'HeUniform', scale: 2, mode: 'fan_in', distribution: 'uniform' }, args));
  }
}

/**
 * Uniform numbers in [-a, a], a = sqrt(6 / fan_in): for relu.
 *
 * @example
 * HeUniform({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#heuniform-class
 */
export const HeUniform = callable(HeUniformInitializer);
export type HeUniform = HeUniformInitializer;

export class HeNormalInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'HeNormal';
  static override readonly signature: Signature<FanOptions> = signatureOf('HeNormal');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'HeNormal', scale: 2, mode: 'fan_in', distribution: 'truncated_normal' }, args));
  }
}

/**
 * Truncated normal numbers of variance 2 / fan_in: for relu.
 *
 * @example
 * HeNormal({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#henormal-class
 */
export const HeNormal = callable(HeNormalInitializer);
export type HeNormal = HeNormalInitializer;

export class LecunUniformInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'LecunUniform';
  static override readonly signature: Signature<FanOptions> = signatureOf('LecunUniform');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'LecunUniform', scale: 1, mode: 'fan_in', distribution: 'uniform' }, args));
  }
}

/**
 * Uniform numbers in [-a, a], a = sqrt(3 / fan_in): for selu.
 *
 * @example
 * LecunUniform({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#lecununiform-class
 */
export const LecunUniform = callable(LecunUniformInitializer);
export type LecunUniform = LecunUniformInitializer;

export class LecunNormalInitializer extends VarianceScalingInitializer {
  static override readonly className: string = 'LecunNormal';
  static override readonly signature: Signature<FanOptions> = signatureOf('LecunNormal');

  constructor(...args: FanArguments) {
    super(fixed({ who: 'LecunNormal', scale: 1, mode: 'fan_in', distribution: 'truncated_normal' }, args));
  }
}

/**
 * Truncated normal numbers of variance 1 / fan_in: for selu.
 *
 * @example
 * LecunNormal({ seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#lecunnormal-class
 */
export const LecunNormal = callable(LecunNormalInitializer);
export type LecunNormal = LecunNormalInitializer;
