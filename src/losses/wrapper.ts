import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { registeredNameOf } from '../base/customObjects';
import { snakeCaseClass } from '../base/options';
import { type Config, serializeValue } from '../base/registry';
import { type LabelKind, Loss, type LossOptions } from './loss';
import { squeezeOrExpandToSameRank } from './tensors';

/** A function of labels and predictions that gives one value per sample. */
export type LossFunction = (yTrue: tf.Tensor, yPred: tf.Tensor, ...options: never[]) => tf.Tensor;

/** Arguments of `LossFunctionWrapper`; what is not an argument of every loss is handed to the function. */
export interface LossFunctionWrapperOptions extends LossOptions {
  fn: LossFunction;
  [option: string]: unknown;
}

const kinds = new WeakMap<LossFunction, { name: string; labelKind: LabelKind }>();

/** Notes Keras's name of a loss function, and what labels mean to it. */
export function describeFunction(fn: LossFunction, name: string, labelKind: LabelKind): void {
  kinds.set(fn, { name, labelKind });
}

/** The Keras name of a function: `mean_squared_error`. */
export function functionName(fn: object): string {
  return kinds.get(fn as LossFunction)?.name ?? snakeCaseClass(String(Reflect.get(fn, 'name') || 'function'));
}

export class LossFunctionWrapperLoss extends Loss {
  static override readonly className: string = 'LossFunctionWrapper';
  readonly fn: LossFunction;
  readonly fnOptions: Record<string, unknown>;

  constructor(
    fnOrOptions: LossFunction | LossFunctionWrapperOptions,
    options: Omit<LossFunctionWrapperOptions, 'fn'> = {},
  ) {
    const given = (
      typeof fnOrOptions === 'function' ? { ...options, fn: fnOrOptions } : fnOrOptions
    ) as LossFunctionWrapperOptions;
    const { fn, reduction, name, dtype, ...fnOptions } = given;
    super({ reduction, name, dtype });
    this.fn = fn;
    this.fnOptions = fnOptions;
  }

  override get labelKind(): LabelKind {
    return kinds.get(this.fn)?.labelKind ?? 'numbers';
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [labels, predictions] = squeezeOrExpandToSameRank(yTrue, yPred);
    const hasOptions = Object.keys(this.fnOptions).length > 0;
    return hasOptions ? this.fn(labels, predictions, this.fnOptions as never) : this.fn(labels, predictions);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), fn: functionEnvelope(this.fn), ...(serializeValue(this.fnOptions) as Config) };
  }
}

/** A function of one's own as a loss: `LossFunctionWrapper((yTrue, yPred) => ...)`. */
export const LossFunctionWrapper = callable(LossFunctionWrapperLoss);
export type LossFunctionWrapper = LossFunctionWrapperLoss;

/** Keras's JSON of a function: only its name. */
export interface SerializedFunction {
  module: string;
  class_name: 'function';
  config: string;
  registered_name: string;
}

/** Keras's JSON of a function: only its name. */
export function functionEnvelope(fn: object): SerializedFunction {
  return {
    module: 'builtins',
    class_name: 'function',
    config: registeredNameOf(fn as LossFunction) ?? functionName(fn),
    registered_name: 'function',
  };
}
