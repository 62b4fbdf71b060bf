import * as tf from '@tensorflow/tfjs-core';
import { native } from '../backend/native';
import { formatShape, ValueError } from '../base/errors';
import { inChannelsLast, toFloat } from './dataFormat';
import { type DataFormat, outputLength, type Padding, padsOf, perAxis } from './window';

/** How a pool slides. */
export interface PoolOptions {
  /** Rows and columns of the pool, or one number for both. */
  poolSize: number | readonly number[];
  /** Default: the pool's size. */
  strides?: number | readonly number[];
  /** `'valid'` (default) or `'same'`. What lies outside does not count. */
  padding?: Padding;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat;
}

type Pool = (x: tf.Tensor4D, size: [number, number], strides: [number, number], padding: Padding) => tf.Tensor;

/**
 * The largest value of each window, per channel.
 *
 * @param x `(batch, height, width, channels)`, or `(batch, channels, height, width)` with `'channels_first'`.
 * @throws ValueError where the pool is larger than the input.
 */
export function maxPool(x: tf.Tensor, options: PoolOptions): tf.Tensor {
  return pool('maxPool', tf.maxPool, x, options);
}

/** The mean of each window, per channel; zeros that `'same'` puts around are not counted. As `maxPool` otherwise. */
export function averagePool(x: tf.Tensor, options: PoolOptions): tf.Tensor {
  return pool('averagePool', meanPool, x, options);
}

function pool(who: string, f: Pool, x: tf.Tensor, options: PoolOptions): tf.Tensor {
  const { padding = 'valid', dataFormat = 'channels_last' } = options;
  const size = perAxis(options.poolSize, 2) as [number, number];
  const strides = perAxis(options.strides ?? size, 2) as [number, number];
  return tf.tidy(() =>
    inChannelsLast(toFloat(x), dataFormat, (x) => {
      checkSize(who, x.shape, size, strides, padding);
      return f(x as tf.Tensor4D, size, strides, padding);
    }),
  );
}

function checkSize(who: string, shape: number[], size: number[], strides: number[], padding: Padding): void {
  const lengths = size.map((size, i) => {
    const window = { size, stride: strides[i] as number, dilation: 1 };
    return outputLength(shape[i + 1] as number, window, padding) as number;
  });
  if (shape.length === 4 && lengths.every((length) => length > 0)) return;
  throw new ValueError(
    `${who}: expected an input of rank 4, not smaller than the pool. Received: shape ${formatShape(shape)}, ` +
      `poolSize=[${size.join(', ')}], padding='${padding}'. Use a smaller pool, or padding='same'.`,
  );
}

/**
 * `tf.avgPool`, made right: TensorFlow.js's own gradient divides by the pool's size where `'same'` counts fewer.
 * So zeros are put around, and each mean, then over the whole pool, is multiplied by size / count.
 */
function meanPool(x: tf.Tensor4D, size: [number, number], strides: [number, number], padding: Padding): tf.Tensor {
  if (padding === 'valid' || native()) return tf.avgPool(x, size, strides, padding);
  const axis = (i: 0 | 1): { pads: [number, number]; factors: number[] } => {
    const [length, window] = [x.shape[i + 1] as number, size[i]];
    const pads = padsOf(length, { size: window, stride: strides[i], dilation: 1 }, padding);
    const factors = Array.from({ length: Math.ceil(length / strides[i]) }, (_, position) => {
      const start = position * strides[i] - pads[0];
      return window / (Math.min(start + window, length) - Math.max(start, 0));
    });
    return { pads, factors };
  };
  const [rows, columns] = [axis(0), axis(1)];
  const padded = x.pad([[0, 0], rows.pads, columns.pads, [0, 0]]) as tf.Tensor4D;
  return tf
    .avgPool(padded, size, strides, 'valid')
    .mul(tf.tensor(rows.factors, [1, rows.factors.length, 1, 1]))
    .mul(tf.tensor(columns.factors, [1, 1, columns.factors.length, 1]));
}
