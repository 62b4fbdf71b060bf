import * as tf from '@tensorflow/tfjs-core';
import { freeing } from './tidy';
import { Variable, type VariableRecorder, withRecorder } from './variable';

/** Holds what is written to variables, so that later reads see it and the variables never change. */
class Scratch implements VariableRecorder {
  readonly #values = new Map<Variable, tf.Tensor>();
  readonly #kept: tf.Tensor[] = [];

  read(variable: Variable): tf.Tensor {
    return this.#values.get(variable) ?? (variable.local as tf.Tensor);
  }

  /** Values outlive the layer that writes them, and each other: gradients may need an old one. */
  assign(variable: Variable, value: tf.Tensor): void {
    const own = tf.keep(value.dtype === variable.dtype ? value.clone() : value.cast(variable.dtype));
    this.#kept.push(own);
    this.#values.set(variable, own);
  }

  dispose(): void {
    tf.dispose(this.#kept);
  }
}

/** What stands for weights that are not there yet, while a dry run is under way. */
let standIn: Variable | undefined;

/** Runs `body` for what it makes on the way, such as weights on first use: no variable changes, all tensors are freed. */
export function dryRun(body: () => void): void {
  const [scratch, outer] = [new Scratch(), standIn];
  const own = new Variable(0, { name: 'weight_to_come' });
  standIn = own;
  try {
    freeing(() => withRecorder(scratch, () => orFreeKept(body)));
  } finally {
    standIn = outer;
    own.dispose();
    scratch.dispose();
  }
}

/** Frees what `body` kept by `tf.keep` and, because it failed, could not free itself. */
function orFreeKept(body: () => void): void {
  const engine = tf.engine();
  const kept: tf.Tensor[] = [];
  const keep = engine.keep;
  engine.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(engine, tensor) as typeof tensor;
  };
  try {
    body();
  } catch (error) {
    tf.dispose(kept);
    throw error;
  } finally {
    engine.keep = keep;
  }
}

/** Runs `body`, in which state is made, as if no dry run were under way: the random numbers in it are drawn for good. */
export function outsideDryRun<T>(body: () => T): T {
  return standIn ? withRecorder(undefined, body) : body();
}

/** Whether a dry run is under way, in which an optimizer must neither make slots for the weights so far nor update them. */
export function isDryRun(): boolean {
  return standIn !== undefined;
}

/** Weights to train; in a dry run one that stands for those to come, because no gradients can be asked of none. */
export function orStandIn(weights: Variable[]): Variable[] {
  return standIn && weights.length === 0 ? [standIn] : weights;
}
