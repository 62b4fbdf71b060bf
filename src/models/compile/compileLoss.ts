import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../../backend/values';
import { formatValue, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import * as losses from '../../losses';
import { checkOutputLabels } from '../../losses/checkLabels';
import { functionName, LossFunctionWrapper } from '../../losses/wrapper';
import { Mean, type Metric } from '../../metrics';
import { dataPerOutput, isNested, type Output, outputsOf, perOutput } from './outputs';

/** The loss of `compile`: one, or one for each output; `null` for an output without. */
export type LossArgument =
  | losses.LossIdentifier
  | 'crossentropy'
  | 'ce'
  | null
  | readonly LossArgument[]
  | { readonly [output: string]: LossArgument };

/** The factor of a loss in the total: a number, or an array that broadcasts with the losses of the samples. */
export type LossWeight = number | tf.Tensor | tf.TypedArray;

/** Factors of the losses of several outputs in the total, nested as the losses are. */
export type LossWeights = number | readonly LossWeights[] | { readonly [output: string]: LossWeight | LossWeights };

/** What is known of labels and predictions before there are any. */
interface HasShape {
  readonly shape: readonly (number | null)[];
}

/** The loss of one output. */
interface OutputLoss {
  readonly output: Output;
  readonly index: number;
  readonly loss: losses.Loss;
  readonly weight: LossWeight | undefined;
  readonly name: string;
}

/** What strings that name no loss by themselves mean: the cross-entropy that fits the output. */
const CROSSENTROPY = ['crossentropy', 'ce'];

/** Whether an output is one probability, and whether labels are numbers of classes: Keras's rule, by shapes. */
export function labelForm(yTrue: HasShape, yPred: HasShape): { isBinary: boolean; isSparse: boolean } {
  const last = ({ shape }: HasShape): number | null => (shape.length > 1 ? (shape.at(-1) as number | null) : null);
  const classes = last(yPred);
  const isColumn = last(yTrue) === 1 && classes !== null && classes > 1;
  return { isBinary: classes === 1, isSparse: yTrue.shape.length < yPred.shape.length || isColumn };
}

/** The loss that an identifier stands for, given the shapes of labels and predictions. */
function lossFor(identifier: losses.LossIdentifier, yTrue: HasShape, yPred: HasShape): losses.Loss {
  const isString = typeof identifier === 'string';
  const found =
    isString && CROSSENTROPY.includes(identifier.toLowerCase())
      ? crossentropyFor(yTrue, yPred)
      : losses.get(identifier);
  if (found instanceof losses.Loss) return found;
  const fn = found as losses.LossFunction;
  return LossFunctionWrapper({ fn, name: isString ? identifier : functionName(fn) });
}

function crossentropyFor(yTrue: HasShape, yPred: HasShape): losses.LossFunction {
  const { isBinary, isSparse } = labelForm(yTrue, yPred);
  if (isBinary) return losses.binaryCrossentropy;
  return isSparse ? losses.sparseCategoricalCrossentropy : losses.categoricalCrossentropy;
}

/**
 * The loss that `compile` was given: resolves names when the shapes are known, adds up the outputs' weighted losses and
 * tracks each of them.
 *
 * @see keras/src/trainers/compile_utils.py
 */
export class CompileLoss {
  readonly name = 'compile_loss';
  built = false;
  /** Trackers of the outputs' losses, unweighted, where there are several: `a_loss`. */
  readonly metrics: Metric[] = [];
  #losses: OutputLoss[] = [];
  #outputs: Output[] = [];

  /**
   * @param outputNames names of the layers that make the outputs, if known
   * @param outputs anything nested as the outputs are, if known: names in records are then checked at once
   * @throws ValueError for names of losses that do not exist, or keys that name no output
   */
  constructor(
    readonly loss: LossArgument,
    readonly lossWeights?: LossWeights | null,
    readonly outputNames?: readonly string[] | null,
    outputs?: Nested<unknown>,
  ) {
    checkNames(loss);
    const { lossWeights: weights } = this;
    if (weights !== undefined && weights !== null && typeof weights !== 'number' && !isNested(weights)) {
      throw new ValueError(
        `compile: lossWeights must be a number, a list or a record of numbers. Received: ${formatValue(weights)}.`,
      );
    }
    const known = outputs ?? (outputNames?.length === 1 ? 'one' : undefined);
    if (known !== undefined) this.#resolve(outputsOf(known, outputNames));
  }

  /** State of the trackers. */
  get variables(): Metric['variables'] {
    return this.metrics.flatMap(({ variables }) => variables);
  }

  /** The identifier and the weight of each output's loss. */
  #resolve(outputs: readonly Output[]): { losses: unknown[]; weights: (LossWeight | undefined)[] } {
    const found = perOutput('compile', 'loss', this.loss, outputs);
    const isByName = isPlainObject(this.loss) && isNested(this.loss);
    if (isByName && outputs.every(({ path }) => typeof path[0] !== 'string')) {
      const missing = outputs.filter((_, i) => found[i] === undefined).map(({ name }) => name);
      if (missing.length > 0) {
        throw new ValueError(
          `compile: loss must name every output. Received: no loss for ${formatValue(missing)}. Write null for none.`,
        );
      }
    }
    return { losses: found, weights: this.#weightsOf(outputs, found) };
  }

  #weightsOf(outputs: readonly Output[], found: readonly unknown[]): (LossWeight | undefined)[] {
    const { loss, lossWeights: weights } = this;
    if (weights === undefined || weights === null) return outputs.map(() => undefined);
    const entries = isNested(loss) ? flatten(loss as Nested<unknown>).length : 1;
    const given = isNested(weights) ? flatten(weights as Nested<number>).length : 1;
    if (entries !== given && !(isPlainObject(weights) && entries === outputs.length)) {
      throw new ValueError(
        `compile: lossWeights must match the number of losses. Received: ${entries} losses and ${given} weights. ` +
          'Give the loss of each output, in a list or a record.',
      );
    }
    const isOne = given === 1 && !isPlainObject(weights);
    const perLoss = perOutput('compile', 'lossWeights', isOne ? [weights].flat()[0] : weights, outputs);
    return perLoss.map((weight, i) => {
      const isUnused = found[i] === null || found[i] === undefined;
      if (isLossWeight(weight) || isUnused) return weight as LossWeight | undefined;
      throw new ValueError(
        `compile: lossWeights must have a number for each loss. Received: ${formatValue(weights)}. ` +
          'Write 1 where nothing changes.',
      );
    });
  }

  /** Settles which loss each output has. Called by the first `call`; may be called before, with shapes only. */
  build(yTrue: Nested<HasShape>, yPred: Nested<HasShape>): void {
    if (this.built) return;
    this.#outputs = outputsOf(yPred, this.outputNames);
    const { losses: identifiers, weights } = this.#resolve(this.#outputs);
    const has = identifiers.map((identifier) => identifier !== null && identifier !== undefined);
    const labels = dataPerOutput('y', yTrue, this.#outputs, has);
    const predictions = flatten(yPred);
    const found = this.#outputs.flatMap((output, index) => {
      if (!has[index]) return [];
      const yPredOne = predictions[index] as HasShape;
      const loss = lossFor(identifiers[index] as losses.LossIdentifier, this.#labelsOf(labels, index), yPredOne);
      return [{ output, index, loss, weight: weights[index], name: lossName(output, loss) }];
    });
    this.#losses = inOrderOf(this.loss, yPred, found);
    if (this.#losses.length > 1) {
      this.metrics.push(...this.#losses.map(({ name }) => Mean({ name: `${name}_loss` })));
    }
    this.built = true;
  }

  #labelsOf<T>(labels: readonly (T | undefined)[], index: number): T {
    const found = labels[index];
    if (found !== undefined) return found;
    const { path, name } = this.#outputs[index] as Output;
    throw new ValueError(
      `y: no labels for the output '${name ?? path.join('/')}', which has a loss. Give them, or set its loss to null.`,
    );
  }

  /** Which outputs have a loss, and so need labels. */
  get #has(): boolean[] {
    return this.#outputs.map((_, i) => this.#losses.some(({ index }) => index === i));
  }

  /**
   * The total: the sum of the outputs' losses times their weights; a scalar, but for losses with the reduction `'none'`
   * and arrays of weights.
   *
   * @param sampleWeight one for all outputs, or one for each
   */
  call(yTrue: Nested<tf.Tensor>, yPred: Nested<tf.Tensor>, sampleWeight?: Nested<tf.Tensor> | null): tf.Tensor {
    this.build(yTrue, yPred);
    const labels = dataPerOutput('y', yTrue, this.#outputs, this.#has);
    const weights = this.#sampleWeights(sampleWeight);
    const predictions = flatten(yPred);
    return tf.tidy(() => {
      const values = this.#losses.map(({ loss, weight, index }, i) => {
        const value = loss(this.#labelsOf(labels, index), predictions[index] as tf.Tensor, weights[index]);
        this.metrics[i]?.updateState(value); // unweighted by the batch, as in Keras's compiled steps
        return weight === undefined ? value : value.mul(typeof weight === 'number' ? weight : toFactor(weight));
      });
      return values.length === 0 ? tf.scalar(0) : values.reduce((total, value) => total.add(value));
    });
  }

  #sampleWeights(sampleWeight: Nested<tf.Tensor> | null | undefined): (tf.Tensor | undefined)[] {
    if (sampleWeight === null || sampleWeight === undefined) return this.#outputs.map(() => undefined);
    if (!isNested(sampleWeight)) return this.#outputs.map(() => sampleWeight as tf.Tensor);
    return dataPerOutput('sampleWeight', sampleWeight, this.#outputs, this.#has);
  }

  /** The labels that `checkLabels` reads. */
  labelsToRead(yTrue: Nested<tf.Tensor>, yPred: Nested<HasShape>): tf.Tensor[] {
    this.build(yTrue, yPred);
    const labels = dataPerOutput('y', yTrue, this.#outputs, this.#has);
    const read = this.#losses.filter(({ loss }) => loss.labelKind !== 'numbers');
    return read.map(({ index }) => this.#labelsOf(labels, index));
  }

  /**
   * Checks all labels before training: their shapes, numbers of classes that are out of range, NaN. Reads the labels.
   *
   * @param who name in messages: `fit`
   * @param yPred the outputs' shapes
   * @throws ValueError naming index and value of the first bad label
   */
  checkLabels(who: string, yTrue: Nested<tf.Tensor>, yPred: Nested<HasShape>): void {
    this.build(yTrue, yPred);
    const labels = dataPerOutput('y', yTrue, this.#outputs, this.#has);
    const predictions = flatten(yPred);
    for (const { loss, index, output } of this.#losses) {
      if (loss.labelKind === 'numbers') continue;
      const given = this.#labelsOf(labels, index);
      const place = this.#losses.length > 1 ? `${who}: output '${lossName(output, loss)}'` : who;
      const ignoreClass = (Reflect.get(loss, 'ignoreClass') as number | null | undefined) ?? null;
      const { shape } = predictions[index] as HasShape;
      checkOutputLabels(place, loss.labelKind, { shape: given.shape, values: valuesOf(given) }, shape, ignoreClass);
    }
  }
}

/** The losses in the order of the logs in Keras: as records list them, of losses or else of predictions. */
function inOrderOf(loss: LossArgument, yPred: Nested<HasShape>, found: OutputLoss[]): OutputLoss[] {
  const places = new Map(found.map((each) => [each, placeOf(each.output, loss, yPred)]));
  return found.sort((a, b) => {
    const [p, q] = [places.get(a), places.get(b)] as [number[], number[]];
    const level = p.findIndex((place, i) => place !== q[i]);
    return (p[level] ?? 0) - (q[level] ?? 0);
  });
}

/** At each level of nesting, the place of an output among those that have the same path up to there. */
function placeOf({ path }: Output, loss: unknown, yPred: unknown): number[] {
  let [given, shown] = [loss, yPred];
  return path.map((key) => {
    const order = Object.keys((isNested(given) && !Array.isArray(given) ? given : shown) as object);
    given = isNested(given) ? Reflect.get(given, key) : undefined;
    shown = Reflect.get(shown as object, key);
    return typeof key === 'number' ? key : order.indexOf(key);
  });
}

function isLossWeight(value: unknown): value is LossWeight {
  return typeof value === 'number' || value instanceof tf.Tensor || (ArrayBuffer.isView(value) && 'length' in value);
}

function toFactor(weight: tf.Tensor | tf.TypedArray): tf.Tensor {
  return weight instanceof tf.Tensor ? weight.cast('float32') : tf.tensor1d(Float32Array.from(weight));
}

/** Refuses names that no loss has. */
function checkNames(loss: unknown): void {
  if (loss === null || loss === undefined) return;
  if (!isNested(loss)) {
    if (typeof loss !== 'string' || !CROSSENTROPY.includes(loss.toLowerCase()))
      losses.get(loss as losses.LossIdentifier);
    return;
  }
  for (const item of Object.values(loss)) checkNames(item);
}

/** The name an output's loss is tracked by: its path, with the layer's name in place of a last index. */
function lossName({ path, name }: Output, loss: losses.Loss): string {
  const last = path.at(-1);
  if (last === undefined) return name ?? loss.name;
  return [...path.slice(0, -1), typeof last === 'number' ? (name ?? loss.name) : last].join('/');
}
