import * as tf from '@tensorflow/tfjs-core';
import { softmax } from '../../activations';
import { callable } from '../../base/callable';
import { orList, orNull, whole } from '../../base/checks';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import { type CallOptions, LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** The score of entries that a mask leaves out. */
const LEFT_OUT = -1e9;

/** Options of `Softmax`. */
export interface SoftmaxOptions extends LayerOptions {
  /** Axis, or axes taken together, along which the output adds up to 1; `null` for all. Default: -1. */
  axis?: number | readonly number[] | null;
}

type SoftmaxArguments = [axis: number | readonly number[] | null, options?: LayerOptions] | [options?: SoftmaxOptions];

const SIGNATURE: Signature<SoftmaxOptions> = {
  who: 'Softmax',
  positional: ['axis'],
  defaults: { axis: -1 },
  checks: { axis: orNull(orList(whole)) },
  inherited: LAYER_OPTIONS,
};

export class SoftmaxLayer extends Layer {
  static override readonly className: string = 'Softmax';
  static override readonly takesMask: boolean = true;
  static override readonly signature: Signature<SoftmaxOptions> = SIGNATURE;
  override supportsMasking = true;
  readonly axis: number | readonly number[] | null;

  constructor(...args: SoftmaxArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.axis = options.axis as number | readonly number[] | null;
    this.built = true;
  }

  /** Entries that the mask leaves out get next to nothing; the mask broadcasts to the input. */
  override call(x: tf.Tensor, { mask }: CallOptions = {}): tf.Tensor {
    return softmax(mask ? this.#without(x, mask as tf.Tensor) : x, { axis: this.axis });
  }

  #without(x: tf.Tensor, mask: tf.Tensor): tf.Tensor {
    const offset = x.rank - mask.rank;
    if (offset < 0 || mask.shape.some((dim, i) => dim !== 1 && dim !== x.shape[offset + i])) {
      throw new ValueError(
        `${this.label}: the mask must broadcast to the inputs. ` +
          `Received: inputs of shape ${formatShape(x.shape)}, a mask of shape ${formatShape(mask.shape)}.`,
      );
    }
    const counts = mask.dtype === 'bool' ? mask : mask.greater(0.5);
    return tf.where(counts.broadcastTo(x.shape), x, tf.scalar(LEFT_OUT));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * Scores to probabilities: `y = exp(x) / sum(exp(x))` along an axis.
 *
 * Input and output of any one shape.
 *
 * @throws ValueError for an axis that the input does not have
 * @example
 * console.log(Softmax()([[1, 1]]).arraySync()); // [ [ 0.5, 0.5 ] ]
 * @see https://keras.io/api/layers/activation_layers/softmax/
 */
export const Softmax = callable(SoftmaxLayer);
export type Softmax = SoftmaxLayer;
