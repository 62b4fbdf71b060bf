import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { resolveOptions, type Signature } from '../../base/options';
import { averagePool } from '../../ops/pooling';
import { BasePoolingLayer, type PoolingArguments, type PoolingOptions, poolingSignature } from './basePooling';

/** Options of `AveragePooling2D`; `poolSize` is required, as in Keras. */
export type AveragePooling2DOptions = PoolingOptions & { poolSize: number | readonly number[] };

type AveragePooling2DArguments =
  | Exclude<PoolingArguments, [options?: PoolingOptions]>
  | [options: AveragePooling2DOptions];

const SIGNATURE = poolingSignature('AveragePooling2D', {});

export class AveragePooling2DLayer extends BasePoolingLayer {
  static override readonly className: string = 'AveragePooling2D';
  static override readonly signature: Signature<PoolingOptions> = SIGNATURE;

  constructor(...args: AveragePooling2DArguments) {
    super('AveragePooling2D', 2, resolveOptions(SIGNATURE, args));
  }

  override call(x: tf.Tensor): tf.Tensor {
    return averagePool(x, this);
  }
}

/**
 * The mean of each window, per channel; what `padding: 'same'` adds around is not counted.
 *
 * Input `(batch, height, width, channels)`, output `(batch, new height, new width, channels)`; with
 * `dataFormat: 'channels_first'` the channels are axis 1.
 *
 * @throws ValueError for bad options, or a pool larger than the input.
 * @example
 * AveragePooling2D([1, 2])([[[[1], [2], [5], [7]]]]).flatten().print(); // [1.5, 6]
 * @see https://keras.io/api/layers/pooling_layers/average_pooling2d/
 */
export const AveragePooling2D = callable(AveragePooling2DLayer);
export type AveragePooling2D = AveragePooling2DLayer;
