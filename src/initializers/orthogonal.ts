import type * as tf from '@tensorflow/tfjs-core';
import { statelessNormal } from '../backend/random';
import { callable } from '../base/callable';
import { finite } from '../base/checks';
import { formatShape, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { orthonormalColumns } from '../ops/qr';
import { RandomInitializer, type SeedArgument } from './initializer';

/** Arguments of `Orthogonal`. */
export interface OrthogonalOptions {
  /** Factor of the matrix. Default: 1. */
  gain?: number;
  /** The same seed, the same numbers. Default: drawn from the global generator. */
  seed?: SeedArgument;
}
type OrthogonalArguments = [gain: number, options?: Pick<OrthogonalOptions, 'seed'>] | [options?: OrthogonalOptions];

const SIGNATURE: Signature<OrthogonalOptions> = {
  who: 'Orthogonal',
  positional: ['gain'],
  defaults: { seed: null, gain: 1 },
  checks: { gain: finite },
};

export class OrthogonalInitializer extends RandomInitializer {
  static override readonly className: string = 'Orthogonal';
  static override readonly signature: Signature<OrthogonalOptions> = SIGNATURE;
  readonly gain: number;

  constructor(...args: OrthogonalArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<OrthogonalOptions>;
    super(options.seed);
    this.gain = options.gain;
  }

  protected override draw(shape: number[]): tf.Tensor {
    if (shape.length < 2) {
      throw new ValueError(`Orthogonal: expected a shape of two or more axes. Received: shape=${formatShape(shape)}.`);
    }
    const columns = shape.at(-1) as number;
    const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const tall = statelessNormal([Math.max(rows, columns), Math.min(rows, columns)], this.seed);
    const basis = orthonormalColumns(tall as tf.Tensor2D);
    return (rows < columns ? basis.transpose() : basis).reshape(shape).mul(this.gain);
  }
}

/**
 * A random matrix with orthonormal columns (or rows, whichever are fewer), times `gain`. Axes before the last are taken
 * as one.
 *
 * @throws ValueError when asked for fewer than two axes
 * @example
 * Orthogonal({ seed: 1 })([4, 4]);
 * @see https://keras.io/api/layers/initializers/#orthogonal-class
 */
export const Orthogonal = callable(OrthogonalInitializer);
export type Orthogonal = OrthogonalInitializer;
