import { callable } from '../base/callable';
import { meanSquaredError } from '../losses/meanSquaredError';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class MeanSquaredErrorMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'MeanSquaredError';

  constructor(options: MetricOptions = {}) {
    super(meanSquaredError, metricOptions('MeanSquaredError', 'mean_squared_error', {}, [options]));
  }
}

/**
 * The mean of (yTrue - yPred)^2.
 *
 * @example
 * MeanSquaredError()([[0, 1]], [[1, 1]]).print(); // 0.5
 * @see https://keras.io/api/metrics/
 */
export const MeanSquaredError = callable(MeanSquaredErrorMetric);
export type MeanSquaredError = MeanSquaredErrorMetric;
