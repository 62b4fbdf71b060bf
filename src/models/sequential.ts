import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { policyConfig } from '../base/dtypePolicy';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../base/errors';
import type { Nested } from '../base/nest';
import { resolveOptions, type Signature } from '../base/options';
import type { Config } from '../base/registry';
import { deserialize, InputLayer, serialize } from '../layers';
import { type CallOptions, isLayer, type Layer } from '../layers/layer';
import { withMask } from '../layers/masks';
import { isSymbolic, mapShapes, SymbolicTensor } from '../layers/operation';
import { LayerGraph } from './graph';
import { ModelLayer } from './model';

/** What may stand in a `Sequential`: layers, models, and what `Input` returns. */
export type SequentialItem = Layer | SymbolicTensor;

/** Arguments of `Sequential`. */
export interface SequentialOptions {
  layers?: readonly SequentialItem[];
  /** Default: `sequential`, numbered. */
  name?: string;
  trainable?: boolean;
}

export type SequentialArguments =
  | [layers?: readonly SequentialItem[], options?: Omit<SequentialOptions, 'layers'>]
  | [options: SequentialOptions];

const SIGNATURE: Signature<SequentialOptions> = {
  who: 'Sequential',
  positional: ['layers'],
  defaults: { layers: [], name: undefined, trainable: true },
};

export class SequentialModel extends ModelLayer {
  static override readonly className: string = 'Sequential';
  static override readonly module: string = 'keras';

  /** Makes a model from what `getConfig` returned. */
  static override fromConfig(config: Config): SequentialModel {
    const cls = this as unknown as new (options: SequentialOptions) => SequentialModel;
    const model = new cls({
      name: config['name'] as string,
      layers: (config['layers'] as unknown[]).map((layer) => deserialize(layer)),
    });
    const inputShape = config['build_input_shape'] as Shape | undefined;
    if (!model.graph && inputShape) model.buildFor(inputShape);
    return model;
  }

  /** The layers, an `InputLayer` first where the input shape is known. */
  readonly #stack: Layer[] = [];

  constructor(...args: SequentialArguments) {
    const { layers = [], name, trainable } = resolveOptions(SIGNATURE, args);
    super({ ...(name !== undefined && { name }) });
    if (!Array.isArray(layers)) {
      throw new TypeError(`Sequential: expected a list of layers. Received: ${formatValue(layers)}.`);
    }
    for (const layer of layers) this.#push(layer);
    this.#rebuild();
    if (trainable === false) this.trainable = false;
  }

  /** @internal */
  override get kind(): 'functional' | 'sequential' | 'subclassed' {
    return 'sequential';
  }

  /** The layers, without the input. */
  override get layers(): Layer[] {
    return this.#stack.filter((layer) => !(layer instanceof InputLayer));
  }

  override get input(): SymbolicTensor {
    return super.input as SymbolicTensor;
  }

  /** The layers, with the input first where it is known. @internal */
  get stack(): readonly Layer[] {
    return this.#stack;
  }

  protected override get hiddenLayers(): readonly Layer[] {
    return this.#stack;
  }

  /**
   * Adds a layer on top.
   * @throws ValueError for what is no layer, a name that is taken, or a layer that does not fit; the model stays as it was.
   */
  add(layer: SequentialItem): void {
    this.turns.check('add');
    const before = [...this.#stack];
    this.#push(layer);
    this.#rebuild(before);
  }

  /** Removes the last layer and returns it. */
  pop(): Layer {
    this.turns.check('pop');
    const layer = this.layers.length > 0 ? this.#stack.pop() : undefined;
    if (!layer) throw new ValueError(`${this.label}: pop() on a model without layers.`);
    this.#rebuild();
    return layer;
  }

  #push(item: SequentialItem): void {
    const layer = item instanceof SymbolicTensor ? item.history?.layer : item;
    if (!isLayer(layer)) {
      throw new TypeError(`${this.label}: only layers can be added. Received: ${formatValue(item)}.`);
    }
    const [first] = this.#stack;
    if (this.#stack.some((other) => other.name === layer.name)) {
      throw new ValueError(
        `${this.label}: a layer named '${layer.name}' is in the model already. Give each layer its own name.`,
      );
    }
    if (layer instanceof InputLayer && first) {
      throw new ValueError(
        `${this.label}: an Input must come first, and once. Received: '${layer.name}' as layer ${this.#stack.length}.`,
      );
    }
    if (!first && layer.batchInputShape && !(layer instanceof InputLayer)) {
      this.#stack.push(new InputLayer({ batchShape: layer.batchInputShape, dtype: layer.dtype }));
    }
    this.#stack.push(layer);
  }

  /** Makes the graph anew where the input shape is known; on an error the stack is what it was `before`. */
  #rebuild(before: readonly Layer[] = []): void {
    this.graph = undefined;
    this.built = false;
    this.forgetSteps();
    const [first] = this.#stack;
    const shape = first instanceof InputLayer ? first.batchShape : knownInputShape(first);
    if (!shape || this.#stack.length < 2) return;
    try {
      this.buildFor(shape);
    } catch (error) {
      this.#stack.splice(0, this.#stack.length, ...before);
      if (before.length > 0) this.#rebuild();
      throw error;
    }
  }

  protected override get batchDim(): Dim {
    const [first] = this.#stack;
    return first instanceof InputLayer ? (first.batchShape[0] ?? null) : null;
  }

  override build(inputShape: Nested<Shape>): void {
    const [first] = this.#stack;
    if (!first)
      throw new ValueError(`${this.label}: cannot be built, because it has no layers. Call add(layer) first.`);
    const shape = inputShape as Shape;
    if (first instanceof InputLayer && formatShape(first.batchShape) !== formatShape(shape)) {
      throw new ValueError(
        `${this.label}: has the input shape ${formatShape(first.batchShape)}. Received: ${formatShape(shape)} to build for.`,
      );
    }
    const input = first instanceof InputLayer ? first : new InputLayer({ batchShape: shape });
    const stack = this.#stack.filter((layer) => layer !== input);
    const unbuilt = stack.filter((layer) => !layer.built);
    const nodes = stack.map((layer) => layer.inboundNodes.length);
    try {
      let x = input.output as SymbolicTensor;
      for (const layer of stack) x = layer.__call__(x) as SymbolicTensor;
      this.graph = new LayerGraph(this.label, [input.output as SymbolicTensor], [x]);
    } catch (error) {
      stack.forEach((layer, i) => {
        layer.inboundNodes.length = nodes[i] as number;
      });
      for (const layer of unbuilt) layer.unbuild();
      throw error;
    }
    if (input !== first) this.#stack.unshift(input);
  }

  /** @internal */
  override buildFromInputs(inputs: Nested<tf.Tensor>, training: boolean): void {
    if (!this.built) this.buildFor((inputs as tf.Tensor).shape);
    if (this.flattenLayers().some(({ built }) => !built)) super.buildFromInputs(inputs, training);
  }

  override call(inputs: Nested<tf.Tensor>, { mask, ...options }: CallOptions): Nested<tf.Tensor> {
    if (this.graph) return super.call(inputs, { ...options, mask });
    const apply = (x: Nested<tf.Tensor>, layer: Layer): Nested<tf.Tensor> => layer.__call__(x, options) as typeof x;
    return this.layers.reduce(apply, withMask(inputs, mask));
  }

  override computeOutputShape(inputShape: Nested<Shape>): Nested<Shape> {
    return this.layers.reduce((shape, layer) => layer.computeOutputShape(shape as never), inputShape);
  }

  override getConfig(): Config {
    const [first] = this.#stack;
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: policyConfig(this.dtypePolicy),
      layers: this.#stack.map((layer) => serialize(layer)),
      ...(this.graph && first instanceof InputLayer && { build_input_shape: [...first.batchShape] }),
    };
  }
}

/** The batch shape a nested model takes as first layer, if it is known. */
function knownInputShape(layer: Layer | undefined): Shape | undefined {
  if (!(layer instanceof ModelLayer) || !layer.inputStructure || !isSymbolic(layer.inputStructure)) return undefined;
  const shapes: Shape[] = [];
  mapShapes(layer.inputShape, (shape) => shapes.push(shape));
  return shapes.length === 1 ? shapes[0] : undefined;
}

/**
 * A stack of layers, each called on the output of the one before. Starts with an `Input`, or with a layer given
 * `inputShape`; without either the model is built on its first data.
 *
 * @example
 * const model = Sequential([
 *   layers.Input({ shape: [28, 28, 1] }),
 *   layers.Conv2D(10, { kernelSize: 3, activation: 'relu' }),
 *   layers.Flatten(),
 *   layers.Dense(3, { activation: 'softmax' }),
 * ]);
 * console.log(model.countParams()); // 20383
 * @see https://keras.io/guides/sequential_model/
 */
export const Sequential = callable(SequentialModel);
export type Sequential = SequentialModel;
