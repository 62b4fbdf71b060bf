import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions, type Signature } from '../../base/options';
import { maxPool } from '../../ops/pooling';
import { BasePoolingLayer, type PoolingArguments, type PoolingOptions, poolingSignature } from './basePooling';

/** Options of `MaxPooling2D`; `poolSize` is 2 by default. */
export type MaxPooling2DOptions = PoolingOptions;

const SIGNATURE = poolingSignature('MaxPooling2D', { poolSize: 2 });

export class MaxPooling2DLayer extends BasePoolingLayer {
  static override readonly className: string = 'MaxPooling2D';
  static override readonly signature: Signature<MaxPooling2DOptions> = SIGNATURE;

  constructor(...args: PoolingArguments) {
    super('MaxPooling2D', 2, resolveOptions(SIGNATURE, args));
  }

  override call(x: tf.Tensor): tf.Tensor {
    return maxPool(x, this);
  }
}

/**
 * The largest value of each window, per channel.
 *
 * Input `(batch, height, width, channels)`, output `(batch, new height, new width, channels)`; with
 * `dataFormat: 'channels_first'` the channels are axis 1.
 *
 * @throws ValueError for bad options, or a pool larger than the input.
 * @example
 * console.log(MaxPooling2D(2)(tf.zeros([1, 28, 28, 3])).shape); // [ 1, 14, 14, 3 ]
 * @see https://keras.io/api/layers/pooling_layers/max_pooling2d/
 */
export const MaxPooling2D = callable(MaxPooling2DLayer);
export type MaxPooling2D = MaxPooling2DLayer;
