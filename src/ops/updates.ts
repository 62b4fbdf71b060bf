/**
 * The update rules of optimizers: each changes a variable and its slots by one gradient. In a recorded step those that
 * TensorFlow has a fused kernel for become one operation, which updates the session's variables in place.
 */
import * as tf from '@tensorflow/tfjs-core';
import { pipe } from '../backend/tidy';
import { currentRecorder, type Variable } from '../backend/variable';

/** What every rule takes. */
export interface Update {
  readonly variable: Variable;
  readonly gradient: tf.Tensor;
  /** Scalar. */
  readonly learningRate: tf.Tensor;
}

/** Assigns and returns the new value. */
function assign(variable: Variable, value: tf.Tensor): tf.Tensor {
  variable.assign(value);
  return value;
}

function subtract(variable: Variable, change: tf.Tensor): void {
  variable.assign(variable.value.sub(change));
}

/** The average moved towards f(value) by the fraction `1 - decay`: old + (f(value) - old) (1 - decay). */
function approach(
  average: Variable,
  value: tf.Tensor,
  decay: number,
  f: (x: tf.Tensor) => tf.Tensor = (x) => x,
): tf.Tensor {
  const old = average.value;
  return tf.tidy(() =>
    assign(
      average,
      pipe(
        value,
        f,
        (x) => x.sub(old),
        (x) => x.mul(1 - decay),
        (x) => old.add(x),
      ),
    ),
  );
}

/** The average as decay old + (1 - decay) value. */
function blend(average: Variable, value: tf.Tensor, decay: number): tf.Tensor {
  return tf.tidy(() => assign(average, average.value.mul(decay).add(value.mul(1 - decay))));
}

/** w -= lr g. */
export function applyGradientDescent({ variable, gradient, learningRate }: Update): void {
  const formula = (): void => subtract(variable, gradient.mul(learningRate));
  const recorder = currentRecorder();
  if (recorder?.update) recorder.update('ResourceApplyGradientDescent', [variable], [learningRate, gradient], formula);
  else formula();
}

/** m = momentum m - lr g; then w += m, or with Nesterov's look ahead w += momentum m - lr g. */
export function applyMomentum(
  update: Update & { readonly m: Variable; readonly momentum: number; readonly nesterov: boolean },
): void {
  const { variable, gradient, learningRate, m, momentum, nesterov } = update;
  const formula = (): void => {
    const step = gradient.mul(learningRate);
    const velocity = assign(m, m.value.mul(momentum).sub(step));
    variable.assign(variable.value.add(nesterov ? velocity.mul(momentum).sub(step) : velocity));
  };
  const recorder = currentRecorder();
  if (!recorder?.update) {
    formula();
    return;
  }
  const inputs = [learningRate, gradient, tf.scalar(momentum)];
  recorder.update('ResourceApplyKerasMomentum', [variable, m], inputs, formula, { use_nesterov: nesterov });
}

/** Arguments of `applyAdam`. */
export interface AdamUpdate extends Update {
  readonly m: Variable;
  readonly v: Variable;
  /** The largest v so far, for AMSGrad. */
  readonly vHat?: Variable | undefined;
  readonly beta1: number;
  readonly beta2: number;
  /** Added before the bias is corrected, Keras's "epsilon hat". */
  readonly epsilon: number;
  /** Number of this update, from 1; a float scalar. */
  readonly step: tf.Tensor;
}

/** m, v: averages of g and g^2; w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon). */
export function applyAdam(update: AdamUpdate): void {
  const { variable, gradient, learningRate, m, v, vHat, beta1, beta2, epsilon, step } = update;
  const one = tf.scalar(1);
  const [power1, power2] = [tf.scalar(beta1).pow(step), tf.scalar(beta2).pow(step)];
  const formula = (): void => {
    const alpha = learningRate.mul(one.sub(power2).sqrt()).div(one.sub(power1));
    const mean = approach(m, gradient, beta1);
    let square = approach(v, gradient, beta2, tf.square);
    if (vHat) square = assign(vHat, vHat.value.maximum(square));
    const divided = (root: tf.Tensor): tf.Tensor => tf.tidy(() => mean.mul(alpha).div(root));
    const change = pipe(square, tf.sqrt, (root) => root.add(epsilon), divided);
    subtract(variable, change);
  };
  const recorder = currentRecorder();
  if (!recorder?.update || vHat) {
    formula();
    return;
  }
  const inputs = [
    power1,
    power2,
    learningRate,
    ...[beta1, beta2, epsilon].map((number) => tf.scalar(number)),
    gradient,
  ];
  recorder.update('ResourceApplyAdam', [variable, m, v], inputs, formula, { use_nesterov: false });
}

/** Arguments of `applyRmsprop`. */
export interface RmspropUpdate extends Update {
  readonly velocity: Variable;
  readonly rho: number;
  readonly epsilon: number;
  /** The momentum's slot, with `momentum`. */
  readonly m?: Variable | undefined;
  readonly momentum?: number;
  /** The average gradient, whose square is taken off where the optimizer is centered. */
  readonly averageGradient?: Variable | undefined;
}

/** v = rho v + (1 - rho) g^2; w -= lr g / sqrt(v + epsilon), through a momentum where there is one. */
export function applyRmsprop(update: RmspropUpdate): void {
  const { variable, gradient, learningRate, velocity, rho, epsilon, m, momentum = 0, averageGradient } = update;
  let square = blend(velocity, gradient.square(), rho);
  if (averageGradient) square = square.sub(blend(averageGradient, gradient, rho).square());
  const increment = gradient.mul(learningRate).div(square.add(epsilon).sqrt());
  subtract(variable, m ? assign(m, m.value.mul(momentum).add(increment)) : increment);
}

/** a += g^2; w -= lr g / sqrt(a + epsilon). */
export function applyAdagrad(update: Update & { readonly accumulator: Variable; readonly epsilon: number }): void {
  const { variable, gradient, learningRate, accumulator, epsilon } = update;
  const sum = assign(accumulator, accumulator.value.add(gradient.square()));
  subtract(variable, gradient.mul(learningRate).div(sum.add(epsilon).sqrt()));
}

/** a: average of g^2, d: average of squared steps; w -= lr g sqrt(d + epsilon) / sqrt(a + epsilon). */
export function applyAdadelta(
  update: Update & {
    readonly accumulatedGradient: Variable;
    readonly accumulatedDelta: Variable;
    readonly rho: number;
    readonly epsilon: number;
  },
): void {
  const { variable, gradient, learningRate, accumulatedGradient, accumulatedDelta, rho, epsilon } = update;
  const rms = (x: tf.Tensor): tf.Tensor => x.add(epsilon).sqrt();
  const square = blend(accumulatedGradient, gradient.square(), rho);
  const delta = rms(accumulatedDelta.value).mul(gradient).div(rms(square));
  blend(accumulatedDelta, delta.square(), rho);
  subtract(variable, delta.mul(learningRate));
}

/** m: average of g; u = max(beta2 u, |g|); w -= lr m / ((1 - beta1^t) (u + epsilon)). */
export function applyAdamax(
  update: Update & {
    readonly m: Variable;
    readonly u: Variable;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly step: tf.Tensor;
  },
): void {
  const { variable, gradient, learningRate, m, u, beta1, beta2, epsilon, step } = update;
  const mean = approach(m, gradient, beta1);
  const norm = assign(u, u.value.mul(beta2).maximum(gradient.abs()));
  const correction = tf.scalar(1).sub(tf.scalar(beta1).pow(step));
  subtract(variable, mean.mul(learningRate).div(correction.mul(norm.add(epsilon))));
}

/** Adam with Nesterov's momentum: `decay` and `nextDecay` are its momentum now and next, `product` all so far. */
export function applyNadam(
  update: Update & {
    readonly m: Variable;
    readonly v: Variable;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly step: tf.Tensor;
    readonly decay: tf.Tensor;
    readonly nextDecay: tf.Tensor;
    readonly product: tf.Tensor;
  },
): void {
  const { variable, gradient, learningRate, m, v, beta1, beta2, epsilon, step, decay, nextDecay, product } = update;
  const one = tf.scalar(1);
  const mean = approach(m, gradient, beta1);
  const square = approach(v, gradient, beta2, tf.square);
  const ahead = nextDecay.mul(mean).div(one.sub(product.mul(nextDecay)));
  const now = one.sub(decay).mul(gradient).div(one.sub(product));
  const variance = square.div(one.sub(tf.scalar(beta2).pow(step)));
  subtract(variable, ahead.add(now).mul(learningRate).div(variance.sqrt().add(epsilon)));
}
