import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { broadcastLabels } from '../losses/tensors';
import { MeanMetric } from './mean';
import { type MetricInput, type MetricOptions, metricOptions } from './metric';

export class RootMeanSquaredErrorMetric extends MeanMetric {
  static override readonly className: string = 'RootMeanSquaredError';

  constructor(options: MetricOptions = {}) {
    super(metricOptions('RootMeanSquaredError', 'root_mean_squared_error', {}, [options]));
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const [labels, predictions] = broadcastLabels(this.name, yTrue as tf.Tensor, yPred as tf.Tensor);
      this.takeIn(predictions.sub(labels).square(), sampleWeight);
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => super.result().sqrt());
  }
}

/**
 * The square root of the mean of (yTrue - yPred)^2.
 *
 * @example
 * RootMeanSquaredError()([[0, 1]], [[1, 1]]).print(); // 0.7071
 * @see https://keras.io/api/metrics/regression_metrics/
 */
export const RootMeanSquaredError = callable(RootMeanSquaredErrorMetric);
export type RootMeanSquaredError = RootMeanSquaredErrorMetric;
