import type * as tf from '@tensorflow/tfjs';
import * as activations from '../../activations';
import { callable } from '../../backend/callable';
import type { Shape } from '../../backend/errors';
import { resolveOptions, type Signature } from '../../backend/options';
import type { Variable } from '../../backend/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { biasAdd } from '../../ops/biasAdd';
import { depthwiseConvolution } from '../../ops/convolution';
import type { DataFormat, Padding } from '../../ops/window';
import * as regularizers from '../../regularizers';
import type { Config } from '../../saving/registry';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat } from '../reshaping/options';
import { channelAxis, channelsOf, checkPadding, checkPerAxis, checkPositive, slidingOutputShape } from './window';

/** Options of `DepthwiseConv2D`. */
export interface DepthwiseConv2DOptions extends LayerOptions {
  /** Size of the kernel, one for both axes or one for each. */
  kernelSize: number | readonly number[];
  /** Step of the kernel. Default: 1. */
  strides?: number | readonly number[];
  /** `'valid'` (default): none; `'same'`: zeros around, so that strides 1 keep the size. */
  padding?: Padding | (string & {});
  /** Filters of each channel. Default: 1. */
  depthMultiplier?: number;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Distance between the taps of the kernel. Default: 1. */
  dilationRate?: number | readonly number[];
  /** Applied to the output. Default: none. */
  activation?: activations.ActivationIdentifier;
  /** Whether to add a number to each channel of the output. Default: true. */
  useBias?: boolean;
  /** Default: `'glorot_uniform'`. */
  depthwiseInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier | null;
  depthwiseRegularizer?: regularizers.RegularizerIdentifier;
  biasRegularizer?: regularizers.RegularizerIdentifier;
  depthwiseConstraint?: constraints.ConstraintIdentifier;
  biasConstraint?: constraints.ConstraintIdentifier;
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
};

export class DepthwiseConv2DLayer extends Layer {
  static override readonly className: string = 'DepthwiseConv2D';
  static override readonly signature: Signature<DepthwiseConv2DOptions> = SIGNATURE;
  readonly kernelSize: readonly number[];
  readonly depthMultiplier: number;
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly activation: activations.ActivationFunction;
  readonly useBias: boolean;
  readonly depthwiseInitializer: initializers.Initializer | null;
  readonly biasInitializer: initializers.Initializer | null;
  readonly depthwiseRegularizer: regularizers.Regularizer | null;
  readonly biasRegularizer: regularizers.Regularizer | null;
  readonly depthwiseConstraint: constraints.Constraint | null;
  readonly biasConstraint: constraints.Constraint | null;
  /** `(kernel height, kernel width, channels, depthMultiplier)` */
  kernel: Variable | undefined;
  /** `(channels * depthMultiplier,)` */
  bias: Variable | undefined;

  constructor(...args: DepthwiseConv2DArguments) {
    const options = resolveOptions(SIGNATURE, args);
    const { who } = SIGNATURE;
    super(options);
    this.kernelSize = checkPerAxis(who, 'kernelSize', options.kernelSize, 2);
    this.depthMultiplier = checkPositive(who, 'depthMultiplier', options.depthMultiplier);
    this.strides = checkPerAxis(who, 'strides', options.strides, 2);
    this.padding = checkPadding(who, options.padding, ['valid', 'same']);
    this.dataFormat = checkDataFormat(who, options.dataFormat);
    this.dilationRate = checkPerAxis(who, 'dilationRate', options.dilationRate, 2);
    this.activation = activations.get(options.activation);
    this.useBias = options.useBias as boolean;
    this.depthwiseInitializer = initializers.get(options.depthwiseInitializer);
    this.biasInitializer = initializers.get(options.biasInitializer);
    this.depthwiseRegularizer = regularizers.get(options.depthwiseRegularizer);
    this.biasRegularizer = regularizers.get(options.biasRegularizer);
    this.depthwiseConstraint = constraints.get(options.depthwiseConstraint);
    this.biasConstraint = constraints.get(options.biasConstraint);
    this.inputSpec = { ndim: 4 };
  }

  override build(inputShape: Shape): void {
    const channels = channelsOf(this.label, inputShape, this.dataFormat);
    this.computeOutputShape(inputShape);
    this.inputSpec = { ndim: 4, axes: { [channelAxis(this.dataFormat)]: channels } };
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer ?? undefined,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    if (!this.useBias) return;
    this.bias = this.addWeight({
      name: 'bias',
      shape: [channels * this.depthMultiplier],
      initializer: this.biasInitializer ?? undefined,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  override call(x: tf.Tensor): tf.Tensor {
    const y = depthwiseConvolution(x, (this.kernel as Variable).value, this);
    return this.activation(this.bias ? biasAdd(y, this.bias.value, this.dataFormat) : y);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const channels = inputShape.at(channelAxis(this.dataFormat)) ?? null;
    const outputs = channels === null ? null : channels * this.depthMultiplier;
    return slidingOutputShape(this.label, inputShape, this.kernelSize, this, outputs);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
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
