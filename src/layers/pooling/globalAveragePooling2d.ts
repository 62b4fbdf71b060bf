import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { flag } from '../../base/checks';
import type { Dim, Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { toFloat } from '../../ops/dataFormat';
import type { DataFormat } from '../../ops/window';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat } from '../reshaping/options';

/** Options of `GlobalAveragePooling2D`. */
export interface GlobalAveragePooling2DOptions extends LayerOptions {
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Whether height and width stay, as axes of size 1. Default: false. */
  keepdims?: boolean;
}

const SIGNATURE: Signature<GlobalAveragePooling2DOptions> = {
  who: 'GlobalAveragePooling2D',
  positional: [],
  defaults: { dataFormat: null, keepdims: false },
  checks: { keepdims: flag },
  inherited: LAYER_OPTIONS,
};

export class GlobalAveragePooling2DLayer extends Layer {
  static override readonly className: string = 'GlobalAveragePooling2D';
  static override readonly signature: Signature<GlobalAveragePooling2DOptions> = SIGNATURE;
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;

  constructor(...args: [options?: GlobalAveragePooling2DOptions]) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.dataFormat = checkDataFormat('GlobalAveragePooling2D', options.dataFormat);
    this.keepdims = Boolean(options.keepdims);
    this.inputSpec = { ndim: 4 };
  }

  get #spatialAxes(): number[] {
    return this.dataFormat === 'channels_last' ? [1, 2] : [2, 3];
  }

  override call(x: tf.Tensor): tf.Tensor {
    return tf.mean(toFloat(x), this.#spatialAxes, this.keepdims);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const spatial = this.#spatialAxes;
    if (this.keepdims) return inputShape.map((dim, axis): Dim => (spatial.includes(axis) ? 1 : dim));
    return inputShape.filter((_, axis) => !spatial.includes(axis));
  }
}

/**
 * The mean over height and width, per channel.
 *
 * Input `(batch, height, width, channels)`, or with `dataFormat: 'channels_first'` `(batch, channels, height, width)`;
 * output `(batch, channels)`, or with `keepdims` `(batch, 1, 1, channels)` or `(batch, channels, 1, 1)`.
 *
 * @example
 * console.log(GlobalAveragePooling2D()([[[[1], [2]], [[3], [6]]]]).arraySync()); // [ [ 3 ] ]
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
 */
export const GlobalAveragePooling2D = callable(GlobalAveragePooling2DLayer);
export type GlobalAveragePooling2D = GlobalAveragePooling2DLayer;
