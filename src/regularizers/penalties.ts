import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { resolveOptions, type Signature } from '../base/options';
import { absolute } from '../ops/elementwise';
import { checkFactor, Regularizer } from './regularizer';

/** Arguments of `L1`. */
export interface L1Options {
  /** Factor of the penalty. Default: 0.01. */
  l1?: number | null;
}
type L1Arguments = [l1?: number, options?: Record<string, never>] | [options?: L1Options];
const L1_SIGNATURE: Signature<L1Options> = { who: 'L1', positional: ['l1'], defaults: { l1: 0.01 } };

export class L1Regularizer extends Regularizer {
  static override readonly className: string = 'L1';
  static override readonly signature = L1_SIGNATURE;
  readonly l1: number;

  constructor(...args: L1Arguments) {
    super();
    const { l1 } = resolveOptions(L1_SIGNATURE, args);
    this.l1 = Math.fround(checkFactor('L1', 'l1', l1 ?? 0.01)); // Keras keeps this one as a float32
  }

  override call(x: tf.Tensor): tf.Scalar {
    return absolute(x).sum<tf.Scalar>().mul(this.l1);
  }
}

/**
 * Penalty of absolute values: `l1 * sum(abs(x))`.
 *
 * @example
 * L1(0.5)(tf.tensor([1, -3])).print(); // 2
 * @see https://keras.io/api/layers/regularizers/#l1-class
 */
export const L1 = callable(L1Regularizer);
export type L1 = L1Regularizer;

/** Arguments of `L2`. */
export interface L2Options {
  /** Factor of the penalty. Default: 0.01. */
  l2?: number | null;
}
type L2Arguments = [l2?: number, options?: Record<string, never>] | [options?: L2Options];
const L2_SIGNATURE: Signature<L2Options> = { who: 'L2', positional: ['l2'], defaults: { l2: 0.01 } };

export class L2Regularizer extends Regularizer {
  static override readonly className: string = 'L2';
  static override readonly signature = L2_SIGNATURE;
  readonly l2: number;

  constructor(...args: L2Arguments) {
    super();
    const { l2 } = resolveOptions(L2_SIGNATURE, args);
    this.l2 = checkFactor('L2', 'l2', l2 ?? 0.01);
  }

  override call(x: tf.Tensor): tf.Scalar {
    return x.square().sum<tf.Scalar>().mul(this.l2);
  }
}

/**
 * Penalty of squares: `l2 * sum(x^2)`.
 *
 * @example
 * L2(0.5)(tf.tensor([1, -3])).print(); // 5
 * @see https://keras.io/api/layers/regularizers/#l2-class
 */
export const L2 = callable(L2Regularizer);
export type L2 = L2Regularizer;

/** Arguments of `L1L2`. */
export interface L1L2Options {
  /** Factor of the absolute values. Default: 0. */
  l1?: number | null;
  /** Factor of the squares. Default: 0. */
  l2?: number | null;
}
type L1L2Arguments = [l1: number, l2?: number] | [options?: L1L2Options];
const L1L2_SIGNATURE: Signature<L1L2Options> = { who: 'L1L2', positional: ['l1', 'l2'], defaults: { l1: 0, l2: 0 } };

export class L1L2Regularizer extends Regularizer {
  static override readonly className: string = 'L1L2';
  static override readonly signature = L1L2_SIGNATURE;
  readonly l1: number;
  readonly l2: number;

  constructor(...args: L1L2Arguments) {
    super();
    const { l1, l2 } = resolveOptions(L1L2_SIGNATURE, args);
    this.l1 = checkFactor('L1L2', 'l1', l1 ?? 0);
    this.l2 = checkFactor('L1L2', 'l2', l2 ?? 0);
  }

  override call(x: tf.Tensor): tf.Scalar {
    const first = this.l1 === 0 ? tf.scalar(0) : absolute(x).sum<tf.Scalar>().mul<tf.Scalar>(this.l1);
    return this.l2 === 0 ? first : first.add(x.square().sum<tf.Scalar>().mul(this.l2));
  }
}

/**
 * Both penalties: `l1 * sum(abs(x)) + l2 * sum(x^2)`.
 *
 * @example
 * L1L2({ l1: 0.5, l2: 1 })(tf.tensor([1, -3])).print(); // 12
 * @see https://keras.io/api/layers/regularizers/#l1l2-class
 */
export const L1L2 = callable(L1L2Regularizer);
export type L1L2 = L1L2Regularizer;
