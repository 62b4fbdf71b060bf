import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { atLeast, between, orList, orNull, whole } from '../base/checks';
import { EPSILON } from '../base/epsilon';
import { ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { Constraint, norms } from './constraint';

const AXIS = orNull(orList(whole));

/** Arguments of `MaxNorm`. */
export interface MaxNormOptions {
  /** Greatest norm allowed. Default: 2. */
  maxValue?: number;
  /** Axis or axes the norm is taken along, `null` for all. Default: 0; `[0, 1, 2]` for each filter of a `Conv2D`. */
  axis?: number | number[] | null;
}
type MaxNormArguments = [maxValue: number, options?: Omit<MaxNormOptions, 'maxValue'>] | [options?: MaxNormOptions];
const MAX_NORM: Signature<MaxNormOptions> = {
  who: 'MaxNorm',
  positional: ['maxValue'],
  defaults: { maxValue: 2, axis: 0 },
  checks: { maxValue: atLeast(0), axis: AXIS },
};

export class MaxNormConstraint extends Constraint {
  static override readonly className: string = 'MaxNorm';
  static override readonly signature = MAX_NORM;
  readonly maxValue: number;
  readonly axis: number | number[] | null;

  constructor(...args: MaxNormArguments) {
    super();
    ({ maxValue: this.maxValue, axis: this.axis } = resolveOptions(MAX_NORM, args) as Required<MaxNormOptions>);
  }

  override call(w: tf.Tensor): tf.Tensor {
    const norm = norms(this, w, this.axis);
    return w.mul(norm.clipByValue(0, this.maxValue).div(norm.add(EPSILON)));
  }
}

/**
 * Shortens what is longer than `maxValue`: `w * clip(norm, 0, maxValue) / (norm + 1e-7)`.
 *
 * @example
 * MaxNorm(2.5)(tf.tensor2d([[3], [4]])).print(); // [[1.5], [2]]
 * @see https://keras.io/api/layers/constraints/#maxnorm-class
 */
export const MaxNorm = callable(MaxNormConstraint);
export type MaxNorm = MaxNormConstraint;

/** Arguments of `MinMaxNorm`. */
export interface MinMaxNormOptions {
  /** Least norm allowed. Default: 0. */
  minValue?: number;
  /** Greatest norm allowed. Default: 1. */
  maxValue?: number;
  /** How far to go in one step: 1 (default) at once, less for gradually. */
  rate?: number;
  /** Axis or axes the norm is taken along, `null` for all. Default: 0. */
  axis?: number | number[] | null;
}
type MinMaxNormArguments =
  | [minValue: number, maxValue: number, options?: Omit<MinMaxNormOptions, 'minValue' | 'maxValue'>]
  | [options?: MinMaxNormOptions];
const MIN_MAX_NORM: Signature<MinMaxNormOptions> = {
  who: 'MinMaxNorm',
  positional: ['minValue', 'maxValue'],
  defaults: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
  checks: { minValue: atLeast(0), maxValue: atLeast(0), rate: between(0, 1), axis: AXIS },
};

export class MinMaxNormConstraint extends Constraint {
  static override readonly className: string = 'MinMaxNorm';
  static override readonly signature = MIN_MAX_NORM;
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: number | number[] | null;

  constructor(...args: MinMaxNormArguments) {
    super();
    const options = resolveOptions(MIN_MAX_NORM, args) as Required<MinMaxNormOptions>;
    ({ minValue: this.minValue, maxValue: this.maxValue, rate: this.rate, axis: this.axis } = options);
    if (this.minValue <= this.maxValue) return;
    throw new ValueError(
      'MinMaxNorm: minValue must not be above maxValue. ' +
        `Received: minValue=${this.minValue}, maxValue=${this.maxValue}.`,
    );
  }

  override call(w: tf.Tensor): tf.Tensor {
    const norm = norms(this, w, this.axis);
    const clipped = norm.clipByValue(this.minValue, this.maxValue).mul(this.rate);
    const desired = this.rate === 1 ? clipped : clipped.add(norm.mul(1 - this.rate));
    return w.mul(desired.div(norm.add(EPSILON)));
  }
}

/**
 * Keeps norms between two bounds: `w * desired / (norm + 1e-7)` with
 * `desired = rate * clip(norm, minValue, maxValue) + (1 - rate) * norm`.
 *
 * @example
 * MinMaxNorm(0, 2.5)(tf.tensor2d([[3], [4]])).print(); // [[1.5], [2]]
 * @see https://keras.io/api/layers/constraints/#minmaxnorm-class
 */
export const MinMaxNorm = callable(MinMaxNormConstraint);
export type MinMaxNorm = MinMaxNormConstraint;

/** Arguments of `UnitNorm`. */
export interface UnitNormOptions {
  /** Axis or axes the norm is taken along, `null` for all. Default: 0. */
  axis?: number | number[] | null;
}
type UnitNormArguments = [axis: number | number[] | null] | [options?: UnitNormOptions];
const UNIT_NORM: Signature<UnitNormOptions> = {
  who: 'UnitNorm',
  positional: ['axis'],
  defaults: { axis: 0 },
  checks: { axis: AXIS },
};

export class UnitNormConstraint extends Constraint {
  static override readonly className: string = 'UnitNorm';
  static override readonly signature = UNIT_NORM;
  readonly axis: number | number[] | null;

  constructor(...args: UnitNormArguments) {
    super();
    ({ axis: this.axis } = resolveOptions(UNIT_NORM, args) as Required<UnitNormOptions>);
  }

  override call(w: tf.Tensor): tf.Tensor {
    return w.div(norms(this, w, this.axis).add(EPSILON));
  }
}

/**
 * Makes every norm 1: `w / (norm + 1e-7)`.
 *
 * @example
 * UnitNorm()(tf.tensor2d([[3], [4]])).print(); // [[0.6], [0.8]]
 * @see https://keras.io/api/layers/constraints/#unitnorm-class
 */
export const UnitNorm = callable(UnitNormConstraint);
export type UnitNorm = UnitNormConstraint;

const NON_NEG: Signature<Record<string, never>> = { who: 'NonNeg', positional: [], defaults: {} };

export class NonNegConstraint extends Constraint {
  static override readonly className: string = 'NonNeg';
  static override readonly signature = NON_NEG;

  constructor(options: Record<string, never> = {}) {
    super();
    resolveOptions(NON_NEG, [options]);
  }

  override call(w: tf.Tensor): tf.Tensor {
    return tf.maximum(w, tf.scalar(0, w.dtype as 'float32'));
  }
}

/**
 * Makes negative weights zero: `max(w, 0)`.
 *
 * @example
 * NonNeg()(tf.tensor1d([-1, 2])).print(); // [0, 2]
 * @see https://keras.io/api/layers/constraints/#nonneg-class
 */
export const NonNeg = callable(NonNegConstraint);
export type NonNeg = NonNegConstraint;
