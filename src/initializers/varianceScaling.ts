import type * as tf from '@tensorflow/tfjs-core';
import { statelessNormal, statelessTruncatedNormal, statelessUniform } from '../backend/random';
import { callable } from '../base/callable';
import { above, listOf, orNull, whole } from '../base/checks';
import { formatShape, unknownName, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { RandomInitializer, type SeedArgument } from './initializer';

const MODES = ['fan_in', 'fan_out', 'fan_avg'] as const;
const DISTRIBUTIONS = ['uniform', 'truncated_normal', 'untruncated_normal'] as const;
/** What the scale is divided by: inputs or outputs of one unit, or the mean of the two. */
export type FanMode = (typeof MODES)[number];
/** How the numbers are spread. */
export type FanDistribution = (typeof DISTRIBUTIONS)[number];

/** Standard deviation of normal numbers cut off at two standard deviations. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Arguments of `GlorotUniform` and its kin. */
export interface FanOptions {
  /** The same seed, the same numbers. Default: drawn from the global generator. */
  seed?: SeedArgument;
  /** Axes whose sizes multiply to the number of inputs; only with `outputAxes`. Default: all but the last. */
  inputAxes?: readonly number[] | null;
  /** Axes whose sizes multiply to the number of outputs; only with `inputAxes`. */
  outputAxes?: readonly number[] | null;
}

/** Arguments of `VarianceScaling`. */
export interface VarianceScalingOptions extends FanOptions {
  /** Factor of the variance, above 0. Default: 1. */
  scale?: number;
  /** Default: `'fan_in'`. */
  mode?: FanMode;
  /** Default: `'truncated_normal'`, also called `'normal'`. */
  distribution?: FanDistribution | 'normal';
}

/** What the axes of the fans must be. */
export const AXES_CHECKS = { inputAxes: orNull(listOf(whole)), outputAxes: orNull(listOf(whole)) };

const SIGNATURE: Signature<VarianceScalingOptions> = {
  who: 'VarianceScaling',
  positional: [],
  defaults: {
    seed: null,
    scale: 1,
    mode: 'fan_in',
    distribution: 'truncated_normal',
    inputAxes: null,
    outputAxes: null,
  },
  checks: { scale: above(0), ...AXES_CHECKS },
};

export class VarianceScalingInitializer extends RandomInitializer {
  static override readonly className: string = 'VarianceScaling';
  static override readonly signature: Signature<VarianceScalingOptions> | Signature<FanOptions> = SIGNATURE;
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: FanDistribution;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;

  constructor(options: VarianceScalingOptions = {}) {
    const { seed, scale, mode, distribution, inputAxes, outputAxes } = resolveOptions(SIGNATURE, [
      options,
    ]) as Required<VarianceScalingOptions>;
    super(seed);
    this.scale = scale;
    this.mode = oneOf('mode', mode, MODES);
    const spread = String(distribution).toLowerCase();
    this.distribution = oneOf('distribution', spread === 'normal' ? 'truncated_normal' : spread, DISTRIBUTIONS);
    this.inputAxes = inputAxes;
    this.outputAxes = outputAxes;
  }

  protected override draw(shape: number[]): tf.Tensor {
    const [fanIn, fanOut] = this.#fans(shape);
    const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[this.mode];
    const variance = this.scale / Math.max(1, fan);
    if (this.distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return statelessUniform(shape, this.seed, -limit, limit);
    }
    return this.distribution === 'truncated_normal'
      ? statelessTruncatedNormal(shape, this.seed, 0, Math.sqrt(variance) / TRUNCATED_STDDEV)
      : statelessNormal(shape, this.seed, 0, Math.sqrt(variance));
  }

  #sizeOf(shape: number[], axis: number): number {
    const size = shape.at(axis);
    if (size !== undefined) return size;
    const { className } = this.constructor as typeof VarianceScalingInitializer;
    throw new ValueError(
      `${className}: inputAxes and outputAxes must be axes of the weight. ` +
        `Received: axis ${axis}, a weight of shape ${formatShape(shape)}.`,
    );
  }

  /** Numbers of inputs and outputs of one unit. */
  #fans(shape: number[]): [number, number] {
    const size = (axes: readonly number[]): number => axes.reduce((n, axis) => n * this.#sizeOf(shape, axis), 1);
    if (this.inputAxes && this.outputAxes) return [size(this.inputAxes), size(this.outputAxes)];
    if (shape.length === 0) return [1, 1];
    if (shape.length === 1) return [size([0]), size([0])];
    const field = size([...shape.keys()].slice(0, -2)); // taps of a convolution's kernel
    return [field * size([-2]), field * size([-1])];
  }
}

/**
 * Numbers whose variance is `scale / n`, with `n` the number of inputs (`mode: 'fan_in'`) or outputs (`'fan_out'`) of
 * one unit, or their mean (`'fan_avg'`). For a convolution's kernel of shape (height, width, inputs, outputs) these are
 * `height * width * inputs` and `height * width * outputs`.
 *
 * @throws ValueError for a scale that is not above 0, or an unknown mode or distribution
 * @example
 * VarianceScaling({ scale: 2, mode: 'fan_out', seed: 1 })([3, 3, 1, 8]);
 * @see https://keras.io/api/layers/initializers/#variancescaling-class
 */
export const VarianceScaling = callable(VarianceScalingInitializer);
export type VarianceScaling = VarianceScalingInitializer;

function oneOf<T extends string>(what: string, given: string, known: readonly T[]): T {
  const found = known.find((name) => name === given);
  if (found === undefined) throw unknownName('VarianceScaling', what, String(given), known);
  return found;
}
