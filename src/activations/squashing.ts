/** Activations with bounded values, and those that make probabilities. */
import * as tf from '@tensorflow/tfjs-core';
import { rememberLogits } from '../backend/companions';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { differentiable } from '../ops/differentiable';
import * as ops from '../ops/elementwise';
import { relu } from '../ops/relu';
import { select } from '../ops/select';
import { type ActivationInput, apply, withDefaults } from './activation';

/** Options of `softmax`, `log_softmax` and `sparsemax`. */
export interface AxisOptions {
  /** Axis, or axes taken together, that the values add up to 1 along; `null` for all. Default: -1. */
  axis?: number | readonly number[] | null;
}
const LAST: Required<AxisOptions> = { axis: -1 };

/** The axes as numbers from 0, `null` meaning all. */
function axesOf(who: string, x: tf.Tensor, axis: number | readonly number[] | null): number[] {
  const given = axis === null ? [...x.shape.keys()] : [axis].flat();
  const from0 = given.map((number) => (number < 0 ? number + x.rank : number));
  const areAxes = from0.every((number) => Number.isInteger(number) && number >= 0 && number < x.rank);
  if (areAxes && new Set(from0).size === from0.length) return from0;
  const expected = areAxes ? 'name each axis once' : 'be one of the axes of x';
  throw new ValueError(
    `${who}: axis must ${expected}. Received: axis=${formatValue(axis)}, x of shape ${formatShape(x.shape)}.`,
  );
}

/** Applies a function of the last axis along other axes. */
function along(x: tf.Tensor, axes: readonly number[], formula: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (axes.length === 1 && axes[0] === x.rank - 1) return formula(x);
  const others = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const turned = x.transpose(order);
  const size = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  const y = formula(turned.reshape([...turned.shape.slice(0, others.length), size]));
  return y.reshape(turned.shape).transpose(order.map((_, axis) => order.indexOf(axis)));
}

/**
 * Keras's sparsemax over the last axis: `max(x - tau, 0)` with `tau = (c_1 + ... + c_k - 1) / k`, where c are the running
 * sums of the sorted values and k counts the values that `c_k` supports.
 */
function sparsemaxOfRows(x: tf.Tensor): tf.Tensor {
  if (x.size === 0) return x.clone();
  return differentiable(
    { x },
    (save) => {
      const last = x.rank - 1;
      const size = x.shape[last] as number;
      const { values, indices } = tf.topk(x, size); // descending
      const sums = values.cumsum(last);
      const supported = values.greater(sums.sub(1).div(tf.range(1, size + 1))).cast('float32');
      const k = supported.sum(last, true);
      const tau = sums.mul(supported).sum(last, true).sub(1).div(k);
      const y = relu(x.sub(tau));
      const ranks = tf.topk(indices.cast('float32').neg(), size).indices; // of each value, from 0
      save([y, relu(k.sub(ranks)).div(k)]); // the derivative of tau
      return y;
    },
    (dy, [y, slope]) => ({
      x: () => {
        const inside = dy.mul((y as tf.Tensor).greater(0).cast('float32'));
        return inside.sub(inside.sum(-1, true).mul(slope as tf.Tensor));
      },
    }),
  );
}

/**
 * `exp(x) / sum(exp(x))`: positive numbers that add up to 1 along `axis`.
 *
 * @throws ValueError for an axis that `x` does not have
 * @example
 * activations.softmax([[0, 0]]).print(); // [[0.5, 0.5]]
 */
export function softmax(x: ActivationInput, options?: AxisOptions): tf.Tensor {
  const { axis } = withDefaults('softmax', LAST, options);
  return apply('softmax', x, (t) => {
    const axes = axesOf('softmax', t, axis);
    const y = along(t, axes, tf.softmax);
    return axes.length === 1 && axes[0] === t.rank - 1 ? rememberLogits(y, t, 'softmax') : y;
  });
}

/** Logarithm of `softmax`: `x - log(sum(exp(x)))`. */
export function logSoftmax(x: ActivationInput, options?: AxisOptions): tf.Tensor {
  const { axis } = withDefaults('log_softmax', LAST, options);
  return apply('log_softmax', x, (t) => along(t, axesOf('log_softmax', t, axis), tf.logSoftmax));
}

/**
 * As `softmax`, but small values become exactly 0 (Martins and Astudillo, 2016). As in Keras, whose values add up to 1
 * only where one of them is left.
 */
export function sparsemax(x: ActivationInput, options?: { axis?: number }): tf.Tensor {
  const { axis } = withDefaults('sparsemax', { axis: -1 }, options);
  return apply('sparsemax', x, (t) => along(t, axesOf('sparsemax', t, axis), sparsemaxOfRows));
}

/** `1 / (1 + exp(-x))`. */
export function sigmoid(x: ActivationInput): tf.Tensor {
  return apply('sigmoid', x, (t) => rememberLogits(ops.sigmoid(t), t, 'sigmoid'));
}

/** `relu6(x + 3) / 6`: 0 up to -3, 1 from 3 on, a line between. */
export function hardSigmoid(x: ActivationInput): tf.Tensor {
  return apply('hard_sigmoid', x, (t) => ops.relu6(t.add(3)).div(6));
}

/** `log(sigmoid(x))`. */
export function logSigmoid(x: ActivationInput): tf.Tensor {
  return apply('log_sigmoid', x, (t) => ops.softplus(t.neg()).neg());
}

/** 0 up to -1, 1 from 1 on, `(x + 1) / 2` between. */
export function sparseSigmoid(x: ActivationInput): tf.Tensor {
  return apply('sparse_sigmoid', x, (t) => {
    const upper = select(t.greaterEqual(1), 1, t.add(1).mul(0.5));
    return select(t.lessEqual(-1), 0, upper);
  });
}

/** Hyperbolic tangent. */
export function tanh(x: ActivationInput): tf.Tensor {
  return apply('tanh', x, ops.tanh);
}

/** `x` cut off at -1 and 1. */
export function hardTanh(x: ActivationInput): tf.Tensor {
  return apply('hard_tanh', x, (t) => t.clipByValue(-1, 1));
}

/** `x / (1 + abs(x))`. */
export function softsign(x: ActivationInput): tf.Tensor {
  return apply('softsign', x, ops.softsign);
}

/**
 * Gated linear unit: the first half of `x` along `axis` (-1 by default) times the sigmoid of the second half.
 *
 * @throws ValueError if the size of that axis is odd
 */
export function glu(x: ActivationInput, options?: { axis?: number }): tf.Tensor {
  const { axis } = withDefaults('glu', { axis: -1 }, options);
  return apply('glu', x, (t) => {
    const [at] = axesOf('glu', t, axis) as [number];
    if ((t.shape[at] as number) % 2 !== 0) {
      throw new ValueError(
        `glu: the size of the axis must be even. Received: axis=${axis}, x of shape ${formatShape(t.shape)}.`,
      );
    }
    const [value, gate] = tf.split(t, 2, at) as [tf.Tensor, tf.Tensor];
    return value.mul(ops.sigmoid(gate));
  });
}

/** `exp(x)`. */
export function exponential(x: ActivationInput): tf.Tensor {
  return apply('exponential', x, tf.exp);
}

/** `x` itself. */
export function linear<T>(x: T): T {
  return x;
}

/** Keras's functions by Keras's names. */
export const SQUASHING = {
  softmax,
  log_softmax: logSoftmax,
  sparsemax,
  sigmoid,
  hard_sigmoid: hardSigmoid,
  log_sigmoid: logSigmoid,
  sparse_sigmoid: sparseSigmoid,
  tanh,
  hard_tanh: hardTanh,
  softsign,
  glu,
  exponential,
  linear,
} as const;
