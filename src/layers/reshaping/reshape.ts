import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { wholeFrom } from '../../base/checks';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Reshape`. */
export interface ReshapeOptions extends LayerOptions {
  /** Sizes of the axes after the batch axis; one may be -1, or `null`: what is left over. */
  targetShape: Shape;
}

type ReshapeArguments = [targetShape: Shape, options?: LayerOptions] | [options: ReshapeOptions];

const SIGNATURE: Signature<ReshapeOptions> = {
  who: 'Reshape',
  positional: ['targetShape'],
  defaults: {},
  inherited: LAYER_OPTIONS,
};

/** Whether a size is what is left over. `null` is not known before there is data, as in Keras. */
function isOpen(dim: Dim): boolean {
  return dim === -1 || dim === null;
}

export class ReshapeLayer extends Layer {
  static override readonly className: string = 'Reshape';
  static override readonly signature: Signature<ReshapeOptions> = SIGNATURE;
  readonly targetShape: Shape;

  constructor(...args: ReshapeArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { targetShape } = options;
    const valid = Array.isArray(targetShape) && targetShape.every((dim) => dim === null || wholeFrom(-1).accepts(dim));
    if (!valid || targetShape.filter(isOpen).length > 1) {
      throw new ValueError(
        'Reshape: targetShape must be a list of whole numbers of at least 0, at most one of them -1. ' +
          `Received: targetShape=${formatValue(targetShape)}.`,
      );
    }
    this.targetShape = [...targetShape];
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    const [batch, ...rest] = x.shape as [number, ...number[]];
    return x.reshape([batch, ...this.#sizes(batch, rest)]);
  }

  override computeOutputShape([batch = null, ...rest]: Shape): Shape {
    const { targetShape } = this;
    if (rest.includes(null)) return [batch, ...targetShape.map((dim): Dim => (isOpen(dim) ? null : dim))];
    const sizes = this.#sizes(batch, rest as number[]);
    return [batch, ...sizes.map((size, axis): Dim => (targetShape[axis] === null ? null : size))];
  }

  #sizes(batch: Dim, rest: readonly number[]): number[] {
    const { targetShape } = this;
    const size = rest.reduce((product, dim) => product * dim, 1);
    const known = targetShape.reduce<number>((product, dim) => (isOpen(dim) ? product : product * (dim as number)), 1);
    const fits = targetShape.some(isOpen) ? known > 0 && size % known === 0 : size === known;
    if (fits) return targetShape.map((dim) => (isOpen(dim) ? size / known : (dim as number)));
    throw new ValueError(
      `${this.label}: the number of values must stay the same. ` +
        `Received: an input of shape ${formatShape([batch, ...rest])} (${size} values in each example), ` +
        `targetShape=${formatShape(targetShape)}.`,
    );
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * The same values under another shape.
 *
 * Input `(batch, ...)`, output `(batch, ...targetShape)`. The dtype stays.
 *
 * @throws ValueError if the number of values in an example is not that of the target shape
 * @example
 * console.log(Reshape([3, -1])(tf.zeros([2, 12])).shape); // [ 2, 3, 4 ]
 * @see https://keras.io/api/layers/reshaping_layers/reshape/
 */
export const Reshape = callable(ReshapeLayer);
export type Reshape = ReshapeLayer;
