import type * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { flag, wholeFrom } from '../../base/checks';
import { formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import type { Signature } from '../../base/options';
import { convolution } from '../../ops/convolution';
import type { KernelOptions } from '../core/weighted';
import { LAYER_OPTIONS } from '../layer';
import { BaseConvLayer, type BaseConvOptions } from './baseConv';

/** Options of `Conv1D` and `Conv2D`. */
export interface ConvOptions extends BaseConvOptions, KernelOptions {
  /** Number of filters: the channels of the output. */
  filters: number;
  /** Groups of channels, each with its own filters. Default: 1. */
  groups?: number;
}

/** `Conv2D(10, 3, { ... })`, `Conv2D(10, { kernelSize: 3 })` or `Conv2D({ filters: 10, kernelSize: 3 })`. */
export type ConvArguments =
  | [filters: number, kernelSize: number | readonly number[], options?: Omit<ConvOptions, 'filters' | 'kernelSize'>]
  | [filters: number, options: Omit<ConvOptions, 'filters'>]
  | [options: ConvOptions];

/** The arguments of a convolution layer, with Keras's defaults. */
export function convSignature(who: string): Signature<ConvOptions> {
  return {
    who,
    positional: ['filters', 'kernelSize'],
    defaults: {
      strides: 1,
      padding: 'valid',
      dataFormat: null,
      dilationRate: 1,
      groups: 1,
      activation: null,
      useBias: true,
      kernelInitializer: 'glorot_uniform',
      biasInitializer: 'zeros',
      kernelRegularizer: null,
      biasRegularizer: null,
      activityRegularizer: null,
      kernelConstraint: null,
      biasConstraint: null,
    },
    inherited: LAYER_OPTIONS,
    checks: { filters: wholeFrom(1), groups: wholeFrom(1), useBias: flag },
  };
}

/** What `Conv1D` and `Conv2D` share: everything but the number of axes. */
export abstract class ConvLayer extends BaseConvLayer {
  declare readonly filters: number;
  declare readonly groups: number;

  constructor(axes: number, signature: Signature<ConvOptions>, options: ConvOptions) {
    super(axes, signature, options);
    const { who } = signature;
    const { strides, dilationRate, filters, groups } = this;
    if (filters % groups !== 0) {
      throw new ValueError(`${who}: groups must divide filters. Received: groups=${groups}, filters=${filters}.`);
    }
    if (Math.max(...strides) > 1 && Math.max(...dilationRate) > 1) {
      throw new ValueError(
        `${who}: strides > 1 cannot be used together with dilationRate > 1. Received: ` +
          `strides=${formatValue([...strides])}, dilationRate=${formatValue([...dilationRate])}. Set one of them to 1.`,
      );
    }
  }

  override build(inputShape: Shape): void {
    const channels = this.takeShape(inputShape);
    if (channels % this.groups !== 0) {
      throw new ValueError(
        `${this.label}: groups must divide the channels of the input. ` +
          `Received: groups=${this.groups}, an input of shape ${formatShape(inputShape)}.`,
      );
    }
    this.addKernelAndBias('kernel', [...this.kernelSize, channels / this.groups, this.filters], this.filters);
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.finish(convolution(x, (this.kernel as Variable).value, this), this.dataFormat);
  }

  protected override outputChannels(): number {
    return this.filters;
  }
}
