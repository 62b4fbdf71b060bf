import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { type Dim, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { checkAxes } from '../../base/sizes';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `RepeatVector`. */
export interface RepeatVectorOptions extends LayerOptions {
  /** How often, at least once. */
  n: number;
}

type RepeatVectorArguments = [n: number, options?: LayerOptions] | [options: RepeatVectorOptions];

const SIGNATURE: Signature<RepeatVectorOptions> = {
  who: 'RepeatVector',
  positional: ['n'],
  defaults: {},
  inherited: LAYER_OPTIONS,
};

export class RepeatVectorLayer extends Layer {
  static override readonly className: string = 'RepeatVector';
  static override readonly signature: Signature<RepeatVectorOptions> = SIGNATURE;
  readonly n: number;

  constructor(...args: RepeatVectorArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    if (!Number.isInteger(options.n) || options.n < 1) {
      const Kind = Number.isInteger(options.n) ? ValueError : TypeError; // as in Keras
      throw new Kind(`RepeatVector: n must be a positive integer. Received: n=${formatValue(options.n)}.`);
    }
    this.n = options.n;
    this.inputSpec = { ndim: 2 };
  }

  override call(x: tf.Tensor): tf.Tensor {
    this.computeOutputShape(x.shape);
    return x.expandDims(1).tile([1, this.n, 1]);
  }

  override computeOutputShape([batch, features]: Shape): Shape {
    checkAxes(this.label, 'the output', [1, this.n, 1]);
    return [batch as Dim, this.n, features as Dim];
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * Each example `n` times in a row.
 *
 * Input `(batch, features)`, output `(batch, n, features)`. The dtype stays.
 *
 * @throws TypeError for a number of times that is not whole, ValueError for one below 1
 * @example
 * console.log(RepeatVector(3)(tf.zeros([2, 5])).shape); // [ 2, 3, 5 ]
 * @see https://keras.io/api/layers/reshaping_layers/repeat_vector/
 */
export const RepeatVector = callable(RepeatVectorLayer);
export type RepeatVector = RepeatVectorLayer;
