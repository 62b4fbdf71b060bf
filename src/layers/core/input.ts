import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../../base/callable';
import type { DTypePolicy } from '../../base/dtypePolicy';
import { formatValue, type Shape, ValueError } from '../../base/errors';
import { resolveOptions, type Signature } from '../../base/options';
import type { Config } from '../../base/registry';
import { Layer } from '../layer';
import { Node, SymbolicTensor } from '../operation';
import { batchShapeOf, type InputShapeOptions } from './inputShape';

/** Options of `Input` and `InputLayer`. */
export interface InputOptions extends InputShapeOptions {
  /** Default: `'float32'`. Others are kept, and stand for float32, int32 or bool. */
  dtype?: DTypePolicy | null;
  /** Name of the input; default: `input_layer`, numbered. */
  name?: string | null;
  /** Only `false`: TensorFlow.js has no sparse tensors. */
  sparse?: boolean | null;
  /** Only `false`: TensorFlow.js has no ragged tensors. */
  ragged?: boolean | null;
  /** Whether the input may be left out. Default: false. */
  optional?: boolean;
}

type InputArguments = [shape: Shape, options?: Omit<InputOptions, 'shape'>] | [options: InputOptions];

const SIGNATURE: Signature<InputOptions> = {
  who: 'Input',
  positional: ['shape'],
  defaults: {
    shape: null,
    batchSize: null,
    batchShape: null,
    dtype: null,
    name: null,
    sparse: null,
    ragged: null,
    optional: false,
  },
};

export class InputLayerLayer extends Layer {
  static override readonly className: string = 'InputLayer';
  static override readonly signature: Signature<InputOptions> = SIGNATURE;
  readonly batchShape: Shape;
  readonly optional: boolean;

  constructor(...args: InputArguments) {
    const options = resolveOptions(SIGNATURE, args);
    super({ name: options.name ?? undefined, dtype: options.dtype ?? 'float32' });
    for (const kind of ['sparse', 'ragged'] as const) {
      if (!options[kind]) continue;
      throw new ValueError(
        `Input: ${kind} tensors do not exist in TensorFlow.js. Received: ${kind}=${formatValue(options[kind])}. ` +
          'Use a dense input.',
      );
    }
    this.batchShape = batchShapeOf(options);
    this.optional = options.optional ?? false;
    new Node(
      this,
      { args: [], kwargs: {} },
      new SymbolicTensor(this.batchShape, { dtype: this.dtype, name: this.name }),
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs;
  }

  override computeOutputShape(): Shape {
    return this.batchShape;
  }

  override getConfig(): Config {
    const { batchShape, dtypePolicy, name, optional } = this;
    return { batch_shape: [...batchShape], dtype: dtypePolicy.name, sparse: false, ragged: false, name, optional };
  }
}

/** The layer that stands for an input of a model. `Input` makes it; it is seen in `model.layers` and in files. */
export const InputLayer = callable(InputLayerLayer);
export type InputLayer = InputLayerLayer;

/**
 * A symbolic tensor: where a model begins.
 *
 * @param shape of one example, without the batch axis; `null` for an axis of any size
 * @throws ValueError without a shape, or for one that is not made of sizes and `null`
 * @example
 * const x = Input({ shape: [28, 28, 1] });
 * console.log(x.shape); // [ null, 28, 28, 1 ]
 * @see https://keras.io/api/layers/core_layers/input/
 */
export function Input(...args: InputArguments): SymbolicTensor {
  return new InputLayerLayer(...args).output as SymbolicTensor;
}
