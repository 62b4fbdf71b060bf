import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { callable } from '../../base/callable';
import { flag, wholeFrom } from '../../base/checks';
import type { Dim, Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers';
import { depthwiseConvolution } from '../../ops/convolution';
import type { RegularizerIdentifier } from '../../regularizers';
import { LAYER_OPTIONS } from '../layer';
import { BaseConvLayer, type BaseConvOptions } from './baseConv';

/** Options of `DepthwiseConv2D`. */
export interface DepthwiseConv2DOptions extends BaseConvOptions {
  /** Filters of each channel. Default: 1. */
  depthMultiplier?: number;
  /** Default: `'glorot_uniform'`. */
  depthwiseInitializer?: InitializerIdentifier | null;
  depthwiseRegularizer?: RegularizerIdentifier;
  depthwiseConstraint?: ConstraintIdentifier;
}

type DepthwiseConv2DArguments =
  | [kernelSize: number | readonly number[], options?: Omit<DepthwiseConv2DOptions, 'kernelSize'>]
  | [options: DepthwiseConv2DOptions];

const SIGNATURE: Signature<DepthwiseConv2DOptions> = {
  who: 'DepthwiseConv2D',
  positional: ['kernelSize'],
  defaults: {
    depthMultiplier: 1,
    strides: 1,
    padding: 'valid',
    dataFormat: null,
    dilationRate: 1,
    activation: null,
    useBias: true,
    depthwiseInitializer: 'glorot_uniform',
    biasInitializer: 'zeros',
    depthwiseRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    depthwiseConstraint: null,
    biasConstraint: null,
  },
  inherited: LAYER_OPTIONS,
  checks: { depthMultiplier: wholeFrom(1), useBias: flag },
};

export class DepthwiseConv2DLayer extends BaseConvLayer {
  static override readonly className: string = 'DepthwiseConv2D';
  static override readonly signature: Signature<DepthwiseConv2DOptions> = SIGNATURE;
  declare readonly depthMultiplier: number;

  constructor(...args: DepthwiseConv2DArguments) {
    super(2, SIGNATURE, resolveOptions(SIGNATURE, args));
  }

  override build(inputShape: Shape): void {
    const channels = this.takeShape(inputShape);
    const shape = [...this.kernelSize, channels, this.depthMultiplier];
    this.addKernelAndBias('depthwise', shape, channels * this.depthMultiplier);
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.finish(depthwiseConvolution(x, (this.kernel as Variable).value, this), this.dataFormat);
  }

  protected override outputChannels(channels: Dim): Dim {
    return channels === null ? null : channels * this.depthMultiplier;
  }
}

/**
 * Convolution of every channel by itself, with `depthMultiplier` filters each.
 *
 * `y[i, j, c * depthMultiplier + m] = activation(bias + sum over a, b of
 * x[i * strides + a * dilationRate - top, j * strides + b * dilationRate - left, c] * kernel[a, b, c, m])`.
 *
 * Input `(batch, height, width, channels)`, output `(batch, new height, new width, channels * depthMultiplier)`; with
 * `dataFormat: 'channels_first'` the channels are axis 1. Weights: `kernel` `(kernel height, kernel width, channels,
 * depthMultiplier)`, `bias` `(channels * depthMultiplier,)`. Strides go together with dilation.
 *
 * @throws ValueError for bad options, an unknown number of channels, or a kernel larger than the input.
 * @example
 * const layer = DepthwiseConv2D(3, { depthMultiplier: 2 });
 * console.log(layer(tf.zeros([1, 28, 28, 3])).shape); // [ 1, 26, 26, 6 ]
 * @see https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
 */
export const DepthwiseConv2D = callable(DepthwiseConv2DLayer);
export type DepthwiseConv2D = DepthwiseConv2DLayer;
