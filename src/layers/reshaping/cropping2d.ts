import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import {
  alongSpace,
  checkDataFormat,
  checkMargins,
  type DataFormat,
  type Margins,
  type MarginsArgument,
} from './options';

/** Options of `Cropping2D`. */
export interface Cropping2DOptions extends LayerOptions {
  /** Rows and columns cut off: a number, `[rows, columns]`, or `[[top, bottom], [left, right]]`. Default: 0. */
  cropping?: MarginsArgument;
  /** Where the channels are. Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
}

type Cropping2DArguments =
  | [cropping: MarginsArgument, options?: Omit<Cropping2DOptions, 'cropping'>]
  | [options?: Cropping2DOptions];

const SIGNATURE: Signature<Cropping2DOptions> = {
  who: 'Cropping2D',
  positional: ['cropping'],
  defaults: { cropping: 0, dataFormat: null },
  inherited: LAYER_OPTIONS,
};

export class Cropping2DLayer extends Layer {
  static override readonly className: string = 'Cropping2D';
  static override readonly signature: Signature<Cropping2DOptions> = SIGNATURE;
  readonly cropping: Margins;
  readonly dataFormat: DataFormat;

  constructor(...args: Cropping2DArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.cropping = checkMargins('Cropping2D', 'cropping', options.cropping as MarginsArgument);
    this.dataFormat = checkDataFormat('Cropping2D', options.dataFormat);
    this.inputSpec = { ndim: 4 };
  }

  override call(x: tf.Tensor): tf.Tensor {
    const begin = alongSpace(this.cropping, [0, 0], this.dataFormat).map(([from]) => from);
    return x.slice(begin, this.computeOutputShape(x.shape) as number[]);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const removed = alongSpace(this.cropping, [0, 0], this.dataFormat).map(([from, to]) => from + to);
    const output = inputShape.map((dim, i): Dim => dim && dim - (removed[i] as number));
    if (output.every((dim, i) => dim === null || dim > 0 || removed[i] === 0)) return output;
    throw new ValueError(
      `${this.label}: cropping must be smaller than the image. ` +
        `Received: cropping=${formatValue(this.cropping)}, an input of shape ${formatShape(inputShape)}.`,
    );
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * Images without their outer rows and columns.
 *
 * Input `(batch, height, width, channels)`, output `(batch, height - top - bottom, width - left - right, channels)`.
 *
 * @throws ValueError if nothing of the image would be left
 * @example
 * console.log(Cropping2D([[2, 1], [0, 4]])(tf.zeros([1, 8, 8, 3])).shape); // [ 1, 5, 4, 3 ]
 * @see https://keras.io/api/layers/reshaping_layers/cropping2d/
 */
export const Cropping2D = callable(Cropping2DLayer);
export type Cropping2D = Cropping2DLayer;
