import type * as tf from '@tensorflow/tfjs-core';
import { SeedGenerator, statelessNormal } from '../../backend/random';
import { callable } from '../../base/callable';
import { between, orNull, whole } from '../../base/checks';
import type { Shape } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { type CallOptions, LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `GaussianNoise`. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, at least 0. */
  stddev: number;
  /** The same seed gives the same noise, Keras's. Default: one from the global generator. */
  seed?: number | null;
}

type GaussianNoiseArguments =
  | [stddev: number, options?: Omit<GaussianNoiseOptions, 'stddev'>]
  | [options: GaussianNoiseOptions];

const SIGNATURE: Signature<GaussianNoiseOptions> = {
  who: 'GaussianNoise',
  positional: ['stddev'],
  defaults: { seed: null },
  checks: { stddev: between(0, 1), seed: orNull(whole) },
  inherited: LAYER_OPTIONS,
};

export class GaussianNoiseLayer extends Layer {
  static override readonly className: string = 'GaussianNoise';
  static override readonly signature: Signature<GaussianNoiseOptions> = SIGNATURE;
  override supportsMasking = true;
  /** Standard deviation of the noise; may be changed. */
  stddev: number;
  readonly seed: number | null;
  seedGenerator: SeedGenerator | undefined;

  constructor(...args: GaussianNoiseArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { stddev, seed = null } = options;
    this.stddev = stddev;
    this.seed = seed;
    this.seedGenerator = stddev > 0 ? SeedGenerator(seed) : undefined;
    this.built = true;
  }

  override call(x: tf.Tensor, { training }: CallOptions): tf.Tensor {
    if (!training || this.stddev === 0) return x;
    this.seedGenerator ??= SeedGenerator(this.seed);
    return x.add(statelessNormal(x.shape, this.seedGenerator, 0, this.stddev));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * In training, adds normal noise of mean 0: `y = x + stddev * n`; otherwise `y = x`.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError if stddev is not from 0 to 1
 * @example
 * console.log(GaussianNoise(0.1)([1, 2]).arraySync()); // [ 1, 2 ]
 * @see https://keras.io/api/layers/regularization_layers/gaussian_noise/
 */
export const GaussianNoise = callable(GaussianNoiseLayer);
export type GaussianNoise = GaussianNoiseLayer;
