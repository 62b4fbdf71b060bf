import type * as tf from '@tensorflow/tfjs';
import { SeedGenerator } from '../../backend/random';
import type { DType } from '../../backend/variable';
import { callable } from '../../base/callable';
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

const SIGNATURE: Signature<DropoutOptions> = {
  who: 'Dropout',
  positional: ['rate'],
  defaults: { seed: null, noiseShape: null },
  inherited: LAYER_OPTIONS,
};

/** A rate is a number from 0 to 1. */
export function checkRate(who: string, rate: unknown): number {
  if (typeof rate === 'number' && rate >= 0 && rate <= 1) return rate;
  throw new ValueError(`${who}: rate must be a number from 0 to 1. Received: rate=${formatValue(rate)}.`);
}

export class DropoutLayer extends Layer {
  static override readonly className: string = 'Dropout';
  static override readonly signature: Signature<DropoutOptions> = SIGNATURE;
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
    this.rate = checkRate('Dropout', options.rate);
    if (noiseShape && !noiseShape.every((dim) => dim === null || (Number.isInteger(dim) && dim > 0))) {
      throw new ValueError(
        `Dropout: noiseShape must be made of sizes above 0 and null. Received: noiseShape=${formatValue(noiseShape)}.`,
      );
    }
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
