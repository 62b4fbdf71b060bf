import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { type Dim, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { checkAxes } from '../../base/sizes';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { alongSpace, checkDataFormat, type DataFormat } from './options';

/** Options of `UpSampling2D`. */
export interface UpSampling2DOptions extends LayerOptions {
  /** How often each row and column is repeated: a number or `[rows, columns]`. Default: 2. */
  size?: number | readonly [number, number];
  /** Where the channels are. Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Only `'nearest'` (default). */
  interpolation?: 'nearest';
}

type UpSampling2DArguments =
  | [size: number | readonly [number, number], options?: Omit<UpSampling2DOptions, 'size'>]
  | [options?: UpSampling2DOptions];

const SIGNATURE: Signature<UpSampling2DOptions> = {
  who: 'UpSampling2D',
  positional: ['size'],
  defaults: { size: 2, dataFormat: null, interpolation: 'nearest' },
  inherited: LAYER_OPTIONS,
};

export class UpSampling2DLayer extends Layer {
  static override readonly className: string = 'UpSampling2D';
  static override readonly signature: Signature<UpSampling2DOptions> = SIGNATURE;
  readonly size: readonly [number, number];
  readonly dataFormat: DataFormat;
  readonly interpolation = 'nearest';

  constructor(...args: UpSampling2DArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { size, interpolation } = options;
    const pair = Array.isArray(size) ? size : [size, size];
    if (pair.length !== 2 || !pair.every((factor) => Number.isInteger(factor) && factor > 0)) {
      throw new ValueError(
        `UpSampling2D: size must be a positive integer or a pair of them. Received: size=${formatValue(size)}.`,
      );
    }
    if (interpolation !== 'nearest') {
      throw new ValueError(
        `UpSampling2D: interpolation must be 'nearest'. Received: interpolation=${formatValue(interpolation)}.`,
      );
    }
    this.size = pair as [number, number];
    this.dataFormat = checkDataFormat('UpSampling2D', options.dataFormat);
    this.inputSpec = { ndim: 4 };
  }

  /** Each value is spread over axes of its own, which are then joined to the rows and columns. */
  override call(x: tf.Tensor): tf.Tensor {
    const factors = alongSpace(this.size, 1, this.dataFormat);
    const output = this.computeOutputShape(x.shape) as number[];
    const split = x.reshape(x.shape.flatMap((dim, i) => (factors[i] === 1 ? [dim] : [dim, 1])));
    const ones = tf.ones(
      factors.flatMap((factor) => (factor === 1 ? [1] : [1, factor])),
      x.dtype,
    );
    // Truth values cannot be multiplied.
    const repeated = x.dtype === 'bool' ? split.toInt().mul(ones.toInt()).cast('bool') : split.mul(ones);
    return repeated.reshape(output);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const factors = alongSpace(this.size, 1, this.dataFormat);
    const output = inputShape.map((dim, i): Dim => dim && dim * (factors[i] as number));
    checkAxes(this.label, 'the output', output);
    return output;
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * Images made larger by repeating rows and columns.
 *
 * Input `(batch, height, width, channels)`, output `(batch, height * size[0], width * size[1], channels)`.
 *
 * @throws ValueError for a size below 1, or an input of another rank
 * @example
 * console.log(UpSampling2D(2)(tf.zeros([1, 4, 4, 3])).shape); // [ 1, 8, 8, 3 ]
 * @see https://keras.io/api/layers/reshaping_layers/up_sampling2d/
 */
export const UpSampling2D = callable(UpSampling2DLayer);
export type UpSampling2D = UpSampling2DLayer;
