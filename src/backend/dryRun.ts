import * as tf from '@tensorflow/tfjs-core';
import { freeing } from './tidy';
import { type Variable, type VariableRecorder, withRecorder } from './variable';

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

/** Runs `body` for what it makes on the way, such as weights on first use: no variable changes, all tensors are freed. */
export function dryRun(body: () => void): void {
  const scratch = new Scratch();
  try {
    freeing(() => withRecorder(scratch, body));
  } finally {
    scratch.dispose();
  }
}
