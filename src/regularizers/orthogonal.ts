import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { absolute } from '../ops/elementwise';
import { checkFactor, Regularizer } from './regularizer';

/** Arguments of `OrthogonalRegularizer`. */
export interface OrthogonalRegularizerOptions {
  /** Factor of the penalty. Default: 0.01. */
  factor?: number;
  /** Whether rows or columns shall be orthogonal to one another. Default: `'rows'`. */
  mode?: 'rows' | 'columns';
}
type Arguments =
  | [factor: number, options?: Omit<OrthogonalRegularizerOptions, 'factor'>]
  | [options?: OrthogonalRegularizerOptions];

const SIGNATURE: Signature<OrthogonalRegularizerOptions> = {
  who: 'OrthogonalRegularizer',
  positional: ['factor'],
  defaults: { factor: 0.01, mode: 'rows' },
};

export class OrthogonalPenalty extends Regularizer {
  static override readonly className: string = 'OrthogonalRegularizer';
  static override readonly signature = SIGNATURE;
  readonly factor: number;
  readonly mode: 'rows' | 'columns';

  constructor(...args: Arguments) {
    super();
    const { factor, mode } = resolveOptions(SIGNATURE, args);
    this.factor = Math.fround(checkFactor('OrthogonalRegularizer', 'factor', factor)); // a float32 in Keras
    if (mode !== 'rows' && mode !== 'columns') {
      throw new ValueError(
        `OrthogonalRegularizer: mode must be 'rows' or 'columns'. Received: mode=${formatValue(mode)}.`,
      );
    }
    this.mode = mode;
  }

  override call(x: tf.Tensor): tf.Scalar {
    if (x.rank !== 2) {
      throw new ValueError(
        `OrthogonalRegularizer: expected a matrix. Received: shape=${formatShape(x.shape)}. ` +
          'It regularizes the kernels of Dense layers.',
      );
    }
    const axis = this.mode === 'rows' ? 1 : 0;
    const unit = x.div<tf.Tensor2D>(x.square().sum(axis, true).maximum(1e-12).sqrt());
    const cosines = tf.matMul(unit, unit, axis === 0, axis === 1);
    const size = cosines.shape[0];
    const offDiagonal = cosines.mul(tf.scalar(1).sub(tf.eye(size)));
    return absolute(offDiagonal)
      .sum<tf.Scalar>()
      .mul<tf.Scalar>(this.factor * 0.5)
      .div((size * (size - 1)) / 2);
  }
}

/**
 * Keeps the rows (or columns) of a matrix orthogonal: `factor` times the mean over all pairs of rows of
 * `abs(cosine of the angle between them)`.
 *
 * @example
 * OrthogonalRegularizer(0.5)(tf.tensor2d([[1, 0], [3, 4]])).print(); // 0.3
 * @throws ValueError when called on something that is not a matrix
 * @see https://keras.io/api/layers/regularizers/#orthogonalregularizer-class
 */
export const OrthogonalRegularizer = callable(OrthogonalPenalty);
export type OrthogonalRegularizer = OrthogonalPenalty;
