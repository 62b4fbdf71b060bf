import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { checkBroadcast, checkHasAxis, type TensorOrArray, toTensor } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

const WHO = 'sparse_categorical_accuracy';

/** Numbers of classes (..., 1) as (...), for predictions of a rank. */
export function classNumbers(labels: tf.Tensor, rank: number): tf.Tensor {
  return labels.rank === rank && labels.shape[rank - 1] === 1 ? labels.squeeze([rank - 1]) : labels;
}

/**
 * 1 where the largest entry of yPred is at the place that yTrue names, else 0.
 *
 * @param yTrue (batch, ...) or (batch, ..., 1): numbers of classes
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @example
 * sparseCategoricalAccuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).print(); // [1, 0]
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export function sparseCategoricalAccuracy(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return tf.tidy(() => {
    const predictions = toTensor(WHO, 'yPred', yPred);
    const labels = classNumbers(toTensor(WHO, 'yTrue', yTrue, 'float32'), predictions.rank);
    checkHasAxis(WHO, labels, predictions);
    const best = predictions.argMax(-1).cast('float32');
    checkBroadcast(WHO, labels, best);
    return labels.equal(best).cast('float32');
  });
}

export class SparseCategoricalAccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'SparseCategoricalAccuracy';

  constructor(options: MetricOptions = {}) {
    super(
      sparseCategoricalAccuracy,
      metricOptions('SparseCategoricalAccuracy', 'sparse_categorical_accuracy', {}, [options]),
    );
  }
}

/**
 * How often the largest prediction is at the place that the label names.
 *
 * @example
 * SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.4, 0.6]]).print(); // 0.5
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const SparseCategoricalAccuracy = callable(SparseCategoricalAccuracyMetric);
export type SparseCategoricalAccuracy = SparseCategoricalAccuracyMetric;
