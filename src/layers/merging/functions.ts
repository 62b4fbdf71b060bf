/** The merging layers as functions: `add([a, b])` is `Add()([a, b])`. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Layer, LayerOptions } from '../layer';
import type { SymbolicTensor } from '../operation';
import { Add } from './add';
import { Average } from './average';
import { Concatenate, type ConcatenateOptions } from './concatenate';
import { Maximum } from './maximum';
import { Minimum } from './minimum';
import { Multiply } from './multiply';
import { Subtract } from './subtract';

/** Applies a new layer to a list of inputs. */
export interface MergeFunction<O extends LayerOptions = LayerOptions> {
  <T extends SymbolicTensor | tf.Tensor>(
    inputs: readonly T[],
    options?: O,
  ): T extends tf.Tensor ? tf.Tensor : SymbolicTensor;
}

function functionOf<O extends LayerOptions>(make: (options: O) => Layer): MergeFunction<O> {
  return ((inputs: readonly tf.Tensor[], options?: O) => make(options ?? ({} as O))(inputs)) as never;
}

/** The sum of the inputs: a new `Add` layer applied to them. */
export const add: MergeFunction = functionOf(Add);
/** The difference of two inputs: a new `Subtract` layer applied to them. */
export const subtract: MergeFunction = functionOf(Subtract);
/** The product of the inputs: a new `Multiply` layer applied to them. */
export const multiply: MergeFunction = functionOf(Multiply);
/** The mean of the inputs: a new `Average` layer applied to them. */
export const average: MergeFunction = functionOf(Average);
/** The greatest of the inputs: a new `Maximum` layer applied to them. */
export const maximum: MergeFunction = functionOf(Maximum);
/** The least of the inputs: a new `Minimum` layer applied to them. */
export const minimum: MergeFunction = functionOf(Minimum);
/** The inputs one after another: a new `Concatenate` layer applied to them. */
export const concatenate: MergeFunction<ConcatenateOptions> = functionOf((options) => Concatenate(options));
