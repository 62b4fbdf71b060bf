import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { checkBroadcast, checkHasAxis, checkSameShape, type TensorOrArray, toTensor } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

const WHO = 'categorical_accuracy';

/**
 * 1 where the largest entry of yPred is at the place of the largest of yTrue, else 0.
 *
 * @param yTrue (batch, ..., classes): one-hot
 * @param yPred (batch, ..., classes)
 * @returns (batch, ...)
 * @example
 * categoricalAccuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).print(); // [1, 0]
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export function categoricalAccuracy(yTrue: TensorOrArray, yPred: TensorOrArray): tf.Tensor {
  return tf.tidy(() => {
    const [labels, predictions] = [toTensor(WHO, 'yTrue', yTrue), toTensor(WHO, 'yPred', yPred)];
    // Keras compares places among other numbers of classes, too, where they mean nothing.
    const areAlike = labels.rank > 0 && labels.shape.at(-1) === predictions.shape.at(-1);
    if (!areAlike) checkSameShape(WHO, labels, predictions);
    checkHasAxis(WHO, labels, predictions);
    checkBroadcast(WHO, labels, predictions);
    return labels.argMax(-1).equal(predictions.argMax(-1)).cast('float32');
  });
}

export class CategoricalAccuracyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'CategoricalAccuracy';

  constructor(options: MetricOptions = {}) {
    super(categoricalAccuracy, metricOptions('CategoricalAccuracy', 'categorical_accuracy', {}, [options]));
  }
}

/**
 * How often the largest prediction is at the label's place.
 *
 * @example
 * CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).print(); // 0.5
 * @see https://keras.io/api/metrics/accuracy_metrics/
 */
export const CategoricalAccuracy = callable(CategoricalAccuracyMetric);
export type CategoricalAccuracy = CategoricalAccuracyMetric;
