import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { whole } from '../../base/checks';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';
import { type Mask, maskList } from '../masks';
import { isShapeList } from './merge';

/** Options of `Concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** Axis along which the inputs are joined; negative axes count from the end. Default: -1. */
  axis?: number;
}

type ConcatenateArguments = [axis: number, options?: LayerOptions] | [options?: ConcatenateOptions];

const SIGNATURE: Signature<ConcatenateOptions> = {
  who: 'Concatenate',
  positional: ['axis'],
  defaults: { axis: -1 },
  checks: { axis: whole },
  inherited: LAYER_OPTIONS,
};

export class ConcatenateLayer extends Layer {
  static override readonly className: string = 'Concatenate';
  static override readonly signature: Signature<ConcatenateOptions> = SIGNATURE;
  readonly axis: number;

  constructor(...args: ConcatenateArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.axis = options.axis as number;
  }

  override build(inputShape: readonly Shape[]): void {
    this.computeOutputShape(inputShape);
  }

  override call(inputs: readonly tf.Tensor[]): tf.Tensor {
    this.computeOutputShape(inputs.map(({ shape }) => shape));
    const dtype = inputs.reduce<tf.DataType>((widest, x) => tf.upcastType(widest, x.dtype), inputs[0]?.dtype ?? 'bool');
    const same = inputs.map((x) => (x.dtype === dtype ? x : x.cast(dtype)));
    return tf.concat(same, this.axis < 0 ? this.axis + (same[0]?.rank ?? 0) : this.axis);
  }

  override computeOutputShape(inputShape: readonly Shape[]): Shape {
    const refuse = (expected: string): never => {
      const shapes = isShapeList(inputShape) ? inputShape.map(formatShape).join(' and ') : formatValue(inputShape);
      throw new ValueError(`${this.label}: expected ${expected}. Received: inputs of shape ${shapes}.`);
    };
    if (!isShapeList(inputShape)) return refuse('a list of inputs, as in Concatenate()([a, b])');
    const first = inputShape[0] as Shape;
    const axis = this.axis < 0 ? this.axis + first.length : this.axis;
    if (axis < 0 || axis >= first.length) refuse(`inputs that have an axis ${this.axis}`);
    const fits = (shape: Shape): boolean =>
      shape.length === first.length &&
      shape.every((dim, i) => i === axis || dim === null || first[i] === null || dim === first[i]);
    if (!inputShape.every(fits)) refuse(`inputs of the same shape except on axis ${this.axis}`);
    const sizes = inputShape.map((shape) => shape[axis] as Dim);
    const total = sizes.includes(null) ? null : (sizes as number[]).reduce((sum, size) => sum + size, 0);
    return first.map((dim, i) => (i === axis ? total : dim));
  }

  /** Masks side by side as the inputs are, all of an input that has none; a step counts if any of its entries does. */
  override computeMask(inputs: Nested<tf.Tensor>, mask: Nested<Mask> | undefined): Mask {
    const masks = maskList(mask);
    if (masks.every((each) => !each)) return null;
    const all = (inputs as readonly tf.Tensor[]).map((x, i) => {
      const own = masks[i]?.cast('bool');
      if (!own) return tf.onesLike(x).cast('bool');
      return own.rank < x.rank ? own.expandDims(-1).broadcastTo(x.shape) : own;
    });
    return tf.any(tf.concat(all, this.axis < 0 ? this.axis + (all[0]?.rank ?? 0) : this.axis), -1);
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * The inputs one after another along an axis.
 *
 * Inputs: a list of tensors of one shape, except on `axis`; on that axis the output's size is the sum of theirs.
 *
 * @throws ValueError if the other axes differ
 * @example
 * console.log(Concatenate()([tf.zeros([2, 3]), tf.zeros([2, 5])]).shape); // [ 2, 8 ]
 * @see https://keras.io/api/layers/merging_layers/concatenate/
 */
export const Concatenate = callable(ConcatenateLayer);
export type Concatenate = ConcatenateLayer;
