/** Every loss and every metric, trained eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, losses, Model, metrics } from '../../src';
import { ready } from '../../src/backend/engine';
import type { LossIdentifier } from '../../src/losses';
import type { MetricIdentifier } from '../../src/metrics';
import { filled } from '../ops/backends';
import { expectSameTraining } from './compiledSupport';

const COUNT = 10;
const classes = (): tf.Tensor => tf.tensor1d([0, 1, 2, 0, 2, 1, 1, 0, 2, 2], 'int32');

/** Kinds of outputs: the last layer, and labels for it. */
const KINDS = {
  shares: {
    units: 3,
    activation: 'softmax',
    labels: () => tf.tidy(() => tf.oneHot(classes() as tf.Tensor1D, 3).toFloat()),
  },
  classes: { units: 3, activation: 'softmax', labels: classes },
  logits: {
    units: 3,
    activation: 'linear',
    labels: () => tf.tidy(() => tf.oneHot(classes() as tf.Tensor1D, 3).toFloat()),
  },
  classLogits: { units: 3, activation: 'linear', labels: () => classes().expandDims(1) },
  binary: { units: 2, activation: 'sigmoid', labels: () => tf.tidy(() => filled([COUNT, 2]).greater(0).toFloat()) },
  binaryLogits: { units: 2, activation: 'linear', labels: () => tf.tidy(() => filled([COUNT, 2]).greater(0).toInt()) },
  numbers: { units: 2, activation: 'linear', labels: () => filled([COUNT, 2], 3) },
  zeros: { units: 2, activation: 'relu', labels: () => tf.zeros([COUNT, 2]) },
  positive: { units: 2, activation: 'softplus', labels: () => tf.tidy(() => filled([COUNT, 2], 3).add(1.5)) },
} as const;
type Kind = keyof typeof KINDS;
type Variant = [kind: Kind, options?: Record<string, unknown>];

const LOSSES: Record<string, Variant[]> = {
  MeanSquaredError: [['numbers'], ['numbers', { reduction: 'sum' }]],
  MeanAbsoluteError: [['numbers'], ['numbers', { reduction: 'mean_with_sample_weight' }]],
  MeanAbsolutePercentageError: [['positive']],
  MeanSquaredLogarithmicError: [['positive']],
  BinaryCrossentropy: [['binary'], ['binary', { labelSmoothing: 0.2 }], ['binaryLogits', { fromLogits: true }]],
  BinaryFocalCrossentropy: [['binary'], ['binaryLogits', { fromLogits: true, applyClassBalancing: true }]],
  CategoricalCrossentropy: [['shares'], ['shares', { labelSmoothing: 0.2 }], ['logits', { fromLogits: true }]],
  CategoricalFocalCrossentropy: [['shares'], ['logits', { fromLogits: true, gamma: 1 }]],
  SparseCategoricalCrossentropy: [['classes'], ['classLogits', { fromLogits: true }], ['classes', { ignoreClass: 1 }]],
  CategoricalHinge: [['logits']],
  CosineSimilarity: [['numbers']],
  Hinge: [['binaryLogits']],
  Huber: [['numbers', { delta: 0.3 }]],
  KLDivergence: [['shares']],
  LogCosh: [['numbers']],
  Poisson: [['positive']],
  SquaredHinge: [['binaryLogits']],
  LossFunctionWrapper: [['numbers', { fn: (a: tf.Tensor, b: tf.Tensor) => b.sub(a).pow(4).mean(-1) }]],
};

const METRICS: Record<string, Variant[]> = {
  Accuracy: [['zeros']],
  AUC: [['binary'], ['binary', { curve: 'PR', summationMethod: 'majoring', multiLabel: true, numLabels: 2 }]],
  BinaryAccuracy: [['binary', { threshold: 0.4 }]],
  BinaryCrossentropy: [['binary'], ['binaryLogits', { fromLogits: true }]],
  CategoricalAccuracy: [['shares']],
  CategoricalCrossentropy: [['shares'], ['logits', { fromLogits: true }]],
  CategoricalHinge: [['logits']],
  CosineSimilarity: [['numbers']],
  F1Score: [['shares', { average: 'macro' }]],
  FBetaScore: [
    ['shares', { average: 'weighted', beta: 2 }],
    ['binary', { average: 'micro', threshold: 0.5 }],
  ],
  FalseNegatives: [['binary', { thresholds: 0.3 }]],
  FalsePositives: [['binary']],
  Hinge: [['binaryLogits']],
  KLDivergence: [['shares']],
  LogCoshError: [['numbers']],
  MeanAbsoluteError: [['numbers']],
  MeanAbsolutePercentageError: [['positive']],
  MeanMetricWrapper: [['numbers', { fn: (a: tf.Tensor, b: tf.Tensor) => b.sub(a).abs().max(-1) }]],
  MeanSquaredError: [['numbers']],
  MeanSquaredLogarithmicError: [['positive']],
  Poisson: [['positive']],
  Precision: [['binary'], ['shares', { topK: 2 }], ['shares', { classId: 1 }]],
  Recall: [
    ['binary', { thresholds: 0.6 }],
    ['shares', { topK: 1, classId: 2 }],
  ],
  RootMeanSquaredError: [['numbers']],
  SparseCategoricalAccuracy: [['classes']],
  SparseCategoricalCrossentropy: [['classes']],
  SparseTopKCategoricalAccuracy: [['classes', { k: 2 }]],
  SquaredHinge: [['binaryLogits']],
  TopKCategoricalAccuracy: [['shares', { k: 2 }]],
  TrueNegatives: [['binary']],
  TruePositives: [['binary']],
};

/** Metrics of values, not of labels and predictions; no model can be compiled with them. */
const NOT_FOR_COMPILE = ['Mean', 'Sum'];

// biome-ignore lint/suspicious/noExplicitAny: any class
const classesOf = (module: object, base: abstract new (...args: any) => object): string[] => {
  const found = Object.values(module).filter(
    (value) => typeof value === 'function' && value.prototype instanceof base,
  ) as { className: string }[];
  return [...new Set(found.map(({ className }) => className))].sort();
};

/** A model with an output for each variant, all from one hidden layer. */
function modelOf(variants: Variant[]): Model {
  const x = Input({ shape: [4] });
  const hidden = layers.Dense(6, { activation: 'tanh' })(x);
  const outputs = variants.map(([kind], i) => {
    const { units, activation } = KINDS[kind];
    return layers.Dense(units, { activation, name: `output_${i}` })(hidden);
  });
  return Model({ inputs: x, outputs });
}

const labelsOf = (variants: Variant[]): tf.Tensor[] => variants.map(([kind]) => KINDS[kind].labels());
const weights = (): tf.Tensor => tf.tensor1d([1, 2, 0, 1, 0.5, 3, 1, 1, 0, 2]);

beforeAll(() => ready());

test('every loss and metric is here', () => {
  expect(Object.keys(LOSSES).sort()).toEqual(classesOf(losses, losses.Loss));
  expect([...Object.keys(METRICS), ...NOT_FOR_COMPILE].sort()).toEqual(classesOf(metrics, metrics.Metric));
});

/** Names in groups, each of which goes into one model. */
const groupsOf = (names: string[], size: number): string[][] =>
  names.flatMap((_, i) => (i % size === 0 ? [names.slice(i, i + size)] : []));
const title = (names: string[]): [string, string[]] => [names.join(', '), names];

test.each(groupsOf(Object.keys(LOSSES), 6).map(title))('losses %s', async (_, names) => {
  const all = names.flatMap((name) => (LOSSES[name] as Variant[]).map((variant) => ({ name, variant })));
  const variants = all.map(({ variant }) => variant);
  const make = (name: string, options?: object): LossIdentifier =>
    (losses[name as 'Huber'] as (options?: object) => LossIdentifier)(options);
  await expectSameTraining({
    model: () => modelOf(variants),
    compile: () => ({
      optimizer: 'sgd',
      loss: all.map(({ name, variant }) => make(name, variant[1])),
      lossWeights: variants.map((_, i) => 1 / (1 + i)),
    }),
    x: filled([COUNT, 4]),
    y: labelsOf(variants),
    sampleWeight: variants.map(weights),
  });
});

/** What each kind of output is trained by while metrics watch. */
const LOSS_OF: Record<Kind, string> = {
  shares: 'categorical_crossentropy',
  classes: 'sparse_categorical_crossentropy',
  logits: 'mse',
  classLogits: 'mse',
  zeros: 'mse',
  binary: 'binary_crossentropy',
  binaryLogits: 'mse',
  numbers: 'mse',
  positive: 'mse',
};

test.each(groupsOf(Object.keys(METRICS), 8).map(title))('metrics %s', async (_, names) => {
  const kinds = [...new Set(names.flatMap((name) => (METRICS[name] as Variant[]).map(([kind]) => kind)))];
  const variants = kinds.map((kind): Variant => [kind]);
  const make = (name: string, options?: object): MetricIdentifier =>
    (metrics[name as 'AUC'] as (options?: object) => MetricIdentifier)(options);
  const all = (): MetricIdentifier[][] =>
    kinds.map((kind) =>
      names.flatMap((name) =>
        (METRICS[name] as Variant[]).flatMap(([own, options]) => (own === kind ? [make(name, options)] : [])),
      ),
    );
  await expectSameTraining({
    model: () => modelOf(variants),
    compile: () => ({
      optimizer: 'sgd',
      loss: kinds.map((kind) => LOSS_OF[kind]) as never,
      metrics: all(),
      weightedMetrics: all(),
    }),
    x: filled([COUNT, 4]),
    y: labelsOf(variants),
    sampleWeight: variants.map(weights),
    validationData: [filled([COUNT, 4], 2), labelsOf(variants) as never],
  });
});
