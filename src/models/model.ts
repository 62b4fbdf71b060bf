import * as tf from '@tensorflow/tfjs-core';
import { freeing } from '../backend/tidy';
import { type CallableClass, callable, classNameOf } from '../base/callable';
import type { DTypePolicy } from '../base/dtypePolicy';
import { type Dim, formatShape, type Shape, unknownName, ValueError } from '../base/errors';
import { jsonText } from '../base/jsonText';
import { autoName } from '../base/names';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { resolveOptions, type Signature } from '../base/options';
import type { Config } from '../base/registry';
import { host } from '../host';
import { serialize } from '../layers';
import type { CallOptions, Layer, MoreArguments, TensorOrArray } from '../layers/layer';
import { withMask } from '../layers/masks';
import {
  type Gives,
  mapShapes,
  type Node,
  type Symbolic,
  type SymbolicOutput,
  SymbolicTensor,
  shapesOf,
  type TensorSpec,
} from '../layers/operation';
import { configFromGraph, graphFromConfig } from './config';
import { fitShape, orderInputs, standardizeInputs } from './data/inputs';
import {
  type FileSource,
  type FileTarget,
  type LoadWeightsOptions,
  type SaveModelOptions,
  savingModule,
  type WriteOptions,
} from './files';
import { LayerGraph } from './graph';
import { type SummaryOptions, summaryText } from './summary/summary';
import { Trainer } from './trainer';

/** Arguments of `Model`. */
export interface ModelOptions {
  /** Symbolic inputs: one, a list, or a record by name. */
  inputs?: Nested<SymbolicTensor>;
  /** Symbolic outputs: one, a list, or a record by name. */
  outputs?: Nested<SymbolicTensor>;
  /** Default: `functional`, numbered; for a subclass its class in snake_case. */
  name?: string;
  trainable?: boolean;
  /** Default: `'float32'`; kept and written back. */
  dtype?: DTypePolicy;
}

export type ModelArguments =
  | [inputs: Nested<SymbolicTensor>, outputs: Nested<SymbolicTensor>, options?: ModelOptions]
  | [options?: ModelOptions];

const SIGNATURE: Signature<ModelOptions> = {
  who: 'Model',
  positional: ['inputs', 'outputs'],
  defaults: { inputs: undefined, outputs: undefined, name: undefined, trainable: true, dtype: undefined },
};

/** What `Model` and `Sequential` share: training, summaries, and the layers inside. */
export class ModelLayer extends Trainer {
  static override readonly className: string = 'Model';
  static override readonly module: string = 'keras.src.models.functional';
  static override readonly takesMask: boolean = true;

  /** Makes a functional model from what `getConfig` returned. */
  static override fromConfig(config: Config): ModelLayer {
    const cls = this as unknown as new (options: ModelOptions) => ModelLayer;
    return new cls('layers' in config ? graphFromConfig(config) : (config as ModelOptions));
  }

  /** The graph of layers of a functional model. @internal */
  protected graph: LayerGraph | undefined;

  constructor(...args: ModelArguments) {
    const { inputs, outputs, name, trainable, dtype } = resolveOptions(SIGNATURE, args);
    const functional = inputs !== undefined || outputs !== undefined;
    const isPlain = classNameOf(new.target as never) === 'Model';
    const ownName = name ?? (functional && isPlain ? autoName('functional') : undefined);
    super({ ...(ownName !== undefined && { name: ownName }), ...(dtype && { dtype }) });
    if (!functional) return;
    this.graph = functionalGraph(this.label, inputs, outputs);
    this.built = true;
    if (trainable === false) this.trainable = false;
  }

  /** How the model was put together. @internal */
  get kind(): 'functional' | 'sequential' | 'subclassed' {
    return this.graph ? 'functional' : 'subclassed';
  }

  override get className(): string {
    const name = super.className;
    return name === 'Model' && this.graph ? 'Functional' : name;
  }

  /** All layers, inputs included, in Keras's order. */
  get layers(): Layer[] {
    return this.graph ? [...this.graph.layers] : super.sublayers;
  }

  protected override get hiddenLayers(): readonly Layer[] | undefined {
    return this.graph?.layers;
  }

  /** Layer calls by depth, the inputs first; empty unless the model is a graph. @internal */
  get nodesByDepth(): readonly (readonly Node[])[] {
    return this.graph?.nodesByDepth ?? [];
  }

  /** The batch size that the model is made for: any, unless its `Input` says otherwise. */
  protected get batchDim(): Dim {
    return null;
  }

  /** Models are built for any batch size, or for that of their `Input`. @internal */
  override buildFor(inputShape: Nested<Shape>): void {
    super.buildFor(mapShapes(inputShape, (shape) => [this.batchDim, ...shape.slice(1)] as never));
  }

  override getBuildConfig(): Config | undefined {
    return this.kind === 'functional' ? { input_shape: null } : super.getBuildConfig();
  }

  /** Builds what the file says; a class with a call of its own runs that on zeros, so that its layers are built, too. */
  override buildFromConfig(config: Config): void {
    super.buildFromConfig(config);
    const { builtShape } = this;
    const isWhole = !this.flattenLayers().some(({ built }) => !built);
    if (this.kind !== 'subclassed' || builtShape === undefined || isWhole || !this.hasForwardPass) return;
    freeing(() => {
      const zeros = mapShapes(builtShape, (shape) => tf.zeros(shape.map((dim) => dim ?? 1)));
      this.buildFromInputs(zeros as Nested<tf.Tensor>, false);
    });
  }

  /** @internal */
  override get hasForwardPass(): boolean {
    return this.graph !== undefined || this.call !== ModelLayer.prototype.call;
  }

  override call(given: Nested<tf.Tensor>, { mask, ...options }: CallOptions): Nested<tf.Tensor> {
    const inputs = withMask(given, mask);
    if (!this.graph)
      throw new ValueError(`${this.label}: no call(). Override call(inputs, options), or give inputs and outputs.`);
    const tensors = standardizeInputs(this.label, this.graph.inputStructure, inputs);
    return unpackOne(this.graph.run(tensors, options));
  }

  override computeOutputShape(inputShape: Nested<Shape>): Nested<Shape> {
    if (!this.graph) return super.computeOutputShape(inputShape);
    const shapes: Shape[] = [];
    mapShapes(inputShape, (shape) => shapes.push(shape));
    const specs = this.graph.inputs.map(({ dtype }, i) => ({ shape: shapes[i] as Shape, dtype }));
    return shapesOf(unpackOne(this.graph.outputSpecs(specs)));
  }

  override computeOutputSpec(inputs: Nested<TensorSpec>, ...rest: readonly unknown[]): Nested<TensorSpec> {
    if (!this.graph) return super.computeOutputSpec(inputs, ...rest);
    const given = orderInputs(this.label, this.graph.inputStructure, inputs as Nested<SymbolicTensor>);
    const specs = this.graph.inputs.map((input, i) => {
      const { shape, mask } = given[i] as SymbolicTensor;
      return { shape: fitShape(this.label, input, shape), dtype: input.dtype, mask };
    });
    return unpackOne(this.graph.outputSpecs(specs));
  }

  /** Symbolic inputs, flat. */
  get inputs(): readonly SymbolicTensor[] {
    return this.#needGraph('inputs').inputs;
  }

  /** Symbolic outputs, flat. */
  get outputs(): readonly SymbolicTensor[] {
    return this.#needGraph('outputs').outputs;
  }

  override get input(): Nested<SymbolicTensor> {
    return unpackOne(this.#needGraph('input').inputStructure);
  }

  override get output(): SymbolicOutput<this> {
    return unpackOne(this.#needGraph('output').outputStructure) as never;
  }

  /** Shape of the input, or one for each of several. */
  get inputShape(): Nested<Shape> {
    return mapStructure(this.input, ({ shape }) => shape as never);
  }

  /** Shape of the output, or one for each of several. */
  get outputShape(): Nested<Shape> {
    return mapStructure(this.output as Nested<SymbolicTensor>, ({ shape }) => shape as never);
  }

  /** Names of the inputs, by which data may be given. */
  get inputNames(): string[] {
    return this.graph ? this.graph.inputs.map(({ name }) => name) : [];
  }

  /** @internal */
  override get inputStructure(): Nested<SymbolicTensor> | undefined {
    return this.graph?.inputStructure;
  }

  /** @internal */
  override get outputStructure(): Nested<SymbolicTensor> | undefined {
    return this.graph?.outputStructure;
  }

  /** Names of the layers that make the outputs. */
  override get outputNames(): string[] | undefined {
    return this.graph?.outputs.map(({ history, name }) => history?.layer.name ?? name);
  }

  #needGraph(what: string): LayerGraph {
    if (this.graph) return this.graph;
    throw new ValueError(
      `${this.label}: no ${what} yet, because the input shape is not known. Add an Input, or build it.`,
    );
  }

  /**
   * A layer by name or by index.
   * @throws ValueError if there is none, naming the nearest.
   */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    if (typeof nameOrIndex === 'number') {
      const layer = layers.at(nameOrIndex);
      if (layer) return layer;
      throw new ValueError(`${this.label}: expected an index below ${layers.length}. Received: ${nameOrIndex}.`);
    }
    const layer = layers.find(({ name }) => name === nameOrIndex);
    if (layer) return layer;
    throw unknownName(
      this.label,
      'layer',
      nameOrIndex,
      layers.map(({ name }) => name),
    );
  }

  /**
   * Prints Keras's summary table: layers, output shapes, parameter counts.
   *
   * @param options `lineLength`, `positions`, `printFn` (called once, with the whole text), `expandNested`,
   *   `showTrainable`, `layerRange`.
   */
  summary(options: SummaryOptions & { printFn?: (text: string) => void } = {}): void {
    const { printFn = host.print, ...rest } = options;
    printFn(summaryText(this, rest));
  }

  /** The layers that are called, in Keras's order; for `summary`. @internal */
  get operations(): Layer[] {
    return this.layers;
  }

  /**
   * Keras's JSON of the model, without its weights: `models.modelFromJson` reads it, and so does Keras.
   * @param options `indent`: spaces of each level, for a text over several lines.
   */
  toJson(options: { indent?: number } = {}): string {
    return jsonText(serialize(this), options.indent);
  }

  /**
   * Writes the model to a file: config, weights, and how it is compiled. Keras opens it.
   *
   * @param target a path that ends in `.keras`, or in `.h5` for the legacy format.
   * @param options `overwrite` (true), `includeOptimizer` (true).
   * @throws ValueError where it cannot be written; a file that was there stays as it was.
   */
  async save(target: FileTarget, options?: SaveModelOptions): Promise<void> {
    const { saveModel } = await savingModule();
    await saveModel(this, target, options);
  }

  /** Writes the weights, and the state of the optimizer, to a `.weights.h5` file; `overwrite` (true). */
  async saveWeights(target: FileTarget, options?: WriteOptions): Promise<void> {
    const { saveWeights } = await savingModule();
    await saveWeights(this, target, options);
  }

  /**
   * Reads weights from a `.weights.h5`, `.keras` or legacy `.h5` file.
   *
   * @param source a path, a URL, a `Blob`, or bytes.
   * @param options `skipMismatch` (false), `byName` (false), `maxBytes`.
   * @throws ValueError for weights that are missing, left over or of another shape; the model stays as it was.
   */
  async loadWeights(source: FileSource, options?: LoadWeightsOptions): Promise<void> {
    const { loadWeights } = await savingModule();
    await loadWeights(this, source, options);
  }

  override getConfig(): Config {
    return this.graph ? configFromGraph(this.name, this.trainable, this.graph) : super.getConfig();
  }
}

/** A tensor for each symbolic one. */
export type TensorsOf<S> =
  Nested<SymbolicTensor> extends S
    ? tf.Tensor
    : S extends SymbolicTensor
      ? tf.Tensor
      : { -readonly [K in keyof S]: TensorsOf<S[K]> };

/** A list of one is that one. */
export type Unpacked<S> = S extends readonly [infer One] ? One : S;

/** A model of given outputs and inputs: what it predicts has the structure of its outputs. */
export type FunctionalModel<O, I> = Model<TensorsOf<Unpacked<O>>, Unpacked<I>>;

/** Making a functional model, with `new` or without. */
export interface ModelMaker {
  <const O extends Nested<SymbolicTensor>, const I extends Nested<SymbolicTensor>>(
    inputs: I,
    outputs: O,
    options?: Omit<ModelOptions, 'inputs' | 'outputs'>,
  ): FunctionalModel<O, I>;
  <const O extends Nested<SymbolicTensor>, const I extends Nested<SymbolicTensor>>(
    options: Omit<ModelOptions, 'inputs' | 'outputs'> & { inputs: I; outputs: O },
  ): FunctionalModel<O, I>;
  new <const O extends Nested<SymbolicTensor>, const I extends Nested<SymbolicTensor>>(
    inputs: I,
    outputs: O,
    options?: Omit<ModelOptions, 'inputs' | 'outputs'>,
  ): FunctionalModel<O, I>;
  new <const O extends Nested<SymbolicTensor>, const I extends Nested<SymbolicTensor>>(
    options: Omit<ModelOptions, 'inputs' | 'outputs'> & { inputs: I; outputs: O },
  ): FunctionalModel<O, I>;
}

function functionalGraph(who: string, inputs: unknown, outputs: unknown): LayerGraph {
  for (const [what, structure] of Object.entries({ inputs, outputs })) {
    const leaves = flatten(structure as Nested<unknown>);
    const wrong = leaves.find((leaf) => !(leaf instanceof SymbolicTensor));
    if (leaves.length > 0 && wrong === undefined && structure !== undefined) continue;
    const received =
      wrong && 'shape' in (wrong as object)
        ? `a tensor of shape ${formatShape((wrong as tf.Tensor).shape)}`
        : String(wrong);
    throw new ValueError(`${who}: '${what}' must be symbolic tensors, as Input returns them. Received: ${received}.`);
  }
  return new LayerGraph(who, inputs as Nested<SymbolicTensor>, outputs as Nested<SymbolicTensor>);
}

/** A list of one is that one, as Keras has it. Shapes are lists of numbers, never of one list. */
function unpackOne<T>(structure: Nested<T>): Nested<T> {
  return Array.isArray(structure) && structure.length === 1 && typeof structure[0] !== 'number' && structure[0] !== null
    ? (structure[0] as Nested<T>)
    : structure;
}

declare module '../callbacks/callback' {
  interface CallbackModel extends ModelLayer {}
}

/**
 * A model: layers between inputs and outputs, to be trained as a whole. Give `inputs` and `outputs` (symbolic
 * tensors), or extend the class and override `call`.
 *
 * @throws ValueError if an output cannot be computed from the inputs.
 * @example
 * const x = Input({ shape: [4] });
 * const model = Model({ inputs: x, outputs: layers.Dense(3)(x) });
 * console.log(model.countParams()); // 15
 * @see https://keras.io/api/models/model/
 */
export const Model = callable(ModelLayer) as ModelMaker & CallableClass<typeof ModelLayer>;
/**
 * A model. `Output` is what it gives for tensors, where that is no tensor: `Model<[tf.Tensor, tf.Tensor]>`; `Input` tells
 * the structure of its symbolic inputs.
 */
export type Model<Output = unknown, Input = Nested<SymbolicTensor>> = unknown extends Output
  ? ModelLayer
  : Called<Output> & ModelLayer & Gives<Output> & { readonly input: Input };

/** Calling a model whose outputs are known. */
export interface Called<Output> {
  (inputs: Nested<SymbolicTensor>, ...more: MoreArguments): Symbolic<Output>;
  (inputs: Nested<TensorOrArray>, ...more: MoreArguments): Output;
}
