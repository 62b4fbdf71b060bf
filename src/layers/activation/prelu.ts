import type * as tf from '@tensorflow/tfjs-core';
import { relu } from '../../activations';
import type { Variable } from '../../backend/variable';
import { callable } from '../../base/callable';
import { formatShape, formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import { toFloat } from '../../ops/dataFormat';
import * as regularizers from '../../regularizers';
import { LAYER_OPTIONS, Layer, type LayerOptions } from '../layer';

/** Options of `PReLU`. */
export interface PReLUOptions extends LayerOptions {
  /** Default: `'zeros'`. */
  alphaInitializer?: initializers.InitializerIdentifier;
  alphaRegularizer?: regularizers.RegularizerIdentifier;
  alphaConstraint?: constraints.ConstraintIdentifier;
  /** Axes, counted from 1, along which all values have one slope: `[1, 2]` is a slope for each channel of an image. */
  sharedAxes?: number | readonly number[] | null;
}

type PReLUArguments = [options?: PReLUOptions];

const SIGNATURE: Signature<PReLUOptions> = {
  who: 'PReLU',
  positional: [],
  defaults: { alphaInitializer: 'zeros', alphaRegularizer: null, alphaConstraint: null, sharedAxes: null },
  inherited: LAYER_OPTIONS,
};

export class PReLULayer extends Layer {
  static override readonly className: string = 'PReLU';
  static override readonly signature: Signature<PReLUOptions> = SIGNATURE;
  override supportsMasking = true;
  readonly alphaInitializer: initializers.Initializer;
  readonly alphaRegularizer: regularizers.Regularizer | null;
  readonly alphaConstraint: constraints.Constraint | null;
  readonly sharedAxes: readonly number[] | null;
  alpha!: Variable;

  constructor(...args: PReLUArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super(options);
    this.alphaInitializer = initializers.get(options.alphaInitializer ?? 'zeros');
    this.alphaRegularizer = regularizers.get(options.alphaRegularizer);
    this.alphaConstraint = constraints.get(options.alphaConstraint);
    this.sharedAxes = options.sharedAxes == null ? null : [options.sharedAxes].flat();
    if (!this.sharedAxes?.every((axis) => Number.isInteger(axis) && axis > 0) && this.sharedAxes) {
      throw new ValueError(
        `PReLU: sharedAxes must be axes counted from 1. Received: sharedAxes=${formatValue(options.sharedAxes)}.`,
      );
    }
  }

  override build(inputShape: Shape): void {
    const shared = this.sharedAxes ?? [];
    const beyond = shared.find((axis) => axis >= inputShape.length);
    if (beyond !== undefined) {
      throw new ValueError(`${this.label}: there is no axis ${beyond}. Received: input ${formatShape(inputShape)}.`);
    }
    const shape = inputShape.map((dim, axis) => (shared.includes(axis) ? 1 : (dim as number))).slice(1);
    const { alphaInitializer: initializer, alphaRegularizer: regularizer, alphaConstraint: constraint } = this;
    this.alpha = this.addWeight({ name: 'alpha', shape, initializer, regularizer, constraint });
    const axes = Object.entries(inputShape).filter(([axis]) => +axis > 0 && !shared.includes(+axis));
    this.inputSpec = { ndim: inputShape.length, axes: Object.fromEntries(axes) as Record<number, number> };
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = toFloat(inputs);
    return relu(x).sub(this.alpha.value.mul(relu(x.neg())));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * A rectified linear unit whose slope below 0 is learnt: `y = x` where `x >= 0`, `y = alpha * x` elsewhere.
 *
 * Input and output of any one shape; `alpha` has the shape of an example, with 1 on shared axes.
 *
 * @throws ValueError for shared axes that the input does not have
 * @example
 * console.log(PReLU({ alphaInitializer: 'ones' })([[-4, 2]]).arraySync()); // [ [ -4, 2 ] ]
 * @see https://keras.io/api/layers/activation_layers/prelu/ and He et al. 2015
 */
export const PReLU = callable(PReLULayer);
export type PReLU = PReLULayer;
