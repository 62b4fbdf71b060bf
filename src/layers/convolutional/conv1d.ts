import { callable } from '../../base/callable';
import { resolveOptions, type Signature } from '../../base/options';
import { type ConvArguments, ConvLayer, type ConvOptions, convSignature } from './conv';

/** Options of `Conv1D`. */
export type Conv1DOptions = ConvOptions;

const SIGNATURE = convSignature('Conv1D');

export class Conv1DLayer extends ConvLayer {
  static override readonly className: string = 'Conv1D';
  static override readonly signature: Signature<Conv1DOptions> = SIGNATURE;

  constructor(...args: ConvArguments) {
    super(1, SIGNATURE, resolveOptions(SIGNATURE, args));
  }
}

/**
 * Convolution along one axis, such as time.
 *
 * `y[t, f] = activation(bias[f] + sum over a, c of x[t * strides + a * dilationRate - before, c] * kernel[a, c, f])`,
 * zero outside x. (Correlation, as everywhere in deep learning: the kernel is not turned around.)
 *
 * Input `(batch, steps, channels)`, output `(batch, new steps, filters)`; with `dataFormat: 'channels_first'`
 * `(batch, channels, steps)` and `(batch, filters, new steps)`. Weights: `kernel` `(kernelSize, channels / groups,
 * filters)`, `bias` `(filters,)`. `padding: 'causal'` puts zeros in front only: no output depends on what follows.
 *
 * @throws ValueError for bad options, strides > 1 with dilationRate > 1, groups that do not divide filters or
 * channels, an unknown number of channels, or a kernel larger than the input.
 * @example
 * const layer = Conv1D(1, 2, { kernelInitializer: 'ones', padding: 'causal' });
 * console.log(layer([[[1], [2], [3]]]).arraySync()); // [ [ [ 1 ], [ 3 ], [ 5 ] ] ]
 * @see https://keras.io/api/layers/convolution_layers/convolution1d/
 */
export const Conv1D = callable(Conv1DLayer);
export type Conv1D = Conv1DLayer;
