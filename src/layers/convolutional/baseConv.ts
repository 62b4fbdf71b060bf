import type * as tf from '@tensorflow/tfjs';
import * as activations from '../../activations';
import { formatShape, formatValue, type Shape, ValueError } from '../../backend/errors';
import type { Signature } from '../../backend/options';
import type { Variable } from '../../backend/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { biasAdd } from '../../ops/biasAdd';
import { convolution } from '../../ops/convolution';
import type { DataFormat, Padding } from '../../ops/window';
import * as regularizers from '../../regularizers';
import type { Config } from '../../saving/registry';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { checkDataFormat } from '../reshaping/options';
import { channelAxis, channelsOf, checkPadding, checkPerAxis, checkPositive, slidingOutputShape } from './window';

/** Options of `Conv1D` and `Conv2D`. */
export interface ConvOptions extends LayerOptions {
  /** Number of filters: the channels of the output. */
  filters: number;
  /** Size of the kernel, one for all axes or one for each. */
  kernelSize: number | readonly number[];
  /** Step of the kernel. Default: 1. Not together with `dilationRate`. */
  strides?: number | readonly number[];
  /** `'valid'` (default): none; `'same'`: zeros around, so that strides 1 keep the size; `'causal'` (`Conv1D`): in front. */
  padding?: Padding | 'causal' | (string & {});
  /** Default: `'channels_last'`. */
  dataFormat?: DataFormat | null;
  /** Distance between the taps of the kernel. Default: 1. */
  dilationRate?: number | readonly number[];
  /** Groups of channels, each with its own filters. Default: 1. */
  groups?: number;
  /** Applied to the output. Default: none. */
  activation?: activations.ActivationIdentifier;
  /** Whether to add a number to each channel of the output. Default: true. */
  useBias?: boolean;
  /** Default: `'glorot_uniform'`. */
  kernelInitializer?: initializers.InitializerIdentifier | null;
  /** Default: `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier | null;
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  biasRegularizer?: regularizers.RegularizerIdentifier;
  kernelConstraint?: constraints.ConstraintIdentifier;
  biasConstraint?: constraints.ConstraintIdentifier;
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
  };
}

/** What `Conv1D` and `Conv2D` share: everything but the number of axes. */
export abstract class BaseConvLayer extends Layer {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding | 'causal';
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly groups: number;
  readonly activation: activations.ActivationFunction;
  readonly useBias: boolean;
  readonly kernelInitializer: initializers.Initializer | null;
  readonly biasInitializer: initializers.Initializer | null;
  readonly kernelRegularizer: regularizers.Regularizer | null;
  readonly biasRegularizer: regularizers.Regularizer | null;
  readonly kernelConstraint: constraints.Constraint | null;
  readonly biasConstraint: constraints.Constraint | null;
  /** `(...kernelSize, channels / groups, filters)` */
  kernel: Variable | undefined;
  /** `(filters,)` */
  bias: Variable | undefined;

  constructor(who: string, axes: number, options: ConvOptions) {
    super(options);
    this.filters = checkPositive(who, 'filters', options.filters);
    this.groups = checkPositive(who, 'groups', options.groups);
    this.kernelSize = checkPerAxis(who, 'kernelSize', options.kernelSize, axes);
    this.strides = checkPerAxis(who, 'strides', options.strides, axes);
    this.dilationRate = checkPerAxis(who, 'dilationRate', options.dilationRate, axes);
    this.padding = checkPadding(who, options.padding, axes === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']);
    this.dataFormat = checkDataFormat(who, options.dataFormat);
    this.activation = activations.get(options.activation);
    this.useBias = options.useBias as boolean;
    this.kernelInitializer = initializers.get(options.kernelInitializer);
    this.biasInitializer = initializers.get(options.biasInitializer);
    this.kernelRegularizer = regularizers.get(options.kernelRegularizer);
    this.biasRegularizer = regularizers.get(options.biasRegularizer);
    this.kernelConstraint = constraints.get(options.kernelConstraint);
    this.biasConstraint = constraints.get(options.biasConstraint);
    this.inputSpec = { ndim: axes + 2 };
    this.#check(who);
  }

  #check(who: string): void {
    const { filters, groups, strides, dilationRate } = this;
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
    const channels = channelsOf(this.label, inputShape, this.dataFormat);
    if (channels % this.groups !== 0) {
      throw new ValueError(
        `${this.label}: groups must divide the channels of the input. ` +
          `Received: groups=${this.groups}, an input of shape ${formatShape(inputShape)}.`,
      );
    }
    this.computeOutputShape(inputShape);
    this.inputSpec = { ndim: inputShape.length, axes: { [channelAxis(this.dataFormat)]: channels } };
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      initializer: this.kernelInitializer ?? undefined,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (!this.useBias) return;
    this.bias = this.addWeight({
      name: 'bias',
      shape: [this.filters],
      initializer: this.biasInitializer ?? undefined,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  override call(x: tf.Tensor): tf.Tensor {
    const y = convolution(x, (this.kernel as Variable).value, this);
    return this.activation(this.bias ? biasAdd(y, this.bias.value, this.dataFormat) : y);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return slidingOutputShape(this.label, inputShape, this.kernelSize, this, this.filters);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}
