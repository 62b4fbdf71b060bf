import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { formatValue, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import type { Config } from '../../base/registry';
import { Loss } from '../../losses';
import { functionName } from '../../losses/wrapper';
import * as metrics from '../../metrics';
import { labelForm } from './compileLoss';
import { dataPerOutput, isFlat, isNested, type Output, outputsOf, perOutput } from './outputs';

/** The metrics of one output: one, a list, or none. */
export type OutputMetrics = metrics.MetricIdentifier | null | readonly (metrics.MetricIdentifier | null)[];

/** The metrics of `compile`: a list for one output; for several, one entry each in a list or a record. */
export type MetricsArgument =
  | readonly (OutputMetrics | MetricsArgument)[]
  | { readonly [output: string]: OutputMetrics | MetricsArgument }
  | null;

interface HasShape {
  readonly shape: readonly (number | null)[];
}

/** The metrics of one output, with the prefix of their names in logs. */
interface MetricsGroup {
  /** Place of the output among all of them. */
  readonly index: number;
  readonly prefix: string;
  readonly metrics: metrics.Metric[];
  readonly isWeighted: boolean;
}

/** Strings that stand for the accuracy, and for the cross-entropy, that fits an output. */
const ACCURACY = ['accuracy', 'acc'];
const CROSSENTROPY = ['crossentropy', 'ce'];

function isFitting(identifier: unknown, names: readonly string[]): identifier is string {
  return typeof identifier === 'string' && names.includes(identifier.toLowerCase());
}

/** The metric that an identifier stands for, named as in Keras's logs: by the string, else by its own name. */
function metricFor(identifier: unknown, yTrue: HasShape, yPred: HasShape): metrics.Metric {
  const { isBinary, isSparse } = labelForm(yTrue, yPred);
  if (isFitting(identifier, ACCURACY)) {
    if (isBinary) return metrics.BinaryAccuracy({ name: identifier });
    return isSparse
      ? metrics.SparseCategoricalAccuracy({ name: identifier })
      : metrics.CategoricalAccuracy({ name: identifier });
  }
  if (isFitting(identifier, CROSSENTROPY)) {
    if (isBinary) return metrics.BinaryCrossentropy({ name: identifier });
    return isSparse
      ? metrics.SparseCategoricalCrossentropy({ name: identifier })
      : metrics.CategoricalCrossentropy({ name: identifier });
  }
  const found = metrics.get(identifier as metrics.MetricIdentifier) as metrics.Metric | Loss;
  if (!(found instanceof metrics.Metric)) {
    return metrics.MeanMetricWrapper(found, { name: found instanceof Loss ? found.name : functionName(found) });
  }
  if (typeof identifier === 'string') found.name = identifier;
  return found;
}

/** Refuses what is no list or record, and names that no metric has. */
function checkArgument(name: string, argument: unknown): void {
  if (argument === null || argument === undefined) return;
  if (!isNested(argument)) {
    throw new ValueError(
      `compile: ${name} must be a list or a record. Received: ${name}=${formatValue(argument)}. ` +
        `Write [${formatValue(argument)}].`,
    );
  }
  const check = (item: unknown): void => {
    if (isNested(item)) for (const part of Object.values(item)) check(part);
    else if (!isFitting(item, [...ACCURACY, ...CROSSENTROPY])) {
      const found: unknown = metrics.get(item as metrics.MetricIdentifier);
      if (found instanceof metrics.Metric && found !== item) found.dispose();
    }
  };
  check(argument);
}

/**
 * The prefixes of the outputs' metrics in logs: nothing for a single output, the keys of a record, and the names of the
 * layers where outputs are a list or nested.
 */
function prefixesOf(outputs: readonly Output[]): string[] {
  if (outputs.length === 1) return [''];
  const byKey = isFlat(outputs);
  return outputs.map(({ path, name }) => {
    const prefix = byKey && typeof path[0] === 'string' ? path[0] : name;
    return prefix === null ? '' : `${prefix}_`;
  });
}

/** Places of the outputs in the order of their metrics: the model's, where keys of a record are names of its layers. */
function orderOf(outputs: readonly Output[], names: readonly string[] | null | undefined): number[] {
  const places = outputs.map((_, i) => i);
  const keys = outputs.map(({ path }) => path[0]);
  const areNames = isFlat(outputs) && names?.length === keys.length && names.every((name) => keys.includes(name));
  return areNames ? places.sort((a, b) => names.indexOf(String(keys[a])) - names.indexOf(String(keys[b]))) : places;
}

/**
 * The metrics that `compile` was given: makes them when the shapes are known, feeds each the labels and predictions of
 * its output, and names their results as Keras does.
 *
 * @see keras/src/trainers/compile_utils.py
 */
export class CompileMetrics extends metrics.Metric {
  static override readonly className: string = 'CompileMetrics';
  built = false;
  #groups: MetricsGroup[] = [];
  #outputs: Output[] = [];

  /**
   * @param weightedMetrics metrics that sample weights apply to
   * @param outputNames names of the layers that make the outputs, if known
   * @param outputs anything nested as the outputs are, if known: names in records are then checked at once
   * @throws ValueError for names of metrics that do not exist, or keys that name no output
   */
  constructor(
    readonly userMetrics?: MetricsArgument,
    readonly userWeightedMetrics?: MetricsArgument,
    readonly outputNames?: readonly string[] | null,
    outputs?: Nested<unknown>,
  ) {
    super({ name: 'compile_metrics' });
    checkArgument('metrics', userMetrics);
    checkArgument('weightedMetrics', userWeightedMetrics);
    const known = outputs ?? (outputNames?.length === 1 ? 'one' : undefined);
    if (known === undefined) return;
    this.#identifiersOf('metrics', userMetrics, outputsOf(known, outputNames));
    this.#identifiersOf('weightedMetrics', userWeightedMetrics, outputsOf(known, outputNames));
  }

  /** All metrics, once they are made. */
  get metrics(): metrics.Metric[] {
    return this.#groups.flatMap((group) => group.metrics);
  }

  /** State of all metrics. */
  override get variables(): Variable[] {
    return this.metrics.flatMap(({ variables }) => variables);
  }

  /** The identifiers of each output's metrics. */
  #identifiersOf(name: string, argument: MetricsArgument | undefined, outputs: readonly Output[]): unknown[][] {
    if (argument === null || argument === undefined) return outputs.map(() => []);
    if (outputs.length === 1 && Array.isArray(argument)) return [flatten(argument as Nested<unknown>)];
    const isList = (value: unknown): boolean => Array.isArray(value) && !value.some(isNested);
    const found = perOutput('compile', name, argument, outputs, isList);
    if (outputs.length === 1) return [found.flatMap((item) => flatten(item as Nested<unknown>))];
    return found.map((item) => (item === null || item === undefined ? [] : flatten(item as Nested<unknown>)));
  }

  /** Makes the metrics. Called by the first `updateState`; may be called before, with shapes only. */
  build(yTrue: Nested<HasShape>, yPred: Nested<HasShape>): void {
    if (this.built) return;
    const outputs = outputsOf(yPred, this.outputNames);
    const sets = [
      this.#identifiersOf('metrics', this.userMetrics, outputs),
      this.#identifiersOf('weightedMetrics', this.userWeightedMetrics, outputs),
    ];
    const has = outputs.map((_, i) => sets.some((set) => (set[i] as unknown[]).length > 0));
    const labels = dataPerOutput('y', yTrue, outputs, has);
    const predictions = flatten(yPred);
    const isWeighted = [false, true];
    const prefixes = prefixesOf(outputs);
    const order = orderOf(outputs, this.outputNames);
    this.#groups = sets.flatMap((set, which) =>
      order.flatMap((index): MetricsGroup[] => {
        const identifiers = set[index] as unknown[];
        if (identifiers.length === 0) return [];
        const [yTrueOne, yPredOne] = [labels[index] as HasShape, predictions[index] as HasShape];
        const made = identifiers.map((identifier) => metricFor(identifier, yTrueOne, yPredOne));
        return [{ index, prefix: prefixes[index] as string, metrics: made, isWeighted: isWeighted[which] as boolean }];
      }),
    );
    this.#outputs = outputs;
    this.built = true;
  }

  /** Takes in a batch: labels and predictions of all outputs, and weights of the samples for the weighted metrics. */
  override updateState(
    yTrue: Nested<tf.Tensor>,
    yPred: Nested<tf.Tensor>,
    sampleWeight?: Nested<tf.Tensor> | null,
  ): void;
  override updateState(...inputs: metrics.MetricInput[]): void;
  override updateState(...inputs: unknown[]): void {
    const [yTrue, yPred, sampleWeight] = inputs as [
      Nested<tf.Tensor>,
      Nested<tf.Tensor>,
      Nested<tf.Tensor> | undefined,
    ];
    this.build(yTrue, yPred);
    const has = this.#outputs.map((_, i) => this.#groups.some(({ index }) => index === i));
    const labels = dataPerOutput('y', yTrue, this.#outputs, has);
    const predictions = flatten(yPred);
    const weights = this.#sampleWeights(sampleWeight, has);
    tf.tidy(() => {
      for (const { index, metrics: members, isWeighted } of this.#groups) {
        const weight = isWeighted ? weights[index] : undefined;
        for (const metric of members) metric.updateState(labels[index], predictions[index], weight);
      }
    });
  }

  #sampleWeights(sampleWeight: Nested<tf.Tensor> | null | undefined, has: boolean[]): (tf.Tensor | undefined)[] {
    if (sampleWeight === null || sampleWeight === undefined) return [];
    const flat = flatten(sampleWeight);
    if (flat.length === 1) return this.#outputs.map(() => flat[0]);
    return dataPerOutput('sampleWeight', sampleWeight, this.#outputs, has);
  }

  /**
   * The values so far by Keras's names: `accuracy`, `a_accuracy`, `weighted_accuracy`. The caller owns them.
   * @throws ValueError before the first batch, when it is not known yet which metrics there are.
   */
  override result(): metrics.MetricResults {
    if (!this.built) {
      throw new ValueError('compile_metrics: result() is there after the first batch. Call updateState first.');
    }
    const results: metrics.MetricResults = {};
    const taken = new Map<string, number>();
    for (const { prefix, metrics: members, isWeighted } of this.#groups) {
      for (const metric of members) {
        const wanted = [`${prefix}${metric.name}`, ...(isWeighted ? [`${prefix}weighted_${metric.name}`] : [])];
        results[uniqueName(wanted, taken)] = metric.result();
      }
    }
    return results;
  }

  /** Forgets all batches. */
  override resetState(): void {
    for (const metric of this.metrics) metric.resetState();
  }

  /** Frees the state of all metrics. */
  override dispose(): void {
    for (const metric of this.metrics) metric.dispose();
  }

  override getConfig(): Config {
    throw new TypeError('compile_metrics: belongs to a compiled model and has no config. Take those of its metrics.');
  }
}

/** The first wanted name nobody has, else the last one numbered. */
function uniqueName(wanted: readonly string[], taken: Map<string, number>): string {
  const free = wanted.find((name) => !taken.has(name));
  if (free !== undefined) {
    taken.set(free, 1);
    return free;
  }
  const name = wanted.at(-1) as string;
  const count = taken.get(name) as number;
  taken.set(name, count + 1);
  return `${name}_${count}`;
}
