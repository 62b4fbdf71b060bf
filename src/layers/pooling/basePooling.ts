import type { Shape } from '../../base/errors';
import type { Signature } from '../../base/options';
import type { DataFormat, Padding } from '../../ops/window';
import { channelAxis, checkPadding, checkPerAxis, slidingOutputShape } from '../convolutional/window';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat } from '../reshaping/options';

/** Options of `MaxPooling2D` and `AveragePooling2D`. */
export interface PoolingOptions extends LayerOptions {
  /** Rows and columns of the pool, or one number for both. */
  poolSize?: number | readonly number[];
  /** Step of the pool. Default: its size. */
  strides?: number | readonly number[] | null;
  /** `'valid'` (default): whole pools only; `'same'`: also those that reach over the edge. */
  padding?: Padding | Uppercase<Padding>;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
}

/** `MaxPooling2D()`, `MaxPooling2D(2, { strides: 1 })` or `MaxPooling2D({ poolSize: 2 })`. */
export type PoolingArguments =
  | [poolSize: number | readonly number[], options?: Omit<PoolingOptions, 'poolSize'>]
  | [options?: PoolingOptions];

/** The arguments of a pooling layer, with Keras's defaults. */
export function poolingSignature(who: string, defaults: Partial<PoolingOptions>): Signature<PoolingOptions> {
  return {
    who,
    positional: ['poolSize'],
    defaults: { ...defaults, padding: 'valid', strides: null, dataFormat: null },
    inherited: LAYER_OPTIONS,
  };
}

/** What the pooling layers share: everything but what they take from each window. */
export abstract class BasePoolingLayer extends Layer {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;

  constructor(who: string, axes: number, options: PoolingOptions) {
    super(options);
    this.poolSize = checkPerAxis(who, 'poolSize', options.poolSize, axes);
    this.strides = checkPerAxis(who, 'strides', options.strides ?? this.poolSize, axes);
    this.padding = checkPadding(who, options.padding, ['valid', 'same']);
    this.dataFormat = checkDataFormat(who, options.dataFormat);
    this.inputSpec = { ndim: axes + 2 };
  }

  override build(inputShape: Shape): void {
    this.computeOutputShape(inputShape);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const channels = inputShape.at(channelAxis(this.dataFormat)) ?? null;
    return slidingOutputShape(this.label, inputShape, this.poolSize, this, channels);
  }
}
