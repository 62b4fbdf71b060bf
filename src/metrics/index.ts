/** What training is judged by: `keras.metrics`. */
import type { CustomName } from '../base/customNames';
import { customObjectScope, findCustomFunction, registeredFunction, registeredObject } from '../base/customObjects';
import { formatValue, unknownName } from '../base/errors';
import {
  deserializeObject,
  isSerialized,
  provide,
  type SerializableClass,
  type SerializedObject,
  serializeObject,
} from '../base/registry';
import { deserialize as deserializeLoss } from '../losses';
import type { LossFunction, SerializedFunction } from '../losses/wrapper';
import { Accuracy } from './accuracy';
import { AUC } from './auc';
import { BinaryAccuracy, binaryAccuracy } from './binaryAccuracy';
import { BinaryCrossentropy } from './binaryCrossentropy';
import { CategoricalAccuracy, categoricalAccuracy } from './categoricalAccuracy';
import { CategoricalCrossentropy } from './categoricalCrossentropy';
import { CategoricalHinge } from './categoricalHinge';
import { CosineSimilarity } from './cosineSimilarity';
import { F1Score } from './f1Score';
import { FalseNegatives } from './falseNegatives';
import { FalsePositives } from './falsePositives';
import { FBetaScore } from './fBetaScore';
import { Hinge } from './hinge';
import { KLDivergence } from './klDivergence';
import { LogCoshError } from './logCoshError';
import { Mean } from './mean';
import { MeanAbsoluteError } from './meanAbsoluteError';
import { MeanAbsolutePercentageError } from './meanAbsolutePercentageError';
import { MeanMetricWrapper } from './meanMetricWrapper';
import { MeanSquaredError } from './meanSquaredError';
import { MeanSquaredLogarithmicError } from './meanSquaredLogarithmicError';
import { Metric } from './metric';
import { Poisson } from './poisson';
import { Precision } from './precision';
import { Recall } from './recall';
import { RootMeanSquaredError } from './rootMeanSquaredError';
import { SparseCategoricalAccuracy, sparseCategoricalAccuracy } from './sparseCategoricalAccuracy';
import { SparseCategoricalCrossentropy } from './sparseCategoricalCrossentropy';
import { SparseTopKCategoricalAccuracy, sparseTopKCategoricalAccuracy } from './sparseTopKCategoricalAccuracy';
import { SquaredHinge } from './squaredHinge';
import { Sum } from './sum';
import { TopKCategoricalAccuracy, topKCategoricalAccuracy } from './topKCategoricalAccuracy';
import { TrueNegatives } from './trueNegatives';
import { TruePositives } from './truePositives';

export * from './accuracy';
export * from './auc';
export * from './binaryAccuracy';
export * from './binaryCrossentropy';
export * from './categoricalAccuracy';
export * from './categoricalCrossentropy';
export * from './categoricalHinge';
export * from './cosineSimilarity';
export * from './f1Score';
export * from './falseNegatives';
export * from './falsePositives';
export * from './fBetaScore';
export * from './hinge';
export * from './klDivergence';
export * from './logCoshError';
export * from './mean';
export * from './meanAbsoluteError';
export * from './meanAbsolutePercentageError';
export * from './meanMetricWrapper';
export * from './meanSquaredError';
export * from './meanSquaredLogarithmicError';
export { Metric, type MetricInput, type MetricOptions, type MetricResult, type MetricResults } from './metric';
export * from './poisson';
export * from './precision';
export * from './recall';
export * from './rootMeanSquaredError';
export {
  SparseCategoricalAccuracy,
  SparseCategoricalAccuracyMetric,
  sparseCategoricalAccuracy,
} from './sparseCategoricalAccuracy';
export * from './sparseCategoricalCrossentropy';
export * from './sparseTopKCategoricalAccuracy';
export * from './squaredHinge';
export * from './sum';
export {
  TopKCategoricalAccuracy,
  TopKCategoricalAccuracyMetric,
  type TopKCategoricalAccuracyOptions,
  type TopKFunctionOptions,
  topKCategoricalAccuracy,
} from './topKCategoricalAccuracy';
export * from './trueNegatives';
export * from './truePositives';

const CLASSES = {
  AUC,
  FalseNegatives,
  FalsePositives,
  Precision,
  Recall,
  TrueNegatives,
  TruePositives,
  F1Score,
  FBetaScore,
  Mean,
  Sum,
  MeanSquaredError,
  RootMeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  CosineSimilarity,
  LogCoshError,
  Hinge,
  SquaredHinge,
  CategoricalHinge,
  KLDivergence,
  Poisson,
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  TopKCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
} as const;
provide('keras.metrics', { ...CLASSES, MeanMetricWrapper });

const NAMES = {
  auc: AUC,
  false_negatives: FalseNegatives,
  false_positives: FalsePositives,
  precision: Precision,
  recall: Recall,
  true_negatives: TrueNegatives,
  true_positives: TruePositives,
  f1_score: F1Score,
  f_beta_score: FBetaScore,
  mean: Mean,
  sum: Sum,
  mean_squared_error: MeanSquaredError,
  root_mean_squared_error: RootMeanSquaredError,
  mean_absolute_error: MeanAbsoluteError,
  mean_absolute_percentage_error: MeanAbsolutePercentageError,
  mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
  cosine_similarity: CosineSimilarity,
  log_cosh_error: LogCoshError,
  hinge: Hinge,
  squared_hinge: SquaredHinge,
  categorical_hinge: CategoricalHinge,
  kl_divergence: KLDivergence,
  poisson: Poisson,
  binary_crossentropy: BinaryCrossentropy,
  categorical_crossentropy: CategoricalCrossentropy,
  sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
  accuracy: Accuracy,
  binary_accuracy: BinaryAccuracy,
  categorical_accuracy: CategoricalAccuracy,
  sparse_categorical_accuracy: SparseCategoricalAccuracy,
  top_k_categorical_accuracy: TopKCategoricalAccuracy,
  sparse_top_k_categorical_accuracy: SparseTopKCategoricalAccuracy,
  bce: BinaryCrossentropy,
  BCE: BinaryCrossentropy,
  mse: MeanSquaredError,
  MSE: MeanSquaredError,
  mae: MeanAbsoluteError,
  MAE: MeanAbsoluteError,
  mape: MeanAbsolutePercentageError,
  MAPE: MeanAbsolutePercentageError,
  msle: MeanSquaredLogarithmicError,
  MSLE: MeanSquaredLogarithmicError,
} as const;

/** Functions that no loss is, by the names that files have. */
const FUNCTIONS: ReadonlyMap<string, LossFunction> = new Map<string, LossFunction>(
  Object.entries({
    binary_accuracy: binaryAccuracy,
    categorical_accuracy: categoricalAccuracy,
    sparse_categorical_accuracy: sparseCategoricalAccuracy,
    top_k_categorical_accuracy: topKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy: sparseTopKCategoricalAccuracy,
  }),
);

const NAMED: ReadonlyMap<string, new () => Metric> = new Map<string, new () => Metric>(
  Object.entries({ ...NAMES, ...CLASSES }),
);

/** All names of metrics. */
export const METRIC_NAMES: readonly string[] = [...NAMED.keys()];

/** Names of metrics, as Keras takes them. */
export type MetricName = keyof typeof NAMES | keyof typeof CLASSES | 'acc' | 'crossentropy' | 'ce';

/** What stands for a metric: an object, a function of labels and predictions, a name, a class, or Keras's JSON. */
export type MetricIdentifier =
  | Metric
  | LossFunction
  | MetricName
  | CustomName<'metrics'>
  | (new () => Metric)
  | SerializedObject
  | SerializedFunction;

/**
 * The metric an identifier stands for; a name or a class makes a new one, a function stands for itself.
 *
 * @throws ValueError for an unknown name, naming the nearest
 */
export function get(identifier: MetricIdentifier | null | undefined): Metric | LossFunction | null {
  if (identifier === null || identifier === undefined) return null;
  if (identifier instanceof Metric) return identifier;
  if (typeof identifier === 'string') {
    const cls = NAMED.get(identifier);
    if (cls) return new cls();
    const registered =
      registeredObject(identifier, Metric) ?? (registeredFunction(identifier) as LossFunction | undefined);
    if (registered) return registered;
    throw unknownName('metrics.get', 'metric', identifier, METRIC_NAMES);
  }
  if (typeof identifier === 'function') {
    const isClass = Reflect.get(identifier, 'prototype') instanceof Metric;
    return isClass ? (Reflect.construct(identifier, []) as Metric) : (identifier as LossFunction);
  }
  return deserialize(identifier);
}

/** Classes of a user by name. */
type CustomClasses = Readonly<Record<string, SerializableClass & (abstract new (...args: never[]) => object)>>;

/** Keras's JSON of a metric, without its state. */
export function serialize(metric: Metric): SerializedObject {
  return serializeObject(metric);
}

/**
 * The metric that Keras's JSON describes; of a function, the function.
 *
 * @throws ValueError for an unknown class or function
 */
export function deserialize(json: SerializedObject, customObjects?: CustomClasses): Metric;
export function deserialize(
  json: SerializedObject | SerializedFunction,
  customObjects?: CustomClasses,
): Metric | LossFunction;
export function deserialize(
  json: SerializedObject | SerializedFunction,
  customObjects: CustomClasses = {},
): Metric | LossFunction {
  if (json.class_name === 'function' && typeof json.config === 'string') {
    const { config } = json;
    const own = customObjectScope(customObjects as never, () => findCustomFunction(config));
    return (own as LossFunction | undefined) ?? FUNCTIONS.get(config) ?? (deserializeLoss(json) as LossFunction);
  }
  if (!isSerialized(json))
    throw new TypeError(`metrics.deserialize: expected Keras's JSON of a metric. Received: ${formatValue(json)}.`);
  return deserializeObject(json, 'keras.metrics', customObjects as never) as Metric;
}
