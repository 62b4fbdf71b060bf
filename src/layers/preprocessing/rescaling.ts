import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import { checkValue, finite, orList } from '../../base/checks';
import { formatShape, type Shape, ValueError } from '../../base/errors';
import { isPlainObject, resolveOptions, type Signature } from '../../base/options';
import { toFloat } from '../../ops/dataFormat';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** A number, or one for each channel. */
type Factor = number | readonly number[];

/** Options of `Rescaling`. */
export interface RescalingOptions extends LayerOptions {
  /** What inputs are multiplied by: one number, or one for each channel. */
  scale: Factor;
  /** What is added then. Default: 0. */
  offset?: Factor;
}

type RescalingArguments =
  | [scale: Factor, options?: Omit<RescalingOptions, 'scale'>]
  | [scale: Factor, offset: Factor, options?: LayerOptions]
  | [options: RescalingOptions];

const SIGNATURE: Signature<RescalingOptions> = {
  who: 'Rescaling',
  positional: ['scale', 'offset'],
  defaults: { offset: 0 },
  inherited: LAYER_OPTIONS,
};

export class RescalingLayer extends Layer {
  static override readonly className: string = 'Rescaling';
  static override readonly signature: Signature<RescalingOptions> = SIGNATURE;
  override supportsMasking = true;
  readonly scale: Factor;
  readonly offset: Factor;

  constructor(...args: RescalingArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.scale = checkFactor('scale', listOf(options.scale));
    this.offset = checkFactor('offset', listOf(options.offset));
  }

  override call(x: tf.Tensor): tf.Tensor {
    this.computeOutputShape(x.shape);
    const { scale, offset } = this;
    const scaled = toFloat(x).mul(scale as number[]);
    return offset === 0 ? scaled : scaled.add(offset as number[]);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const channels = inputShape.at(-1) ?? null;
    for (const [name, factor] of Object.entries({ scale: this.scale, offset: this.offset })) {
      if (!Array.isArray(factor) || channels === null || [1, channels].includes(factor.length)) continue;
      throw new ValueError(
        `${this.label}: ${name} must be one number, or one for each channel. ` +
          `Received: ${factor.length} of them, an input of shape ${formatShape(inputShape)}.`,
      );
    }
    return inputShape;
  }
}

function checkFactor(name: string, value: unknown): Factor {
  checkValue('Rescaling', name, value, orList(finite));
  return Array.isArray(value) ? [...value] : (value as number);
}

/** Keras writes a NumPy array as an object with its values inside. */
function listOf(value: unknown): unknown {
  return isPlainObject(value) && isPlainObject(value['config']) ? value['config']['value'] : value;
}

/**
 * Pixels to the range a network likes: `y = x * scale + offset`, as float32.
 *
 * Input of any shape and dtype, such as bytes 0 to 255; output of the same shape.
 *
 * @example
 * console.log(Rescaling(1 / 127.5, -1)([0, 255]).arraySync()); // [ -1, 1 ]
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
 */
export const Rescaling = callable(RescalingLayer);
export type Rescaling = RescalingLayer;
