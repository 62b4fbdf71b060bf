import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import type { Config } from '../base/registry';
import { type TensorOrArray, toTensor } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { metricOptions } from './metric';
import { classNumbers } from './sparseCategoricalAccuracy';
import {
  inTopK,
  type TopKArguments,
  type TopKCategoricalAccuracyOptions,
  type TopKFunctionOptions,
} from './topKCategoricalAccuracy';

const WHO = 'sparse_top_k_categorical_accuracy';

/**
 * 1 where the class that yTrue names is among the k largest predictions, else 0.
 *
 * @param yTrue (batch, ...) or (batch, ..., 1): numbers of classes
 * @param yPred (batch, ..., classes); with `fromSortedIds` numbers of classes, the best first
 * @returns (batch, ...)
 * @example
 * sparseTopKCategoricalAccuracy([2], [[0.1, 0.5, 0.4]], { k: 2 }).print(); // [1]
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export function sparseTopKCategoricalAccuracy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: TopKFunctionOptions & { fromSortedIds?: boolean } = {},
): tf.Tensor {
  const { k = 5, fromSortedIds = false } = options;
  return tf.tidy(() => {
    const predictions = toTensor(WHO, 'yPred', yPred, 'float32');
    const labels = classNumbers(toTensor(WHO, 'yTrue', yTrue, 'float32'), predictions.rank);
    if (!fromSortedIds) return inTopK(labels, predictions, k);
    const last = predictions.rank - 1;
    const best = predictions.slice(new Array<number>(last + 1).fill(0), [
      ...predictions.shape.slice(0, last),
      Math.min(k, predictions.shape[last] as number),
    ]);
    return best.equal(labels.expandDims(-1)).any(-1).cast('float32');
  });
}

/** Arguments of `SparseTopKCategoricalAccuracy`. */
export interface SparseTopKCategoricalAccuracyOptions extends TopKCategoricalAccuracyOptions {
  /** Whether predictions are numbers of classes, the best first. Default: false. */
  fromSortedIds?: boolean;
}

export class SparseTopKCategoricalAccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'SparseTopKCategoricalAccuracy';
  readonly k: number;
  readonly fromSortedIds: boolean;

  constructor(...args: TopKArguments<SparseTopKCategoricalAccuracyOptions>) {
    const all = metricOptions<SparseTopKCategoricalAccuracyOptions>(
      'SparseTopKCategoricalAccuracy',
      'sparse_top_k_categorical_accuracy',
      { k: 5, fromSortedIds: false },
      args,
      ['k'],
    );
    super(sparseTopKCategoricalAccuracy, { ...all });
    this.k = all.k;
    this.fromSortedIds = all.fromSortedIds;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k, ...(this.fromSortedIds && { from_sorted_ids: true }) };
  }
}

/**
 * How often the class that the label names is among the k largest predictions.
 *
 * @example
 * SparseTopKCategoricalAccuracy(1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).print(); // 0.5
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const SparseTopKCategoricalAccuracy = callable(SparseTopKCategoricalAccuracyMetric);
export type SparseTopKCategoricalAccuracy = SparseTopKCategoricalAccuracyMetric;
