import type * as tf from '@tensorflow/tfjs';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Reshape`. */
export interface ReshapeOptions extends LayerOptions {
  /** Sizes of the axes after the batch axis; one of them may be -1: what is left over. */
  targetShape: readonly number[];
}

type ReshapeArguments = [targetShape: readonly number[], options?: LayerOptions] | [options: ReshapeOptions];

const SIGNATURE: Signature<ReshapeOptions> = {
  who: 'Reshape',
  positional: ['targetShape'],
  defaults: {},
  inherited: LAYER_OPTIONS,
};

export class ReshapeLayer extends Layer {
  static override readonly className: string = 'Reshape';
  static override readonly signature: Signature<ReshapeOptions> = SIGNATURE;
  readonly targetShape: readonly number[];

  constructor(...args: ReshapeArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { targetShape } = options;
    const valid = Array.isArray(targetShape) && targetShape.every((dim) => Number.isInteger(dim) && dim >= -1);
    if (!valid || targetShape.filter((dim) => dim === -1).length > 1) {
      throw new ValueError(
        'Reshape: targetShape must be a list of whole numbers of at least 0, at most one of them -1. ' +
          `Received: targetShape=${formatValue(targetShape)}.`,
      );
    }
    this.targetShape = [...targetShape];
    this.built = true;
  }

  override call(x: tf.Tensor): tf.Tensor {
    return x.reshape(this.computeOutputShape(x.shape) as number[]);
  }

  override computeOutputShape([batch = null, ...rest]: Shape): Shape {
    const { targetShape } = this;
    if (rest.includes(null)) return [batch, ...targetShape.map((dim): Dim => (dim === -1 ? null : dim))];
    const size = (rest as number[]).reduce((product, dim) => product * dim, 1);
    const known = targetShape.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
    const fits = targetShape.includes(-1) ? known > 0 && size % known === 0 : size === known;
    if (fits) return [batch, ...targetShape.map((dim) => (dim === -1 ? size / known : dim))];
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
