/** Activations made of straight pieces, and their smooth kin. */
import type * as tf from '@tensorflow/tfjs-core';
import { resolveOptions, type Signature } from '../base/options';
import * as ops from '../ops/elementwise';
import { relu as reluOp } from '../ops/relu';
import { select } from '../ops/select';
import { type ActivationInput, apply, withDefaults } from './activation';

/** Options of `relu`. */
export interface ReluOptions {
  /** Slope below the threshold. Default: 0. */
  negativeSlope?: number;
  /** Greatest value; `null` (default) for none. */
  maxValue?: number | null;
  /** Where the line begins. Default: 0. */
  threshold?: number;
}
const RELU: Required<ReluOptions> = { negativeSlope: 0, maxValue: null, threshold: 0 };

/** The part of `relu` at and above the threshold, cut off at `maxValue`. */
function positivePart(x: tf.Tensor, maxValue: number | null, threshold: number): tf.Tensor {
  if (threshold === 0 && maxValue === 6) return ops.relu6(x);
  const part = threshold === 0 ? reluOp(x) : select(x.greater(threshold), x, 0);
  return maxValue === null ? part : part.clipByValue(0, maxValue);
}

export interface ThresholdOptions {
  threshold: number;
  defaultValue: number;
}
const THRESHOLD: Signature<ThresholdOptions> = {
  who: 'threshold',
  positional: ['threshold', 'defaultValue'],
  defaults: {},
};

/**
 * Rectified linear unit: `max(x, 0)`. With options: `maxValue` where `x >= maxValue`, `x` where `x > threshold`,
 * `negativeSlope * (x - threshold)` elsewhere.
 *
 * @example
 * activations.relu([-1, 2]).print(); // [0, 2]
 */
export function relu(x: ActivationInput, options?: ReluOptions): tf.Tensor {
  const { negativeSlope, maxValue, threshold } = withDefaults('relu', RELU, options);
  return apply('relu', x, (t) => {
    if (negativeSlope === 0) return positivePart(t, maxValue, threshold);
    if (maxValue === null && threshold === 0) return ops.leakyRelu(t, negativeSlope);
    const below = reluOp(threshold === 0 ? t.neg() : t.neg().add(threshold));
    return positivePart(t, maxValue, threshold).sub(below.mul(negativeSlope));
  });
}

/** `min(max(x, 0), 6)`. */
export function relu6(x: ActivationInput): tf.Tensor {
  return apply('relu6', x, ops.relu6);
}

/** `x` above 0, `negativeSlope * x` below; slope 0.2 by default. */
export function leakyRelu(x: ActivationInput, options?: { negativeSlope?: number }): tf.Tensor {
  const { negativeSlope } = withDefaults('leaky_relu', { negativeSlope: 0.2 }, options);
  return apply('leaky_relu', x, (t) => ops.leakyRelu(t, negativeSlope));
}

/** Exponential linear unit (Clevert et al., 2015): `x` above 0, `alpha * (exp(x) - 1)` below; alpha 1 by default. */
export function elu(x: ActivationInput, options?: { alpha?: number }): tf.Tensor {
  const { alpha } = withDefaults('elu', { alpha: 1 }, options);
  return apply('elu', x, (t) => {
    const y = ops.elu(t);
    return alpha === 1 ? y : select(t.greater(0), y, y.mul(alpha));
  });
}

/** Scaled `elu` (Klambauer et al., 2017): 1.0507 times `elu` of alpha 1.6733; keeps mean 0 and variance 1. */
export function selu(x: ActivationInput): tf.Tensor {
  return apply('selu', x, ops.selu);
}

/** Continuously differentiable `elu`: `max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)`; alpha 1 by default. */
export function celu(x: ActivationInput, options?: { alpha?: number }): tf.Tensor {
  const { alpha } = withDefaults('celu', { alpha: 1 }, options);
  return apply('celu', x, (t) => t.maximum(0).add(t.minimum(0).div(alpha).expm1().mul(alpha)));
}

/** Gaussian error linear unit: `x * P(X <= x)` of a normal X; `approximate: true` for the formula with `tanh`. */
export function gelu(x: ActivationInput, options?: { approximate?: boolean }): tf.Tensor {
  const { approximate } = withDefaults('gelu', { approximate: false }, options);
  return apply('gelu', x, (t) => {
    const inner = approximate
      ? ops.tanh(t.add(t.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)))
      : t.div(Math.SQRT2).erf();
    return t.mul(0.5).mul(inner.add(1));
  });
}

/** `x * sigmoid(x)`, also called swish. */
export function silu(x: ActivationInput): tf.Tensor {
  return apply('silu', x, (t) => t.mul(ops.sigmoid(t)));
}

/** `x * hard_sigmoid(x)`, also called hard swish: `x * relu6(x + 3) / 6`. */
export function hardSilu(x: ActivationInput): tf.Tensor {
  return apply('hard_silu', x, (t) => t.mul(ops.relu6(t.add(3)).div(6)));
}

/** `x * tanh(softplus(x))` (Misra, 2019). */
export function mish(x: ActivationInput): tf.Tensor {
  return apply('mish', x, (t) => t.mul(ops.tanh(ops.softplus(t))));
}

/** `log(1 + exp(x))`. */
export function softplus(x: ActivationInput): tf.Tensor {
  return apply('softplus', x, ops.softplus);
}

/** `(x + sqrt(x^2 + b)) / 2`; b is 4 by default. */
export function squareplus(x: ActivationInput, options?: { b?: number }): tf.Tensor {
  const { b } = withDefaults('squareplus', { b: 4 }, options);
  return apply('squareplus', x, (t) => t.add(t.square().add(b).sqrt()).div(2));
}

/** 0 up to -1, `(x + 1)^2 / 4` between, `x` from 1 on. */
export function sparsePlus(x: ActivationInput): tf.Tensor {
  return apply('sparse_plus', x, (t) => {
    const upper = select(t.less(1), t.add(1).square().div(4), t);
    return select(t.lessEqual(-1), 0, upper);
  });
}

/** Moves `x` towards 0 by `threshold` (0.5 by default), and to 0 what is nearer. */
export function softShrink(x: ActivationInput, options?: { threshold?: number }): tf.Tensor {
  const { threshold } = withDefaults('soft_shrink', { threshold: 0.5 }, options);
  return apply('soft_shrink', x, (t) => {
    const below = select(t.less(-threshold), t.add(threshold), 0);
    return select(t.greater(threshold), t.sub(threshold), below);
  });
}

/** `x` where `abs(x) > threshold` (0.5 by default), else 0. */
export function hardShrink(x: ActivationInput, options?: { threshold?: number }): tf.Tensor {
  const { threshold } = withDefaults('hard_shrink', { threshold: 0.5 }, options);
  return apply('hard_shrink', x, (t) => select(t.abs().greater(threshold), t, 0));
}

/** `x - tanh(x)`. */
export function tanhShrink(x: ActivationInput): tf.Tensor {
  return apply('tanh_shrink', x, (t) => t.sub(ops.tanh(t)));
}

/** `x` above `threshold`, else `defaultValue`; both must be given. */
export function threshold(x: ActivationInput, options: ThresholdOptions): tf.Tensor {
  const { threshold, defaultValue } = resolveOptions(THRESHOLD, [options]);
  return apply('threshold', x, (t) => select(t.greater(threshold), t, defaultValue));
}

/** Keras's functions by Keras's names. */
export const RECTIFIERS = {
  relu,
  relu6,
  leaky_relu: leakyRelu,
  elu,
  selu,
  celu,
  gelu,
  silu,
  hard_silu: hardSilu,
  mish,
  softplus,
  squareplus,
  sparse_plus: sparsePlus,
  soft_shrink: softShrink,
  hard_shrink: hardShrink,
  tanh_shrink: tanhShrink,
  threshold,
} as const;
