import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { broadcastLabels } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

function equal(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.equal(...broadcastLabels('accuracy', yTrue, yPred)).cast('float32'));
}

export class AccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'Accuracy';

  constructor(options: MetricOptions = {}) {
    super(equal, metricOptions('Accuracy', 'accuracy', {}, [options]));
  }
}

/**
 * How often yPred equals yTrue. In `compile`, the string `'accuracy'` means the accuracy that fits the output instead.
 *
 * @example
 * Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]]).print(); // 0.75
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const Accuracy = callable(AccuracyMetric);
export type Accuracy = AccuracyMetric;
