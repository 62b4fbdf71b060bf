import { callable } from '../base/callable';
import { squaredHinge } from '../losses/squaredHinge';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class SquaredHingeMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'SquaredHinge';

  constructor(options: MetricOptions = {}) {
    super(squaredHinge, metricOptions('SquaredHinge', 'squared_hinge', {}, [options]));
  }
}

/**
 * The mean of max(1 - yTrue yPred, 0)^2, for labels -1 and 1 or 0 and 1.
 *
 * @example
 * SquaredHinge()([[1, 0]], [[0.5, -2]]).print(); // 0.125
 * @see https://keras.io/api/metrics/
 */
export const SquaredHinge = callable(SquaredHingeMetric);
export type SquaredHinge = SquaredHingeMetric;
