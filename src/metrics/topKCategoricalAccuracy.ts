import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { checkSameShape, type TensorOrArray, toTensor } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

const WHO = 'top_k_categorical_accuracy';

/** Options of the accuracies among the k largest predictions. */
export interface TopKFunctionOptions {
  /** Number of predictions that count. Default: 5. */
  k?: number;
}

/** 1 where fewer than k entries are larger than the one that the class names; rows that are not finite give 0. */
export function inTopK(classes: tf.Tensor, predictions: tf.Tensor, k: number): tf.Tensor {
  const numClasses = predictions.shape.at(-1) as number;
  const chosen = tf.oneHot(classes.toInt() as tf.Tensor1D, numClasses).cast('bool');
  const target = tf.where(chosen, predictions, tf.zerosLike(predictions)).sum(-1, true);
  const isInTop = predictions.greater(target).cast('float32').sum(-1).less(k);
  const areFinite = predictions.isFinite().all(-1);
  return isInTop.logicalAnd(areFinite).logicalAnd(chosen.any(-1)).cast('float32');
}

/**
 * 1 where the label is among the k largest predictions, else 0.
 *
 * @param yTrue (batch, ..., classes): one-hot
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @example
 * topKCategoricalAccuracy([[0, 0, 1]], [[0.1, 0.5, 0.4]], { k: 2 }).print(); // [1]
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export function topKCategoricalAccuracy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: TopKFunctionOptions = {},
): tf.Tensor {
  return tf.tidy(() => {
    const [labels, predictions] = [toTensor(WHO, 'yTrue', yTrue), toTensor(WHO, 'yPred', yPred, 'float32')];
    checkSameShape(WHO, labels, predictions);
    return inTopK(labels.argMax(-1), predictions, options.k ?? 5);
  });
}

/** Arguments of `TopKCategoricalAccuracy`. */
export interface TopKCategoricalAccuracyOptions extends MetricOptions, TopKFunctionOptions {}

/** What a metric among the k largest may be given: k, then the other options. */
export type TopKArguments<O> = [kOrOptions?: number | O, options?: Omit<O, 'k'>];

export class TopKCategoricalAccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'TopKCategoricalAccuracy';
  static override readonly configKeys: readonly string[] = ['k'];
  readonly k: number;

  constructor(...args: TopKArguments<TopKCategoricalAccuracyOptions>) {
    const all = metricOptions<TopKCategoricalAccuracyOptions>(
      'TopKCategoricalAccuracy',
      'top_k_categorical_accuracy',
      { k: 5 },
      args,
      ['k'],
    );
    super(topKCategoricalAccuracy, { ...all });
    this.k = all.k;
  }
}

/**
 * How often the label is among the k largest predictions.
 *
 * @example
 * TopKCategoricalAccuracy(1)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).print(); // 0.5
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const TopKCategoricalAccuracy = callable(TopKCategoricalAccuracyMetric);
export type TopKCategoricalAccuracy = TopKCategoricalAccuracyMetric;
