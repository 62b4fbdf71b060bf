import * as tf from '@tensorflow/tfjs';
import { makingState, requireReady } from '../backend/engine';
import { SeedGenerator } from '../backend/random';
import { freeing, tidy } from '../backend/tidy';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { type DType, Variable } from '../backend/variable';
import type { ShapedArray } from '../base/arrays';
import { Callable, classNameOf } from '../base/callable';
import { checkValue, objectName, orNull, strictFlag } from '../base/checks';
import { type Dim, formatShape, formatValue, type Shape, ValueError } from '../base/errors';
import { autoName, pathOf, withScope } from '../base/names';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { argumentNames, checkKeys, isPlainObject, type Signature, snakeCaseClass, toSnakeCase } from '../base/options';
import { type Config, constructFromConfig, serializeValue } from '../base/registry';
import * as constraints from '../constraints';
import * as initializers from '../initializers';
import { logitsOf } from '../ops/logits';
import * as regularizers from '../regularizers';
import { checkInputs, type InputSpec } from './inputSpec';
import { isSymbolic, mapShapes, Node, SymbolicTensor, shapesOf } from './symbolic';
import { toTensors } from './toTensors';

/** The name of a dtype policy, or Keras's JSON of one. Only float32 policies exist here. */
export type DTypePolicy = DType | { class_name: 'DTypePolicy'; config: { name: string } };

/** Arguments of every layer. */
export interface LayerOptions {
  /** Unique name; default: the class in snake_case, numbered. */
  name?: string;
  /** Whether training changes the weights. Default: true. */
  trainable?: boolean;
  /** `'float32'` (default). */
  dtype?: DTypePolicy;
  /** Kept for Keras's sake; inputs that are floats are float32 already. */
  autocast?: boolean;
  /** A penalty on the output, divided by the batch size and added to the loss. */
  activityRegularizer?: regularizers.RegularizerIdentifier;
  /** Shape of one example; on the first layer of a `Sequential` it stands for an `Input`. */
  inputShape?: Shape;
}

/** The keys of `LayerOptions`, for signatures. */
export const LAYER_OPTIONS = ['name', 'trainable', 'dtype', 'autocast', 'activityRegularizer', 'inputShape'] as const;

/** How a layer is called, besides its inputs. */
export interface CallOptions {
  /** Training behaviour (dropout drops, batch statistics are used). Default: the calling layer's, else false. */
  training?: boolean;
}

/** What `addWeight` takes. */
export interface WeightOptions {
  name: string;
  shape: readonly number[];
  /** Default: `'glorot_uniform'` for floats, `'zeros'` for other dtypes. */
  initializer?: initializers.InitializerIdentifier;
  trainable?: boolean;
  dtype?: DType;
  regularizer?: regularizers.RegularizerIdentifier;
  constraint?: constraints.ConstraintIdentifier;
}

export type { TensorOrArray };

/** Calling a layer: symbolic tensors give symbolic tensors, tensors (or nested arrays) give tensors. */
export interface Layer {
  (inputs: SymbolicTensor | readonly SymbolicTensor[], options?: CallOptions): SymbolicTensor;
  (inputs: TensorOrArray | readonly (tf.Tensor | ShapedArray)[], options?: CallOptions): tf.Tensor;
}

/** The call being made now: whether it trains, and where losses are gathered. */
let context: { training: boolean; depth: number; losses: tf.Tensor[] | undefined } = {
  training: false,
  depth: 0,
  losses: undefined,
};

/** Runs `body`; returns its result and the losses that layers added meanwhile with `addLoss`. */
export function collectLosses<T>(body: () => T): { result: T; losses: tf.Tensor[] } {
  const outer = context;
  const losses: tf.Tensor[] = [];
  context = { ...outer, losses, depth: outer.depth + 1 };
  try {
    return { result: body(), losses };
  } finally {
    context = outer;
  }
}

/**
 * A layer: weights, a shape rule and a function of tensors. Override `build`, `call`, `computeOutputShape` and
 * `getConfig`; a layer is called like a function, on symbolic tensors or on real ones.
 *
 * @example
 * class Scale extends Layer {
 *   static override readonly className = 'Scale';
 *   factor!: Variable;
 *   override build(shape: Shape) { this.factor = this.addWeight({ name: 'factor', shape: [shape.at(-1)!], initializer: 'ones' }); }
 *   override call(x: tf.Tensor) { return x.mul(this.factor.value); }
 * }
 * @see https://keras.io/api/layers/base_layer/
 */
export abstract class Layer extends Callable {
  /** Keras's class name. */
  static readonly className: string = 'Layer';
  static readonly module: string = 'keras.layers';
  /** Whether Keras's `call` takes a `mask`, which files then mention at every call. */
  static readonly takesMask: boolean = false;
  /** Names and defaults of the arguments that `getConfig` writes, in Keras's order. */
  // biome-ignore lint/suspicious/noExplicitAny: options of any layer
  static readonly signature: Signature<any> | undefined;

  /** Makes a layer from what `getConfig` returned. */
  static fromConfig(config: Config): Layer {
    return constructFromConfig(this, config);
  }

  readonly name: string;
  /** Whether the weights are there. */
  built = false;
  /** The calls of this layer on symbolic tensors. */
  readonly inboundNodes: Node[] = [];
  /** What the layer asks of its inputs; set in the constructor or in `build`. */
  inputSpec: InputSpec | readonly (InputSpec | undefined)[] | undefined;
  readonly dtype: DType;
  readonly activityRegularizer: regularizers.Regularizer | null;
  /** Shape given as `inputShape`, with a batch axis in front. */
  readonly batchInputShape: Shape | undefined;
  /** What the layer was built for: one shape, or one for each input. */
  builtShape: Nested<Shape> | undefined;
  /** Weights made by `addWeight`: those that train, and those that never do, such as moving averages. */
  readonly #own: { trained: Variable[]; fixed: Variable[] } = { trained: [], fixed: [] };
  #trainable: boolean;
  #losses: tf.Tensor[] = [];

  constructor(options: LayerOptions = {}) {
    super();
    const cls = new.target as unknown as typeof Layer;
    const className = classNameOf(cls);
    if (!cls.signature) checkKeys(className, options, LAYER_OPTIONS);
    checkValue(className, 'name', options.name ?? null, orNull(objectName));
    checkValue(className, 'trainable', options.trainable === undefined ? true : options.trainable, strictFlag);
    this.name = options.name ?? autoName(snakeCaseClass(className));
    this.#trainable = options.trainable ?? true;
    this.dtype = dtypeOf(className, options.dtype);
    this.activityRegularizer = regularizers.get(options.activityRegularizer);
    this.batchInputShape = options.inputShape && [null, ...options.inputShape];
    // Called from outside, build() also marks the layer as built, whatever a subclass does in it.
    Object.defineProperty(this, 'build', { value: (shape: Nested<Shape>) => this.buildFor(shape), configurable: true });
  }

  /** Keras's class name of this layer. */
  get className(): string {
    return classNameOf(this.constructor as typeof Layer);
  }

  /** Class and name, for messages: `Conv2D 'conv2d'`. */
  get label(): string {
    return `${this.className} '${this.name}'`;
  }

  /** Makes the weights. Called once, before the first call; it may also be called by hand. */
  build(_inputShape: never): void {}

  /** The layer's formula. Tensors made on the way are freed by the caller. */
  abstract call(inputs: never, options: CallOptions): Nested<tf.Tensor>;

  /** Shape of the output, from shapes with `null` for sizes not known yet. Default: found by calling on zeros. */
  computeOutputShape(inputShape: never): Nested<Shape> {
    return this.#probeOutputShape(inputShape);
  }

  /** Dtype of the output for inputs of a dtype. Default: float32. */
  computeOutputDtype(_inputDtype: DType): DType {
    return 'float32';
  }

  /** Keras's config: snake_case keys, JSON values. `fromConfig` makes the same layer from it. */
  getConfig(): Config {
    const signature = (this.constructor as typeof Layer).signature;
    const own = signature ? argumentNames(signature) : [];
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: this.dtype }, registered_name: null },
      ...(this.activityRegularizer && { activity_regularizer: serializeValue(this.activityRegularizer) }),
      ...Object.fromEntries(own.map((name) => [toSnakeCase(name), serializeValue(Reflect.get(this, name))])),
    };
  }

  /** The shapes the layer was built for, as Keras writes them. */
  getBuildConfig(): Config | undefined {
    return this.builtShape && { input_shape: mapShapes(this.builtShape, (shape) => [...shape]) };
  }

  /** Builds for the shapes that `getBuildConfig` gave. */
  buildFromConfig(config: Config): void {
    const shapes = config['input_shape'] ?? config['shapes_dict'];
    if (shapes !== undefined && shapes !== null) this.buildFor(shapes as Nested<Shape>);
  }

  override __call__(inputs: Nested<SymbolicTensor> | Nested<tf.Tensor>, options: CallOptions = {}): unknown {
    if (!isPlainObject(options)) {
      throw new TypeError(
        `${this.label}: the second argument of a call must be options. Received: ${formatValue(options)}.`,
      );
    }
    return isSymbolic(inputs)
      ? this.#callSymbolic(inputs as Nested<SymbolicTensor>, options)
      : this.#callEager(inputs as Nested<tf.Tensor>, options);
  }

  #callSymbolic(inputs: Nested<SymbolicTensor>, options: CallOptions): Nested<SymbolicTensor> {
    this.#prepare(inputs);
    const inputShape = shapesOf(inputs);
    const dtype = this.computeOutputDtype((flatten(inputs)[0] as SymbolicTensor).dtype);
    const shapes = this.computeOutputShape(inputShape as never);
    const outputs = mapShapes(shapes, (shape) => new SymbolicTensor(shape, { dtype }));
    new Node(this, inputs, outputs, options as Record<string, unknown>);
    return outputs;
  }

  #callEager(given: Nested<tf.Tensor>, options: CallOptions): Nested<tf.Tensor> {
    requireReady(this.label);
    const outer = context;
    const training = options.training ?? outer.training;
    const gathered = outer.losses ?? [];
    context = { training, depth: outer.depth + 1, losses: gathered };
    try {
      const { outputs } = tidy(() => {
        const inputs = toTensors(this.label, given);
        this.#prepare(inputs);
        const leaves = new Set(flatten(inputs));
        const outputs = mapStructure(this.#run(inputs, { ...options, training }), (y) =>
          leaves.has(y) ? y.clone() : y,
        );
        if (this.activityRegularizer) for (const y of flatten(outputs)) this.#penalize(y);
        // Inside another call a loss may still want the logits of this output; the outermost caller gets outputs only.
        const logits = outer.depth > 0 ? flatten(outputs).flatMap((y) => logitsOf(y) ?? []) : [];
        return { outputs, logits, gathered };
      });
      if (outer.losses === undefined) {
        tf.dispose(this.#losses);
        this.#losses = gathered;
      }
      return outputs;
    } finally {
      context = outer;
    }
  }

  #run(inputs: Nested<tf.Tensor>, options: CallOptions): Nested<tf.Tensor> {
    try {
      return withScope(this.name, () => this.call(inputs as never, options));
    } catch (error) {
      if (error instanceof Error && error.name === 'Error' && !error.message.includes(this.label)) {
        const shapes = flatten(inputs).map((x) => formatShape(x.shape));
        error.message = `${this.label}: ${error.message} Received: inputs of shape ${shapes.join(', ')}.`;
      }
      throw error;
    }
  }

  #penalize(output: tf.Tensor): void {
    const penalty = (this.activityRegularizer as regularizers.Regularizer)(output);
    this.addLoss(output.rank > 0 ? penalty.div(output.shape[0] as number) : penalty);
  }

  /** Checks the inputs and builds on the first call. */
  #prepare(inputs: Nested<{ shape: Shape; dtype: string }>): void {
    if (this.inputSpec) checkInputs(this.label, [this.inputSpec].flat() as InputSpec[], flatten(inputs));
    if (this.built) return;
    this.buildFor(shapesOf(inputs));
    if (this.inputSpec) checkInputs(this.label, [this.inputSpec].flat() as InputSpec[], flatten(inputs));
  }

  /** Builds for an input shape (or several), if that has not happened yet. A failing `build` leaves no weights behind. */
  buildFor(inputShape: Nested<Shape>): void {
    if (this.built) return;
    try {
      const { build } = Object.getPrototypeOf(this) as Layer;
      withScope(this.name, () => build.call(this, inputShape as never));
    } catch (error) {
      this.unbuild();
      throw error;
    }
    this.built = true;
    this.builtShape = inputShape;
    if (!this.#trainable) this.trainable = false;
  }

  /** Takes `build` back: no weights, not built. For undoing a model that could not be put together. */
  unbuild(): void {
    for (const weight of [...this.#own.trained.splice(0), ...this.#own.fixed.splice(0)]) weight.dispose();
    this.built = false;
    this.builtShape = undefined;
  }

  #probeOutputShape(inputShape: Nested<Shape>): Nested<Shape> {
    const probe = (free: number): tf.Tensor[] =>
      flatten(
        this.#run(
          mapShapes(inputShape, (shape) => tf.zeros(shape.map((dim) => dim ?? free))),
          {
            training: false,
          },
        ),
      );
    return freeing((): Nested<Shape> => {
      const [two, three] = [probe(2), probe(3)];
      const shapes = two.map(({ shape }, i) =>
        shape.map((dim, axis): Dim => (dim === three[i]?.shape[axis] ? dim : null)),
      );
      return shapes.length === 1 ? (shapes[0] as Shape) : shapes;
    });
  }

  /** Makes a weight of this layer. To be called in `build`. */
  addWeight(options: WeightOptions): Variable {
    const { name, shape, dtype = 'float32', trainable = true } = options;
    if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) {
      throw new ValueError(
        `${this.label}: the shape of weight '${name}' must be known. Received: ${formatShape(shape)}.`,
      );
    }
    const initializer = initializers.get(options.initializer ?? (dtype === 'float32' ? 'glorot_uniform' : 'zeros'));
    const variable = makingState(() =>
      freeing(
        () =>
          new Variable(initializer([...shape], { dtype }), {
            name,
            path: pathOf(name),
            trainable,
            regularizer: regularizers.get(options.regularizer),
            constraint: constraints.get(options.constraint),
          }),
      ),
    );
    (trainable ? this.#own.trained : this.#own.fixed).push(variable);
    return variable;
  }

  /** Adds a scalar to the loss of the step that is running. */
  addLoss(loss: tf.Tensor): void {
    (context.losses ?? this.#losses).push(loss);
  }

  /** Scalars that the last call added with `addLoss`, then the penalties of the weights. The caller owns the penalties. */
  get losses(): tf.Tensor[] {
    const own = this.flattenLayers().flatMap((layer) => layer.#losses.filter((loss) => !loss.isDisposed));
    return [...own, ...this.regularizationLosses()];
  }

  /** The penalty of each trainable weight that has a regularizer. */
  regularizationLosses(): tf.Tensor[] {
    return this.trainableWeights.flatMap((weight) => (weight.regularizer ? [weight.regularizer(weight.value)] : []));
  }

  /** Layers that this one holds in its fields, also in lists. */
  get sublayers(): Layer[] {
    return Object.values(this)
      .flatMap((field) => (Array.isArray(field) ? field : [field]))
      .filter(isLayer);
  }

  /** This layer and all that it holds, each once, from the outside in. */
  flattenLayers(): Layer[] {
    return [...new Set<Layer>([this, ...this.sublayers.flatMap((layer) => layer.flattenLayers())])];
  }

  /** All weights in Keras's order: own trainable ones, own others, then those of the layers inside. */
  get weights(): Variable[] {
    const { trained, fixed } = this.#own;
    return [...new Set([...trained, ...fixed, ...this.sublayers.flatMap((layer) => layer.weights)])];
  }

  get trainableWeights(): Variable[] {
    return this.#trainable ? this.weights.filter((weight) => weight.trainable) : [];
  }

  get nonTrainableWeights(): Variable[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trainable.has(weight));
  }

  /** Whether training changes the weights; setting it reaches all layers inside. Takes effect at the next step. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const weight of this.#own.trained) weight.trainable = value;
    for (const layer of this.sublayers) layer.trainable = value;
  }

  /** Copies of all weights, in the order of `weights`; the caller owns them. */
  getWeights(): tf.Tensor[] {
    return this.weights.map((weight) => weight.value.clone());
  }

  /**
   * Sets all weights; on an error none is changed.
   * @throws ValueError if the number or a shape does not fit.
   */
  setWeights(values: readonly TensorOrArray[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      throw new ValueError(`${this.label}: expected ${weights.length} weights. Received: ${values.length}.`);
    }
    tf.tidy(() => {
      const tensors = values.map((value, i) => toTensor(this.label, `weights[${i}]`, value, weights[i]?.dtype));
      tensors.forEach((tensor, i) => {
        const { path, shape } = weights[i] as Variable;
        if (formatShape(shape) === formatShape(tensor.shape)) return;
        throw new ValueError(
          `${this.label}: weight ${i} ('${path}') has shape ${formatShape(shape)}. Received: shape ${formatShape(tensor.shape)}.`,
        );
      });
      tensors.forEach((tensor, i) => {
        weights[i]?.assign(tensor);
      });
    });
  }

  /** Number of elements of all weights. */
  countParams(): number {
    if (!this.built) {
      throw new ValueError(
        `${this.label}: the layer has no weights yet. Call it on data, or build it, before countParams().`,
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** The symbolic input of the layer's only call. */
  get input(): Nested<SymbolicTensor> {
    return this.#onlyNode('input').inputs;
  }

  /** The symbolic output of the layer's only call. */
  get output(): Nested<SymbolicTensor> {
    return this.#onlyNode('output').outputs;
  }

  #onlyNode(what: string): Node {
    const [node] = this.inboundNodes;
    if (node && this.inboundNodes.length === 1) return node;
    const calls = this.inboundNodes.length === 0 ? 'has never been called' : 'has been called several times';
    throw new ValueError(`${this.label}: no single ${what}, because the layer ${calls} on symbolic tensors.`);
  }

  /** Frees the weights and the state of random generators. The layer cannot be used any more. */
  dispose(): void {
    for (const weight of this.weights) weight.dispose();
    for (const layer of this.flattenLayers()) {
      for (const field of Object.values(layer)) if (field instanceof SeedGenerator) field.dispose();
      tf.dispose(layer.#losses);
    }
  }

  /** `{ className, config }`, so that `JSON.stringify` shows the layer. */
  toJSON(): unknown {
    return { className: this.className, config: this.getConfig() };
  }

  override toString(): string {
    return `<${this.className} name=${this.name}, built=${this.built}>`;
  }
}

function dtypeOf(who: string, dtype: DTypePolicy | undefined): DType {
  const name = typeof dtype === 'object' && dtype !== null ? dtype.config?.name : (dtype ?? 'float32');
  if (name === 'float32' || name === 'int32' || name === 'bool') return name;
  throw new ValueError(`${who}: dtype must be 'float32', 'int32' or 'bool'. Received: ${formatValue(dtype)}.`);
}

/** Whether a value is a layer. */
export function isLayer(value: unknown): value is Layer {
  return value instanceof Layer;
}
