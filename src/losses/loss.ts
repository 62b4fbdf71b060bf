import * as tf from '@tensorflow/tfjs-core';
import { maskOf } from '../backend/companions';
import { requireReady } from '../backend/engine';
import { explainFailure } from '../backend/failures';
import type { DType } from '../backend/variable';
import { classNameOf } from '../base/callable';
import { checkValue, orNull, text } from '../base/checks';
import { formatValue, ValueError } from '../base/errors';
import { KerasObject } from '../base/kerasObject';
import { autoName } from '../base/names';
import { resolveOptions, snakeCaseClass } from '../base/options';
import type { Config } from '../base/registry';
import { checksOf } from './optionChecks';
import { checkReduction, type Reduction, reduceWeighted } from './reduction';
import { type TensorOrArray, toTensor } from './tensors';

/** Arguments of every loss. */
export interface LossOptions {
  /** From one loss per sample to one number. Default: `'sum_over_batch_size'`, the mean over all entries. */
  reduction?: Reduction;
  /** Default: Keras's name of the loss. */
  name?: string | null;
  /** `'float32'`, the only one. */
  dtype?: DType | null;
}

/** Defaults of `LossOptions` for a loss of a given name. */
function lossDefaults(name: string): Required<LossOptions> {
  return { reduction: 'sum_over_batch_size', name, dtype: null };
}

/** What labels mean to a loss: the number of a class, the share of each class, or just numbers. */
export type LabelKind = 'classes' | 'shares' | 'numbers';

/** Calling a loss: one number, or one for each sample where the reduction is `'none'`. The caller owns the result. */
export interface Loss {
  (yTrue: TensorOrArray, yPred: TensorOrArray, sampleWeight?: TensorOrArray | null): tf.Tensor;
}

/**
 * A loss: `call` gives one value per sample, calling the object reduces them to one number. Override `call`.
 *
 * @example
 * class Squares extends Loss {
 *   override call(yTrue: tf.Tensor, yPred: tf.Tensor) { return yPred.sub(yTrue).square().mean(-1); }
 * }
 * new Squares()([[0, 1]], [[1, 1]]).print(); // 0.5
 * @see https://keras.io/api/losses/
 */
export abstract class Loss extends KerasObject {
  static override readonly className: string = 'Loss';
  static override readonly module: string = 'keras.losses';
  /** Those besides name and reduction. */
  static override readonly configKeys: readonly string[] = [];

  readonly name: string;
  readonly reduction: Reduction;
  readonly dtype: DType;

  constructor(options: LossOptions = {}) {
    super();
    const className = classNameOf(new.target as unknown as typeof Loss);
    const { reduction = 'sum_over_batch_size', name, dtype } = options;
    this.name = name ?? autoName(snakeCaseClass(className));
    this.reduction = checkReduction(className, reduction);
    checkValue(className, 'name', name ?? null, orNull(text));
    if (dtype !== null && dtype !== undefined && dtype !== 'float32') {
      throw new ValueError(`${className}: dtype must be 'float32'. Received: dtype=${formatValue(dtype)}.`);
    }
    this.dtype = 'float32';
  }

  /** What the labels mean; decides how they are checked before training. */
  get labelKind(): LabelKind {
    return 'numbers';
  }

  /** One value per sample: the shape of `yPred` without its last axis. The caller frees what is made on the way. */
  abstract call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor;

  /** @internal */
  override __call__(yTrue: TensorOrArray, yPred: TensorOrArray, sampleWeight?: TensorOrArray | null): tf.Tensor {
    requireReady(this.name);
    try {
      return this.#reduced(yTrue, yPred, sampleWeight);
    } catch (error) {
      throw explainFailure(this.name, error);
    }
  }

  #reduced(yTrue: TensorOrArray, yPred: TensorOrArray, sampleWeight?: TensorOrArray | null): tf.Tensor {
    return tf.tidy(() => {
      const predictions = toTensor(this.name, 'yPred', yPred, this.dtype);
      const values = this.call(toTensor(this.name, 'yTrue', yTrue, this.dtype), predictions);
      const masks = [maskOf(predictions), maskOf(values)].filter((mask) => mask !== undefined);
      const mask = masks.length === 2 ? tf.logicalAnd(masks[0] as tf.Tensor, masks[1] as tf.Tensor) : masks[0];
      const weights = sampleWeight == null ? undefined : toTensor(this.name, 'sampleWeight', sampleWeight, this.dtype);
      return reduceWeighted(this.name, values, weights, mask, this.reduction);
    });
  }

  override getConfig(): Config {
    return { name: this.name, reduction: this.reduction, ...super.getConfig() };
  }

  override toString(): string {
    return `<${classNameOf(this.constructor as typeof Loss)} name=${this.name}>`;
  }
}

/** The options of a built-in loss, checked and with defaults. */
export function lossOptions<O extends LossOptions>(
  who: string,
  name: string,
  own: Partial<O>,
  args: readonly unknown[],
  positional: readonly (keyof O & string)[] = [],
): Required<O> {
  const defaults = { ...own, ...lossDefaults(name) };
  return resolveOptions<O>({ who, positional, defaults, checks: checksOf(own) }, args) as Required<O>;
}
