import type * as tf from '@tensorflow/tfjs-core';
import { SeedGenerator } from '../../backend/random';
import { callable } from '../../base/callable';
import { orNull, whole } from '../../base/checks';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import type { Config } from '../../base/registry';
import { dropout } from '../../ops/dropout';
import { type CallOptions, LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat, type DataFormat } from '../reshaping/options';
import { RATE } from './dropout';

/** Options of `SpatialDropout2D`. */
export interface SpatialDropout2DOptions extends LayerOptions {
  /** Part of the channels that is dropped, from 0 to 1. */
  rate: number;
  /** Where the channels are. Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** The same seed gives the same masks, Keras's. Default: one from the global generator. */
  seed?: number | null;
}

type SpatialDropout2DArguments =
  | [rate: number, options?: Omit<SpatialDropout2DOptions, 'rate'>]
  | [options: SpatialDropout2DOptions];

const SIGNATURE: Signature<SpatialDropout2DOptions> = {
  who: 'SpatialDropout2D',
  positional: ['rate'],
  defaults: { dataFormat: null, seed: null },
  checks: { rate: RATE, seed: orNull(whole) },
  inherited: LAYER_OPTIONS,
};

export class SpatialDropout2DLayer extends Layer {
  static override readonly className: string = 'SpatialDropout2D';
  static override readonly signature: Signature<SpatialDropout2DOptions> = SIGNATURE;
  /** Part of the channels that is dropped; may be changed. */
  rate: number;
  readonly dataFormat: DataFormat;
  readonly seed: number | null;
  seedGenerator: SeedGenerator | undefined;

  constructor(...args: SpatialDropout2DArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.rate = options.rate;
    this.dataFormat = checkDataFormat('SpatialDropout2D', options.dataFormat);
    this.seed = options.seed ?? null;
    this.seedGenerator = this.rate > 0 ? SeedGenerator(this.seed) : undefined;
    this.inputSpec = { ndim: 4 };
    this.built = true;
  }

  override call(x: tf.Tensor, { training }: CallOptions): tf.Tensor {
    if (!training || this.rate === 0) return x;
    this.seedGenerator ??= SeedGenerator(this.seed);
    const noiseShape = this.dataFormat === 'channels_last' ? [null, 1, 1, null] : [null, null, 1, 1];
    return dropout(x, this.rate, this.seedGenerator, noiseShape);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  /** Keras leaves `trainable` out here, and writes the dtype's name alone. */
  override getConfig(): Config {
    const { rate, seed, name, dtype, dataFormat } = this;
    return { rate, seed, name, dtype, data_format: dataFormat };
  }
}

/**
 * Dropout of whole channels: neighbouring pixels are alike, so dropping single ones would hide little.
 *
 * Input and output `(batch, height, width, channels)`, or `(batch, channels, height, width)` for `'channels_first'`.
 *
 * @throws ValueError if the rate is not from 0 to 1, or the input has another rank
 * @example
 * console.log(SpatialDropout2D(0.5)(tf.ones([1, 2, 2, 3])).shape); // [ 1, 2, 2, 3 ]
 * @see https://keras.io/api/layers/regularization_layers/spatial_dropout2d/ and Tompson et al. 2014
 */
export const SpatialDropout2D = callable(SpatialDropout2DLayer);
export type SpatialDropout2D = SpatialDropout2DLayer;
