import * as tf from '@tensorflow/tfjs-core';
import { orStandIn } from '../backend/dryRun';
import { makingState } from '../backend/engine';
import { SeedGenerator } from '../backend/random';
import { freeing } from '../backend/tidy';
import { type TensorOrArray, toTensor } from '../backend/toTensor';
import { type DType, Variable } from '../backend/variable';
import { formatShape, ValueError } from '../base/errors';
import { autoName, pathOf } from '../base/names';
import { checkAxes } from '../base/sizes';
import { type Child, type Held, Holdings } from '../base/tracking';
import { areWeightsReplaced, takeFromBudget } from '../base/weightBudget';
import * as constraints from '../constraints';
import * as initializers from '../initializers';
import * as regularizers from '../regularizers';
import { Operation } from './operation';
import { EMPTY_TREE, isMetric, makeTree, type Tree } from './tree';

/** What `addWeight` takes. */
export interface WeightOptions {
  /** Default: `'variable'`, numbered. */
  name?: string;
  /** Default: that of a scalar. */
  shape?: readonly number[];
  /** Default: `'glorot_uniform'` for floats, `'zeros'` for other dtypes. */
  initializer?: initializers.InitializerIdentifier;
  trainable?: boolean;
  dtype?: DType;
  regularizer?: regularizers.RegularizerIdentifier;
  constraint?: constraints.ConstraintIdentifier;
}

/** What a layer holds: weights of its own, and layers, variables, seed generators and metrics in its fields. */
export abstract class Holder extends Operation {
  /** Whether the weights are there. */
  built = false;
  /** Weights made by `addWeight`. */
  readonly #own: Variable[] = [];
  readonly #holdings = new Holdings(this, () => this.hiddenLayers);
  #treeNow: Tree<Holder> | undefined;
  /** Whether the tree is being made: where layers hold one another in a circle, the inner one ends it. */
  #isLooking = false;
  #isDisposed = false;
  #trainable = true;

  /** Says whether training changes the weights, before there are any. */
  protected startTrainable(value: boolean): void {
    this.#trainable = value;
  }

  /** Looks for what is held again. */
  protected forgetHeld(): void {
    this.#holdings.forget();
  }

  /** Takes back the weights that `addWeight` made. */
  protected freeOwn(): void {
    for (const weight of this.#own.splice(0)) weight.dispose();
    this.forgetHeld();
  }

  /** Whether there is anything that training or calls change. */
  protected get hasState(): boolean {
    return this.#tree.hasState;
  }

  /** Makes a weight of this layer. To be called in `build`. */
  addWeight(options: WeightOptions = {}): Variable {
    const { name = autoName('variable'), shape = [], dtype = 'float32', trainable = true } = options;
    if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) {
      throw new ValueError(
        `${this.label}: the shape of weight '${name}' must be known. Received: ${formatShape(shape)}.`,
      );
    }
    checkAxes(this.label, `weight '${name}'`, shape);
    takeFromBudget(
      this.label,
      name,
      shape.reduce((product, dim) => product * dim, 1),
    );
    const given = options.initializer ?? (dtype === 'float32' ? 'glorot_uniform' : 'zeros');
    const initializer = initializers.get(areWeightsReplaced() ? 'zeros' : given);
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
    this.#own.push(variable);
    this.forgetHeld();
    return variable;
  }

  /** Layers that are held in a private field. */
  protected get hiddenLayers(): readonly Holder[] | undefined {
    return undefined;
  }

  /** What this layer holds, by the names of the fields: layers, variables, seed generators and metrics. @internal */
  get children(): readonly Child[] {
    return this.#holdings.children;
  }

  /** Layers that this one holds in its fields, also in lists, records, Maps and Sets. @internal */
  get sublayers(): Holder[] {
    return this.children.map(({ value }) => value).filter((value): value is Holder & Held => value instanceof Holder);
  }

  /** This layer with all that it holds, found again only after something has changed. */
  get #tree(): Tree<Holder> {
    const known = this.#treeNow;
    if (known?.layers.every((layer, i) => layer.#holdings.children === known.children[i])) return known;
    if (this.#isLooking) return EMPTY_TREE;
    this.#isLooking = true;
    try {
      const inner = this.sublayers.map((layer) => layer.#tree);
      this.#treeNow = makeTree(this, this.#own, this.children, inner);
      return this.#treeNow;
    } finally {
      this.#isLooking = false;
    }
  }

  /** The weights of this layer itself, in Keras's order: trainable ones first. @internal */
  get ownWeights(): Variable[] {
    return [...this.#tree.own];
  }

  /** Whether a layer, variable, seed generator or metric is this layer's, or one's in it. @internal */
  holds(part: object): boolean {
    return this.#tree.members.has(part);
  }

  /** This layer and all that it holds, each once, from the outside in. @internal */
  flattenLayers(): Holder[] {
    return [...this.#tree.layers];
  }

  /** All weights in Keras's order: own trainable ones, own others, then those of the layers inside. */
  get weights(): Variable[] {
    return [...this.#tree.weights];
  }

  get trainableWeights(): Variable[] {
    return orStandIn(this.#trainable ? this.weights.filter((weight) => weight.trainable) : []);
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
    for (const layer of this.#tree.layers) layer.#trainable = value;
    for (const weight of this.#tree.weights) if (weight.isMadeToTrain) weight.trainable = value;
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

  /** Whether the weights are freed. */
  get isDisposed(): boolean {
    return this.#isDisposed || this.#own[0]?.isDisposed === true;
  }

  /** Frees the weights and the state of random generators. The layer cannot be used any more. */
  dispose(): void {
    this.#isDisposed = true;
    const { weights, members } = this.#tree;
    for (const weight of weights) weight.dispose();
    for (const part of members) if (part instanceof SeedGenerator || isMetric(part)) part.dispose();
  }
}
