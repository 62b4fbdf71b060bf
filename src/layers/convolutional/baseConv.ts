import type { Dim, Shape } from '../../base/errors';
import type { AnySignature } from '../../base/options';
import type { DataFormat, Padding } from '../../ops/window';
import { AffineLayer, type AffineOptions } from '../core/weighted';
import { checkDataFormat } from '../reshaping/options';
import { channelAxis, channelsOf, checkPadding, checkPerAxis, slidingOutputShape } from './window';

/** Options of all convolution layers. */
export interface BaseConvOptions extends AffineOptions {
  /** Size of the kernel, one for all axes or one for each. */
  kernelSize: number | readonly number[];
  /** Step of the kernel. Default: 1. */
  strides?: number | readonly number[];
  /** `'valid'` (default): none; `'same'`: zeros around, so that strides 1 keep the size; `'causal'` (`Conv1D`): in front. */
  padding?: Padding | 'causal' | Uppercase<Padding | 'causal'>;
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Distance between the taps of the kernel. Default: 1. */
  dilationRate?: number | readonly number[];
}

/** What the convolution layers share: how the kernel slides, and the shapes. */
export abstract class BaseConvLayer extends AffineLayer {
  declare readonly kernelSize: readonly number[];
  declare readonly strides: readonly number[];
  declare readonly padding: Padding | 'causal';
  declare readonly dataFormat: DataFormat;
  declare readonly dilationRate: readonly number[];

  /** @param axes number of spatial axes. */
  constructor(axes: number, signature: AnySignature, options: BaseConvOptions) {
    const { who } = signature;
    super(signature, {
      ...options,
      kernelSize: checkPerAxis(who, 'kernelSize', options.kernelSize, axes),
      strides: checkPerAxis(who, 'strides', options.strides, axes),
      dilationRate: checkPerAxis(who, 'dilationRate', options.dilationRate, axes),
      padding: checkPadding(who, options.padding, axes === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']),
      dataFormat: checkDataFormat(who, options.dataFormat),
    } as BaseConvOptions);
    this.inputSpec = { ndim: axes + 2 };
  }

  /** Number of the output's channels. */
  protected abstract outputChannels(channels: Dim): Dim;

  /** Checks an input's shape, and that later inputs have as many channels; gives their number. */
  protected takeShape(inputShape: Shape): number {
    const channels = channelsOf(this.label, inputShape, this.dataFormat);
    this.computeOutputShape(inputShape);
    this.inputSpec = { ndim: inputShape.length, axes: { [channelAxis(this.dataFormat)]: channels } };
    return channels;
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const channels = inputShape.at(channelAxis(this.dataFormat)) ?? null;
    return slidingOutputShape(this.label, inputShape, this.kernelSize, this, this.outputChannels(channels));
  }
}
