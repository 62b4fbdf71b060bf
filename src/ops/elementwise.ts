/** Elementwise functions whose value and gradient are single ops in TensorFlow; plain formulas on other backends. */
import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, OpAttr } from '../backend/binding';
import { attr, native } from '../backend/native';
import { differentiable } from './differentiable';
import { select } from './select';

/** A function that TensorFlow has as an op, and the op of its gradient. */
interface FusedOp {
  readonly op: string;
  readonly gradient: string;
  /** What the gradient op takes, in order: the gradient of the output, and input or output. */
  readonly takes: readonly ['dy', 'x'] | readonly ['dy', 'y'] | readonly ['y', 'dy'];
  /** Whether it is made of straight lines, so that its second derivative is 0. */
  readonly straight?: true;
}

const FLOAT = attr.type('T', 'float32');

/** Runs a fused op. */
function fused(library: NativeBackend, rule: FusedOp, x: tf.Tensor, attrs: OpAttr[] = []): tf.Tensor {
  if (!rule.straight && gradientDepth() > 1) {
    throw new Error(`${rule.op}: gradients of gradients are not available. Received: a call inside two tf.grad.`);
  }
  return differentiable(
    { x },
    (save) => {
      const y = library.executeSingleOutput(rule.op, [FLOAT, ...attrs], [x]);
      save([rule.takes.includes('x' as never) ? x : y]);
      return y;
    },
    (dy, [saved]) => ({ x: () => gradient(library, rule, dy, saved as tf.Tensor, attrs) }),
  );
}

/** Linear in dy; by x it has the derivative 0 if the function is straight, and is not asked for one if not. */
function gradient(library: NativeBackend, rule: FusedOp, dy: tf.Tensor, kept: tf.Tensor, attrs: OpAttr[]): tf.Tensor {
  return differentiable(
    { dy },
    (save) => {
      save([kept]);
      const inputs = rule.takes[0] === 'dy' ? [dy, kept] : [kept, dy];
      return library.executeSingleOutput(rule.gradient, [FLOAT, ...attrs], inputs);
    },
    (d, [saved]) => ({ dy: () => gradient(library, rule, d, saved as tf.Tensor, attrs) }),
  );
}

/** How many gradients are being taken of one another. */
function gradientDepth(): number {
  return (tf.engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth;
}

const RELU6: FusedOp = { op: 'Relu6', gradient: 'Relu6Grad', takes: ['dy', 'y'], straight: true };
const LEAKY_RELU: FusedOp = { op: 'LeakyRelu', gradient: 'LeakyReluGrad', takes: ['dy', 'x'], straight: true };
const ELU: FusedOp = { op: 'Elu', gradient: 'EluGrad', takes: ['dy', 'y'] };
const SELU: FusedOp = { op: 'Selu', gradient: 'SeluGrad', takes: ['dy', 'y'] };
const SOFTPLUS: FusedOp = { op: 'Softplus', gradient: 'SoftplusGrad', takes: ['dy', 'x'] };
const SOFTSIGN: FusedOp = { op: 'Softsign', gradient: 'SoftsignGrad', takes: ['dy', 'x'] };
const SIGMOID: FusedOp = { op: 'Sigmoid', gradient: 'SigmoidGrad', takes: ['y', 'dy'] };
const TANH: FusedOp = { op: 'Tanh', gradient: 'TanhGrad', takes: ['y', 'dy'] };

/** `min(max(x, 0), 6)`; gradient 0 at 0 and at 6. */
export function relu6(x: tf.Tensor): tf.Tensor {
  const library = native();
  if (library) return fused(library, RELU6, x);
  return differentiable(
    { x },
    (save) => {
      save([x]);
      return x.clipByValue(0, 6);
    },
    (dy, [input]) => {
      const inside = (input as tf.Tensor).greater(0).logicalAnd((input as tf.Tensor).less(6));
      return { x: () => dy.mul(inside.cast('float32')) };
    },
  );
}

/** `x` above 0, `slope * x` below. */
export function leakyRelu(x: tf.Tensor, slope: number): tf.Tensor {
  const library = native();
  return library ? fused(library, LEAKY_RELU, x, [attr.float('alpha', slope)]) : tf.leakyRelu(x, slope);
}

/** `x` above 0, `exp(x) - 1` below. */
export function elu(x: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? fused(library, ELU, x) : tf.elu(x);
}

/** `elu` scaled so that mean 0 and variance 1 stay. */
export function selu(x: tf.Tensor): tf.Tensor {
  const library = native();
  if (library) return fused(library, SELU, x);
  return differentiable(
    { x },
    (save) => {
      const y = tf.selu(x);
      save([y]);
      return y;
    },
    (dy, [y]) => ({ x: () => seluGradient(dy, y as tf.Tensor) }),
  );
}

/** As TensorFlow's, where the slope at 0 is the one above; TensorFlow.js takes the one below. */
function seluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const [scale, alpha] = [1.0507009873554805, 1.6732632423543772];
  return dy.mul(select(y.less(0), y.add(scale * alpha), scale));
}

/** `log(1 + exp(x))`. */
export function softplus(x: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? fused(library, SOFTPLUS, x) : tf.softplus(x);
}

/** `|x|` with Keras's gradient: 0 at 0, where TensorFlow.js has -1. */
export function absolute(x: tf.Tensor): tf.Tensor {
  return differentiable(
    { x },
    (save) => {
      save([x]);
      return tf.abs(x);
    },
    (dy, [x]) => ({ x: () => dy.mul((x as tf.Tensor).sign()) }),
  );
}

/** `x / (1 + abs(x))`. */
export function softsign(x: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? fused(library, SOFTSIGN, x) : x.div(x.abs().add(1));
}

/** `1 / (1 + exp(-x))`. */
export function sigmoid(x: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? fused(library, SIGMOID, x) : tf.sigmoid(x);
}

/** Hyperbolic tangent. */
export function tanh(x: tf.Tensor): tf.Tensor {
  const library = native();
  return library ? fused(library, TANH, x) : tf.tanh(x);
}
