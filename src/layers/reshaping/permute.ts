import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { type Dim, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Permute`. */
export interface PermuteOptions extends LayerOptions {
  /** The axes in their new order, counted from 1; the batch axis stays in front. */
  dims: readonly number[];
}

type PermuteArguments = [dims: readonly number[], options?: LayerOptions] | [options: PermuteOptions];

const SIGNATURE: Signature<PermuteOptions> = {
  who: 'Permute',
  positional: ['dims'],
  defaults: {},
  inherited: LAYER_OPTIONS,
};

export class PermuteLayer extends Layer {
  static override readonly className: string = 'Permute';
  static override readonly signature: Signature<PermuteOptions> = SIGNATURE;
  readonly dims: readonly number[];

  constructor(...args: PermuteArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { dims } = options;
    if (!Array.isArray(dims) || ![...dims].sort((a, b) => a - b).every((dim, i) => dim === i + 1)) {
      throw new ValueError(
        `Permute: dims must hold each of 1, 2, ... once, as in Permute([2, 1]). Received: dims=${formatValue(dims)}.`,
      );
    }
    this.dims = [...dims];
    this.inputSpec = { ndim: dims.length + 1 };
  }

  override call(x: tf.Tensor): tf.Tensor {
    return x.transpose([0, ...this.dims]);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [0, ...this.dims].map((dim) => inputShape[dim] as Dim);
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * The axes in another order: axis `i` of the output is axis `dims[i - 1]` of the input.
 *
 * Input and output of any rank above 0. The dtype stays.
 *
 * @throws ValueError if `dims` is not a permutation, or the rank of the input is another
 * @example
 * console.log(Permute([2, 1])(tf.zeros([2, 10, 64])).shape); // [ 2, 64, 10 ]
 * @see https://keras.io/api/layers/reshaping_layers/permute/
 */
export const Permute = callable(PermuteLayer);
export type Permute = PermuteLayer;
