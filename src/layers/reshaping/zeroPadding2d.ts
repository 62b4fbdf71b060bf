import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import type { Dim, Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { checkAxes } from '../../base/sizes';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import {
  alongSpace,
  checkDataFormat,
  checkMargins,
  type DataFormat,
  type Margins,
  type MarginsArgument,
} from './options';

/** Options of `ZeroPadding2D`. */
export interface ZeroPadding2DOptions extends LayerOptions {
  /** Rows and columns of zeros: a number, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 1. */
  padding?: MarginsArgument;
  /** Where the channels are. Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
}

type ZeroPadding2DArguments =
  | [padding: MarginsArgument, options?: Omit<ZeroPadding2DOptions, 'padding'>]
  | [options?: ZeroPadding2DOptions];

const SIGNATURE: Signature<ZeroPadding2DOptions> = {
  who: 'ZeroPadding2D',
  positional: ['padding'],
  defaults: { padding: 1, dataFormat: null },
  inherited: LAYER_OPTIONS,
};

export class ZeroPadding2DLayer extends Layer {
  static override readonly className: string = 'ZeroPadding2D';
  static override readonly signature: Signature<ZeroPadding2DOptions> = SIGNATURE;
  readonly padding: Margins;
  readonly dataFormat: DataFormat;

  constructor(...args: ZeroPadding2DArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.padding = checkMargins('ZeroPadding2D', 'padding', options.padding as MarginsArgument);
    this.dataFormat = checkDataFormat('ZeroPadding2D', options.dataFormat);
    this.inputSpec = { ndim: 4 };
  }

  override call(x: tf.Tensor): tf.Tensor {
    this.computeOutputShape(x.shape);
    return tf.pad(x, alongSpace(this.padding, [0, 0], this.dataFormat) as [number, number][]);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const added = alongSpace(this.padding, [0, 0], this.dataFormat);
    const output = inputShape.map((dim, i): Dim => {
      const [before, after] = added[i] as readonly [number, number];
      return dim === null ? null : dim + before + after;
    });
    checkAxes(this.label, 'the output', output);
    return output;
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * Rows and columns of zeros around images.
 *
 * Input `(batch, height, width, channels)`, output `(batch, top + height + bottom, left + width + right, channels)`.
 *
 * @throws ValueError for a padding below 0, or an input of another rank
 * @example
 * console.log(ZeroPadding2D(1)(tf.zeros([1, 8, 8, 3])).shape); // [ 1, 10, 10, 3 ]
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding2d/
 */
export const ZeroPadding2D = callable(ZeroPadding2DLayer);
export type ZeroPadding2D = ZeroPadding2DLayer;
