import * as tf from '@tensorflow/tfjs-core';
import { explainFailure } from '../backend/failures';
import { tidy } from '../backend/tidy';
import { type DType, Variable } from '../backend/variable';
import { classNameOf } from '../base/callable';
import { checkValue, orNull, text } from '../base/checks';
import { formatValue, ValueError } from '../base/errors';
import { KerasObject } from '../base/kerasObject';
import { autoName } from '../base/names';
import { resolveOptions, snakeCaseClass } from '../base/options';
import type { Config } from '../base/registry';
import { HELD, type HeldKind } from '../base/tracking';
import { checksOf } from '../losses/optionChecks';
import type { TensorOrArray } from '../losses/tensors';

/** Arguments of every metric. */
export interface MetricOptions {
  /** Name in logs. Default: Keras's name of the metric. */
  name?: string | null;
  /** `'float32'`, the only one. */
  dtype?: DType | null;
}

/** The options of a built-in metric, with defaults; a name of `null` is made of the class. */
export function metricOptions<O extends MetricOptions>(
  who: string,
  name: string | null,
  own: Partial<O>,
  args: readonly unknown[],
  positional: readonly (keyof O & string)[] = [],
): Required<O> {
  const defaults = { ...own, name, dtype: null };
  return resolveOptions<O>({ who, positional, defaults, checks: checksOf(own) }, args) as Required<O>;
}

/** What a metric takes in. */
export type MetricInput = TensorOrArray | null | undefined;

/** What a metric comes to: a number, one for each class or threshold in a tensor, or several by name. */
export type MetricResult = tf.Tensor | number | MetricResults;

/** Results by name; a metric with several has a record of its own in it. */
export interface MetricResults {
  [name: string]: MetricResult;
}

/** Calling a metric: takes in a batch and returns the value so far, which the caller owns. */
export interface Metric {
  (...inputs: MetricInput[]): MetricResult;
}

/**
 * A number gathered over batches: state in variables, `updateState` takes in a batch, `result` is the value so far.
 *
 * @example
 * class Largest extends Metric {
 *   state = this.addVariable({ name: 'largest' });
 *   override updateState(_: tf.Tensor, yPred: tf.Tensor) { this.state.assign(yPred.max().maximum(this.state.value)); }
 *   override result() { return this.state.value.clone(); }
 * }
 * new Largest()(tf.tensor([0]), tf.tensor([3])).print(); // 3
 * @see https://keras.io/api/metrics/base_metric/
 */
export abstract class Metric extends KerasObject {
  static override readonly className: string = 'Metric';
  static override readonly module: string = 'keras.metrics';
  /** Those besides name and dtype. */
  static override readonly configKeys: readonly string[] = [];

  get [HELD](): HeldKind {
    return 'metric';
  }

  /** Name in logs. `compile` renames a metric given as a string to that string. */
  name: string;
  readonly dtype: DType;
  readonly #variables: Variable[] = [];

  constructor(options: MetricOptions = {}) {
    super();
    const className = classNameOf(new.target as unknown as typeof Metric);
    this.name = options.name ?? autoName(snakeCaseClass(className));
    checkValue(className, 'name', options.name ?? null, orNull(text));
    if (options.dtype !== null && options.dtype !== undefined && options.dtype !== 'float32') {
      throw new ValueError(`${className}: dtype must be 'float32'. Received: dtype=${formatValue(options.dtype)}.`);
    }
    this.dtype = 'float32';
  }

  /** Takes in a batch. Made of tensor operations only, so that a training step can be compiled. */
  abstract updateState(...inputs: MetricInput[]): void;

  /** The value so far: a scalar, a tensor of several, or a record. Logs have all of it. The caller owns it. */
  abstract result(): MetricResult;

  /** Forgets all batches. */
  resetState(): void {
    tf.tidy(() => {
      for (const variable of this.variables) variable.assign(tf.zeros(variable.shape, variable.dtype));
    });
  }

  /** The state. */
  get variables(): Variable[] {
    return [...this.#variables];
  }

  /** Makes a state variable of zeros. */
  addVariable(options: { name: string; shape?: readonly number[]; dtype?: DType }): Variable {
    const { name, shape = [], dtype = 'float32' } = options;
    const path = `${this.name.replaceAll('/', '>')}/${name}`;
    const zeros = tf.zeros([...shape], dtype);
    const variable = new Variable(zeros, { name, path, trainable: false });
    zeros.dispose();
    this.#variables.push(variable);
    return variable;
  }

  /** @internal */
  override __call__(...inputs: MetricInput[]): MetricResult {
    try {
      return tidy(() => {
        this.updateState(...inputs);
        return this.result();
      });
    } catch (error) {
      throw explainFailure(this.name, error);
    }
  }

  override getConfig(): Config {
    return { name: this.name, dtype: this.dtype, ...super.getConfig() };
  }

  /** Frees the state. The metric cannot be used any more. */
  dispose(): void {
    for (const variable of this.variables) variable.dispose();
  }

  override toString(): string {
    return `<${classNameOf(this.constructor as typeof Metric)} name=${this.name}>`;
  }
}
