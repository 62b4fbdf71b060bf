import * as tf from '@tensorflow/tfjs-core';
import { cloneWithCompanions, companionsOf, ownMask } from '../backend/companions';
import { requireReady } from '../backend/engine';
import { explainFailure } from '../backend/failures';
import { tidy } from '../backend/tidy';
import type { TensorOrArray } from '../backend/toTensor';
import type { DType } from '../backend/variable';
import { classNameOf } from '../base/callable';
import { checkValue, objectName, orNull, strictFlag } from '../base/checks';
import { type DTypePolicy, type Policy, policyConfig, policyOf } from '../base/dtypePolicy';
import { type Shape, ValueError } from '../base/errors';
import { autoName, withScope } from '../base/names';
import { flatten, mapStructure, type Nested } from '../base/nest';
import {
  type AnySignature,
  argumentNames,
  checkKeys,
  isPlainObject,
  snakeCaseClass,
  toSnakeCase,
} from '../base/options';
import { type Config, constructFromConfig, serializeValue } from '../base/registry';
import { HELD, type HeldKind } from '../base/tracking';
import * as regularizers from '../regularizers';
import { callOf, checkHeld, currentCall, whileBuilding } from './callContext';
import type { CallOptions, MoreArguments } from './calls';
import { Holder, type WeightOptions } from './holder';
import { checkInputs, type InputSpec } from './inputSpec';
import { impliedMasks, lacksMask, type Mask, maskOutputs, previousMask, withMasks } from './masks';
import {
  type CallArguments,
  isSymbolic,
  leafSpecs,
  mapShapes,
  mapSpecs,
  mapTensors,
  type OutputOf,
  type Symbolic,
  type SymbolicTensor,
  shapesOf,
  type TensorSpec,
} from './operation';
import { probeSpecs, Spec } from './probe';
import { splitArguments, toTensors } from './toTensors';

/** Arguments of every layer. */
export interface LayerOptions {
  /** Unique name; default: the class in snake_case, numbered. */
  name?: string;
  /** Whether training changes the weights. Default: true. */
  trainable?: boolean;
  /** Default: `'float32'`. Others are kept and written back, and computed in float32, int32 or bool. */
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

export type { CallOptions, MoreArguments, TensorOrArray, WeightOptions };

/** Calling a layer: symbolic tensors give symbolic tensors, tensors (or nested arrays) give tensors, as `call` returns. */
export interface Layer {
  (inputs: Nested<SymbolicTensor>, ...more: MoreArguments): Symbolic<OutputOf<this>>;
  (inputs: Nested<TensorOrArray>, ...more: MoreArguments): OutputOf<this>;
  // Never chosen: that layers of several outputs are layers, too.
  (inputs: Nested<SymbolicTensor>, ...more: MoreArguments): SymbolicTensor;
  (inputs: Nested<TensorOrArray>, ...more: MoreArguments): tf.Tensor;
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
export abstract class Layer extends Holder {
  /** Keras's class name. */
  static readonly className: string = 'Layer';
  static readonly module: string = 'keras.layers';
  /** Whether Keras's `call` takes a `mask`, which files then mention at every call. */
  static readonly takesMask: boolean = false;
  /** Names of the positional arguments of `call`, by which files tell the shapes of several. */
  static readonly callArguments: readonly string[] = ['inputs'];
  /** Names and defaults of the arguments that `getConfig` writes, in Keras's order. */
  static readonly signature: AnySignature | undefined;

  /** Makes a layer from what `getConfig` returned. */
  static fromConfig(config: Config): Layer {
    return constructFromConfig(this, config);
  }

  readonly name: string;
  /** What the layer asks of its inputs; set in the constructor or in `build`. */
  inputSpec: InputSpec | readonly (InputSpec | undefined)[] | undefined;
  /** Whether the mask of the input goes on to the output, by `computeMask`. Default: whether that is overridden. */
  supportsMasking: boolean = this.computeMask !== Layer.prototype.computeMask;
  /** Keras's name of the data types, and the type that values have here. */
  readonly dtypePolicy: Policy;
  readonly dtype: DType;
  readonly activityRegularizer: regularizers.Regularizer | null;
  /** Shape given as `inputShape`, with a batch axis in front. @internal */
  readonly batchInputShape: Shape | undefined;
  /** What the layer was built for: one shape, or one for each input. @internal */
  builtShape: Nested<Shape> | undefined;
  /** The shapes of further positional arguments that it was built for. */
  #moreBuiltShapes: readonly Nested<Shape>[] = [];
  /** Whether it was told that the mask ends here. */
  #isMaskLost = false;
  #losses: tf.Tensor[] = [];

  constructor(options: LayerOptions = {}) {
    super();
    const cls = new.target as unknown as typeof Layer;
    const className = classNameOf(cls);
    if (!cls.signature) checkKeys(className, options, LAYER_OPTIONS);
    checkValue(className, 'name', options.name ?? null, orNull(objectName));
    checkValue(className, 'trainable', options.trainable === undefined ? true : options.trainable, strictFlag);
    this.name = options.name ?? autoName(snakeCaseClass(className));
    this.startTrainable(options.trainable ?? true);
    this.dtypePolicy = policyOf(className, options.dtype);
    this.dtype = this.dtypePolicy.dtype;
    this.activityRegularizer = regularizers.get(options.activityRegularizer);
    this.batchInputShape = options.inputShape && [null, ...options.inputShape];
    // Called from outside, build() also marks the layer as built, whatever a subclass does in it.
    const build = (shape: Nested<Shape>, ...more: Nested<Shape>[]): void => this.buildFor(shape, ...more);
    Object.defineProperty(this, 'build', { value: build, configurable: true });
  }

  /** @internal */
  get [HELD](): HeldKind {
    return 'layer';
  }

  /**
   * Makes the weights. Called once, before the first call; it may also be called by hand.
   * @param more shapes of the further positional arguments of the call.
   */
  build(_inputShape: Nested<Shape>, ..._more: Nested<Shape>[]): void {}

  /**
   * The layer's formula: of the inputs, further positional arguments if the layer takes some, and the options of the call.
   * Tensors made on the way are freed by the caller.
   */
  abstract call(inputs: Nested<tf.Tensor>, ...rest: unknown[]): Nested<tf.Tensor>;

  /**
   * Shape of the output, from shapes with `null` for sizes not known yet. Default: found by calling on zeros.
   * @param more shapes of the further positional arguments of the call.
   */
  computeOutputShape(inputShape: Nested<Shape>, ...more: Nested<Shape>[]): Nested<Shape> {
    const asSpec = (shapes: Nested<Shape>): Nested<TensorSpec> =>
      mapShapes(shapes, (shape) => ({ shape, dtype: 'float32' }));
    return shapesOf(this.#probeOutputs(asSpec(inputShape), more.map(asSpec)));
  }

  /**
   * The mask of the outputs, for layers that support masking. Default: that of the inputs.
   * @param mask the mask of the inputs, in their structure, with `null` for inputs without one.
   */
  computeMask(_inputs: Nested<tf.Tensor>, mask: Nested<Mask> | undefined): Nested<Mask> | undefined {
    return mask;
  }

  /** Dtype of the outputs for inputs of a dtype. Default: float32. */
  computeOutputDtype(_inputDtype: DType): DType {
    return 'float32';
  }

  override computeOutputSpec(inputs: Nested<TensorSpec>, ...rest: readonly unknown[]): Nested<TensorSpec> {
    if (this.computeOutputShape === Layer.prototype.computeOutputShape) return this.#probeOutputs(inputs, rest);
    const more = rest.filter((value) => !isPlainObject(value)) as Nested<TensorSpec>[];
    const shapes = this.computeOutputShape(shapesOf(inputs), ...more.map(shapesOf));
    const dtype = this.computeOutputDtype(leafSpecs(inputs)[0]?.dtype ?? 'float32');
    return mapShapes(shapes, (shape) => ({ shape, dtype }));
  }

  /** Keras's config: snake_case keys, JSON values. `fromConfig` makes the same layer from it. */
  getConfig(): Config {
    const signature = (this.constructor as typeof Layer).signature;
    const own = signature ? argumentNames(signature) : [];
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: policyConfig(this.dtypePolicy),
      ...(this.activityRegularizer && { activity_regularizer: serializeValue(this.activityRegularizer) }),
      ...Object.fromEntries(own.map((name) => [toSnakeCase(name), serializeValue(Reflect.get(this, name))])),
    };
  }

  /** The shapes the layer was built for, as Keras writes them: one, or by the names of the arguments. */
  getBuildConfig(): Config | undefined {
    if (!this.builtShape) return undefined;
    const copy = (shapes: Nested<Shape>): unknown => mapShapes(shapes, (shape) => [...shape]);
    if (this.#moreBuiltShapes.length === 0) return { input_shape: copy(this.builtShape) };
    const { callArguments } = this.constructor as typeof Layer;
    const shapes = [this.builtShape, ...this.#moreBuiltShapes];
    const entries = shapes.map((shape, i) => [`${toSnakeCase(callArguments[i] ?? `input_${i}`)}_shape`, copy(shape)]);
    return { shapes_dict: Object.fromEntries(entries) };
  }

  /** Builds for the shapes that `getBuildConfig` gave. */
  buildFromConfig(config: Config): void {
    const named = config['shapes_dict'] as Record<string, Nested<Shape>> | null | undefined;
    const shapes = named ? Object.values(named) : [config['input_shape'] as Nested<Shape> | null | undefined];
    const [first, ...more] = shapes.filter((shape): shape is Nested<Shape> => shape !== undefined && shape !== null);
    if (first !== undefined) this.buildFor(first, ...more);
  }

  /** @internal */
  override __call__(inputs: unknown, ...rest: unknown[]): unknown {
    const [more, options] = splitArguments<CallOptions>(this.label, rest);
    const call = { args: [inputs, ...more], kwargs: { ...options } };
    if (!isSymbolic([...call.args, options])) return this.#callEager(inputs as Nested<tf.Tensor>, more, options);
    this.#prepare(inputs as Nested<SymbolicTensor>, more as Nested<SymbolicTensor>[]);
    return this.callSymbolically(call);
  }

  #callEager(given: Nested<tf.Tensor>, rest: readonly unknown[], options: CallOptions): Nested<tf.Tensor> {
    requireReady(this.label);
    const outer = currentCall();
    const training = options.training ?? outer.training;
    const gathered = outer.losses ?? [];
    const { outputs } = tidy(() => {
      const inputs = toTensors(this.label, given);
      const more = rest.map((value) => value && toTensors(this.label, value as Nested<tf.Tensor>));
      this.#prepare(inputs, more as Nested<tf.Tensor>[]);
      if (outer.root && this.hasState) checkHeld(this);
      return callOf(this, training, gathered, () => {
        const outputs = this.#runMasked(inputs, more, { ...options, training });
        if (this.activityRegularizer) for (const y of flatten(outputs)) this.#penalize(y);
        // Inside another call a loss may still want what goes with this output; the outermost caller gets masks only.
        const companions = flatten(outputs).flatMap((y) => (outer.losses ? companionsOf(y) : (ownMask(y) ?? [])));
        return { outputs, companions, gathered };
      });
    });
    if (outer.losses === undefined) {
      tf.dispose(this.#losses);
      this.#losses = gathered;
    }
    return outputs;
  }

  /** Runs the call with the masks of its arguments, and hands masks on to the outputs; an input returned is copied. */
  #runMasked(inputs: Nested<tf.Tensor>, more: readonly unknown[], options: CallOptions): Nested<tf.Tensor> {
    const { callArguments } = this.constructor as typeof Layer;
    const implied = impliedMasks(callArguments, [inputs, ...more], { ...options });
    const previous = previousMask(inputs, { ...implied, ...options });
    const leaves = new Set<unknown>(flatten([inputs, ...more, options] as Nested<unknown>));
    const run = this.#run(inputs, [...more, withMasks(options, implied)]);
    const outputs = mapStructure(run, (y) => (leaves.has(y) ? cloneWithCompanions(y) : y));
    if (this.supportsMasking) maskOutputs(outputs, this.computeMask(inputs, previous));
    else if (previous !== undefined && !this.#isMaskLost && lacksMask(outputs)) {
      this.#isMaskLost = true;
      console.warn(
        `keras-ts: ${this.label}: the input has a mask, but this layer does not support masking: the layers after it, ` +
          'losses and metrics do not see the mask. Set supportsMasking = true where its output has the same steps.',
      );
    }
    return outputs;
  }

  #run(inputs: Nested<tf.Tensor>, rest: unknown[]): Nested<tf.Tensor> {
    try {
      return withScope(this.name, () => this.call(inputs, ...rest));
    } catch (error) {
      const shapes = flatten(inputs).map((x) => x.shape);
      throw explainFailure(this.label, error, shapes);
    }
  }

  #penalize(output: tf.Tensor): void {
    const penalty = (this.activityRegularizer as regularizers.Regularizer)(output);
    this.addLoss(output.rank > 0 ? penalty.div(output.shape[0] as number) : penalty);
  }

  /** Checks the inputs and builds on the first call. */
  #prepare(inputs: Nested<TensorSpec | tf.Tensor>, more: readonly Nested<TensorSpec | tf.Tensor>[]): void {
    if (this.isDisposed) {
      throw new ValueError(`${this.label}: a call needs live weights. Received: a disposed layer. Make a new one.`);
    }
    if (this.inputSpec) checkInputs(this.label, [this.inputSpec].flat() as InputSpec[], flatten(inputs));
    if (this.built) return;
    this.buildFor(shapesOf(inputs), ...more.filter(Boolean).map(shapesOf));
    if (this.inputSpec) checkInputs(this.label, [this.inputSpec].flat() as InputSpec[], flatten(inputs));
  }

  /** Builds for an input shape (or several), if that has not happened yet. A failing `build` leaves no weights behind. @internal */
  buildFor(inputShape: Nested<Shape>, ...more: Nested<Shape>[]): void {
    if (this.built) return;
    try {
      const { build } = Object.getPrototypeOf(this) as Layer;
      whileBuilding(() => withScope(this.name, () => build.call(this, inputShape, ...more)));
    } catch (error) {
      this.unbuild();
      throw explainFailure(this.label, error);
    }
    this.built = true;
    this.builtShape = inputShape;
    this.#moreBuiltShapes = more;
    this.forgetHeld();
    if (!this.trainable) this.trainable = false;
  }

  /** Takes `build` back: no weights, not built. For undoing a model that could not be put together. @internal */
  unbuild(): void {
    this.freeOwn();
    this.built = false;
    this.builtShape = undefined;
  }

  /** The outputs for specs, found by calling on zeros. */
  #probeOutputs(inputs: Nested<TensorSpec>, rest: readonly unknown[]): Nested<TensorSpec> {
    const more = rest.filter((value) => !isPlainObject(value)) as Nested<TensorSpec>[];
    const options = (rest.find(isPlainObject) ?? {}) as Record<string, unknown>;
    return probeSpecs((zeros) => {
      const args = more.map((value) => value && mapSpecs(value, zeros));
      return this.#runMasked(mapSpecs(inputs, zeros), args, { training: false, ...mapTensors(options, zeros) });
    }) as Nested<TensorSpec>;
  }

  /** @internal */
  override specsOf(call: CallArguments): Nested<TensorSpec> {
    const specs = super.specsOf(call);
    const [inputs] = call.args as Nested<TensorSpec>[];
    const isMasked =
      isSymbolic(call.kwargs['mask']) || leafSpecs(inputs as Nested<TensorSpec>).some(({ mask }) => mask);
    const makesMask = this.computeMask !== Layer.prototype.computeMask;
    const areKnown = leafSpecs(specs).some(({ mask }) => mask);
    if (areKnown || !this.supportsMasking || !(isMasked || makesMask)) return specs;
    const masks = probeSpecs((zeros) => {
      const tensors = mapSpecs(inputs as Nested<TensorSpec>, zeros);
      return this.computeMask(tensors, previousMask(tensors, mapTensors(call.kwargs, zeros))) ?? null;
    });
    const each = flatten(masks);
    let i = 0;
    return mapSpecs(specs, (spec) => new Spec(spec.shape, spec.dtype, each[i++])) as Nested<TensorSpec>;
  }

  /** Adds a scalar to the loss of the step that is running. */
  addLoss(loss: tf.Tensor): void {
    (currentCall().losses ?? this.#losses).push(loss);
  }

  /** Scalars that the last call added with `addLoss`, then the penalties of the weights. The caller owns the penalties. */
  get losses(): tf.Tensor[] {
    const own = this.flattenLayers().flatMap((layer) => layer.#losses.filter((loss) => !loss.isDisposed));
    return [...own, ...this.regularizationLosses()];
  }

  /** The penalty of each trainable weight that has a regularizer. @internal */
  regularizationLosses(): tf.Tensor[] {
    return this.trainableWeights.flatMap((weight) => (weight.regularizer ? [weight.regularizer(weight.value)] : []));
  }

  /** @internal */
  override get sublayers(): Layer[] {
    return super.sublayers as Layer[];
  }

  /** @internal */
  override flattenLayers(): Layer[] {
    return super.flattenLayers() as Layer[];
  }

  /** Frees the weights and the state of random generators. The layer cannot be used any more. */
  override dispose(): void {
    const layers = this.flattenLayers();
    super.dispose();
    for (const layer of layers) tf.dispose(layer.#losses);
  }

  /** `{ className, config }`, so that `JSON.stringify` shows the layer. */
  toJSON(): unknown {
    return { className: this.className, config: this.getConfig() };
  }

  override toString(): string {
    return `<${this.className} name=${this.name}, built=${this.built}>`;
  }
}

/** Whether a value is a layer. */
export function isLayer(value: unknown): value is Layer {
  return value instanceof Layer;
}
