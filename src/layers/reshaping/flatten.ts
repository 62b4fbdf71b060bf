import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat, type DataFormat } from './options';

/** Options of `Flatten`. */
export interface FlattenOptions extends LayerOptions {
  /** `'channels_first'` moves the channels to the end before flattening. Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
}

type FlattenArguments = [dataFormat: DataFormat | null, options?: LayerOptions] | [options?: FlattenOptions];

const SIGNATURE: Signature<FlattenOptions> = {
  who: 'Flatten',
  positional: ['dataFormat'],
  defaults: { dataFormat: null },
  inherited: LAYER_OPTIONS,
};

export class FlattenLayer extends Layer {
  static override readonly className: string = 'Flatten';
  static override readonly signature: Signature<FlattenOptions> = SIGNATURE;
  readonly dataFormat: DataFormat;

  constructor(...args: FlattenArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.dataFormat = checkDataFormat('Flatten', options.dataFormat);
    this.inputSpec = { minNdim: 1 };
  }

  override call(x: tf.Tensor): tf.Tensor {
    const [batch, features] = this.computeOutputShape(x.shape) as [number, number];
    const axes = x.shape.map((_, axis) => axis);
    const channelsLast = this.dataFormat === 'channels_first' && x.rank > 2;
    const ordered = channelsLast ? x.transpose([0, ...axes.slice(2), 1]) : x;
    return ordered.reshape([batch, features]);
  }

  override computeOutputShape([batch = null, ...rest]: Shape): Shape {
    return [batch, rest.includes(null) ? null : (rest as number[]).reduce((product, dim) => product * dim, 1)];
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * All axes but the first as one.
 *
 * Input `(batch, ...)`, output `(batch, features)`; `(batch,)` becomes `(batch, 1)`. The dtype stays.
 *
 * @example
 * console.log(Flatten()(tf.zeros([2, 3, 4])).shape); // [ 2, 12 ]
 * @see https://keras.io/api/layers/reshaping_layers/flatten/
 */
export const Flatten = callable(FlattenLayer);
export type Flatten = FlattenLayer;
