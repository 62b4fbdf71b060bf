import { callable } from '../base/callable';
import { meanAbsolutePercentageError } from '../losses/meanAbsolutePercentageError';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class MeanAbsolutePercentageErrorMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'MeanAbsolutePercentageError';

  constructor(options: MetricOptions = {}) {
    super(
      meanAbsolutePercentageError,
      metricOptions('MeanAbsolutePercentageError', 'mean_absolute_percentage_error', {}, [options]),
    );
  }
}

/**
 * 100 times the mean of |yTrue - yPred| / |yTrue|.
 *
 * @example
 * MeanAbsolutePercentageError()([[2, 4]], [[1, 5]]).print(); // 37.5
 * @see https://keras.io/api/metrics/
 */
export const MeanAbsolutePercentageError = callable(MeanAbsolutePercentageErrorMetric);
export type MeanAbsolutePercentageError = MeanAbsolutePercentageErrorMetric;
