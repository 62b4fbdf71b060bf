import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { checkValue, finite } from '../base/checks';
import { broadcastLabels, type TensorOrArray } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

/**
 * 1 where yPred is on the right side of a threshold, else 0.
 *
 * @param yTrue (batch, ..., d): 0 or 1
 * @param yPred (batch, ..., d)
 * @param options `threshold`: above it a prediction means 1. Default: 0.5
 * @returns (batch, ..., d)
 * @example
 * binaryAccuracy([[1], [1]], [[0.4], [0.6]]).print(); // [[0], [1]]
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export function binaryAccuracy(
  yTrue: TensorOrArray,
  yPred: TensorOrArray,
  options: { threshold?: number } = {},
): tf.Tensor {
  const { threshold = 0.5 } = options;
  return tf.tidy(() => {
    const [labels, predictions] = broadcastLabels('binary_accuracy', yTrue, yPred);
    return predictions.greater(threshold).cast('float32').equal(labels).cast('float32');
  });
}

/** Arguments of `BinaryAccuracy`. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** Above it a prediction means 1. Default: 0.5. */
  threshold?: number;
}

export class BinaryAccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'BinaryAccuracy';
  static override readonly configKeys: readonly string[] = ['threshold'];
  readonly threshold: number;

  constructor(options: BinaryAccuracyOptions = {}) {
    const all = metricOptions<BinaryAccuracyOptions>('BinaryAccuracy', 'binary_accuracy', { threshold: 0.5 }, [
      options,
    ]);
    checkValue('BinaryAccuracy', 'threshold', all.threshold, finite);
    super(binaryAccuracy, { ...all });
    this.threshold = all.threshold;
  }
}

/**
 * How often predictions are on the right side of a threshold.
 *
 * @example
 * BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]).print(); // 0.75
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const BinaryAccuracy = callable(BinaryAccuracyMetric);
export type BinaryAccuracy = BinaryAccuracyMetric;
