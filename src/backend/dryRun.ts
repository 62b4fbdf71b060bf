import type * as tf from '@tensorflow/tfjs';
import { freeing } from './tidy';
import { type Variable, type VariableRecorder, withRecorder } from './variable';

/** Holds what is written to variables, so that later reads see it and the variables never change. */
class Scratch implements VariableRecorder {
  readonly #values = new Map<Variable, tf.Tensor>();

  read(variable: Variable): tf.Tensor {
    return this.#values.get(variable) ?? (variable.local as tf.Tensor);
  }

  assign(variable: Variable, value: tf.Tensor): void {
    this.#values.set(variable, value.dtype === variable.dtype ? value.clone() : value.cast(variable.dtype));
  }
}

/** Runs `body` for what it makes on the way, such as weights on first use: no variable changes, all tensors are freed. */
export function dryRun(body: () => void): void {
  freeing(() => withRecorder(new Scratch(), body));
}
