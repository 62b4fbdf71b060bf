import type * as tf from '@tensorflow/tfjs-core';
import { SeedGenerator } from '../../backend/random';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
import { between, type Check, listOf, orNull, whole, wholeFrom } from '../../base/checks';
import { formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { dropout } from '../../ops/dropout';
import { type CallOptions, LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `Dropout`. */
export interface DropoutOptions extends LayerOptions {
  /** Part of the values that is dropped, from 0 to 1. */
  rate: number;
  /** The same seed gives the same masks, Keras's. Default: one from the global generator. */
  seed?: number | null;
  /** Shape of the mask; axes of size 1 drop together, `null` is the input's size. Default: the input's shape. */
  noiseShape?: Shape | null;
}

type DropoutArguments = [rate: number, options?: Omit<DropoutOptions, 'rate'>] | [options: DropoutOptions];

/** What a rate of dropout must be. */
export const RATE: Check = between(0, 1);
const NOISE_SHAPE: Check = {
  expected: 'a list of sizes above 0, null for those of the input,',
  accepts: (value) => listOf(orNull(wholeFrom(1))).accepts(value),
};

const SIGNATURE: Signature<DropoutOptions> = {
  who: 'Dropout',
  positional: ['rate'],
  defaults: { seed: null, noiseShape: null },
  checks: { rate: RATE, seed: orNull(whole), noiseShape: orNull(NOISE_SHAPE) },
  inherited: LAYER_OPTIONS,
};

export class DropoutLayer extends Layer {
  static override readonly className: string = 'Dropout';
  static override readonly signature: Signature<DropoutOptions> = SIGNATURE;
  override supportsMasking = true;
  /** Part of the inputs that is dropped; may be changed. */
  rate: number;
  readonly seed: number | null;
  readonly noiseShape: Shape | null;
  /** Where the masks come from; none for a rate of 0. */
  seedGenerator: SeedGenerator | undefined;

  constructor(...args: DropoutArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    const { seed = null, noiseShape = null } = options;
    this.rate = options.rate;
    this.seed = seed;
    this.noiseShape = noiseShape && [...noiseShape];
    this.seedGenerator = this.rate > 0 ? SeedGenerator(seed) : undefined;
    this.built = true;
  }

  override call(x: tf.Tensor, { training }: CallOptions): tf.Tensor {
    if (!training || this.rate === 0) return x;
    this.seedGenerator ??= SeedGenerator(this.seed);
    const { noiseShape } = this;
    const fits =
      !noiseShape || (noiseShape.length <= x.rank && !noiseShape.includes(null)) || noiseShape.length === x.rank;
    if (fits) return dropout(x, this.rate, this.seedGenerator, noiseShape);
    throw new ValueError(
      `${this.label}: noiseShape must have an axis for each of the input's. ` +
        `Received: noiseShape=${formatValue(noiseShape)}, ${formatValue(x)}.`,
    );
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override computeOutputDtype(inputDtype: DType): DType {
    return inputDtype;
  }
}

/**
 * In training, sets a random part of the values to 0 and scales the others by `1 / (1 - rate)`, so that the expected sum
 * stays; otherwise `y = x`.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError if the rate is not from 0 to 1
 * @example
 * Dropout(0.5, { seed: 1 })([1, 1, 1, 1], { training: true }).print(); // [2, 0, 2, 0]
 * @see https://keras.io/api/layers/regularization_layers/dropout/ and Srivastava et al. 2014
 */
export const Dropout = callable(DropoutLayer);
export type Dropout = DropoutLayer;
