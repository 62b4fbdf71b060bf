import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { perSample, unitVectors } from '../losses/tensors';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

/** Arguments of the metric `CosineSimilarity`. */
export interface CosineSimilarityMetricOptions extends MetricOptions {
  /** The axis of the vectors. Default: -1. */
  axis?: number;
}

function cosine(yTrue: tf.Tensor, yPred: tf.Tensor, { axis }: { axis: number }): tf.Tensor {
  return perSample('cosine_similarity', yTrue, yPred, (t, p) =>
    unitVectors(t, axis).mul(unitVectors(p, axis)).sum(axis),
  );
}

export class CosineSimilarityMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'CosineSimilarity';

  constructor(options: CosineSimilarityMetricOptions = {}) {
    super(cosine, {
      ...metricOptions<CosineSimilarityMetricOptions>('CosineSimilarity', 'cosine_similarity', { axis: -1 }, [options]),
    });
  }
}

/**
 * The mean cosine of the angle between yTrue and yPred: 1 for the same direction, unlike the loss.
 *
 * @example
 * CosineSimilarity()([[0, 1], [1, 1]], [[1, 0], [1, 1]]).print(); // 0.5
 * @see https://keras.io/api/metrics/regression_metrics/
 */
export const CosineSimilarity = callable(CosineSimilarityMetric);
export type CosineSimilarity = CosineSimilarityMetric;
