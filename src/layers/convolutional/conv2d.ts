import { callable } from '../../base/callable';
import { resolveOptions, type Signature } from '../../base/options';
import { type ConvArguments, ConvLayer, type ConvOptions, convSignature } from './conv';

/** Options of `Conv2D`. */
export type Conv2DOptions = ConvOptions;

const SIGNATURE = convSignature('Conv2D');

export class Conv2DLayer extends ConvLayer {
  static override readonly className: string = 'Conv2D';
  static override readonly signature: Signature<Conv2DOptions> = SIGNATURE;

  constructor(...args: ConvArguments) {
    super(2, SIGNATURE, resolveOptions(SIGNATURE, args));
  }
}

/**
 * Convolution of images.
 *
 * `y[i, j, f] = activation(bias[f] + sum over a, b, c of
 * x[i * strides + a * dilationRate - top, j * strides + b * dilationRate - left, c] * kernel[a, b, c, f])`,
 * zero outside x. (Correlation, as everywhere in deep learning: the kernel is not turned around.)
 *
 * Input `(batch, height, width, channels)`, output `(batch, new height, new width, filters)`; with
 * `dataFormat: 'channels_first'` `(batch, channels, height, width)` and `(batch, filters, new height, new width)`.
 * Weights: `kernel` `(kernel height, kernel width, channels / groups, filters)`, `bias` `(filters,)`.
 *
 * @throws ValueError for bad options, strides > 1 with dilationRate > 1, groups that do not divide filters or
 * channels, an unknown number of channels, or a kernel larger than the input.
 * @example
 * const layer = Conv2D(10, { kernelSize: 3, activation: 'relu' }); // also Conv2D(10, 3, { activation: 'relu' })
 * console.log(layer(tf.zeros([1, 28, 28, 1])).shape); // [ 1, 26, 26, 10 ]
 * @see https://keras.io/api/layers/convolution_layers/convolution2d/
 */
export const Conv2D = callable(Conv2DLayer);
export type Conv2D = Conv2DLayer;
