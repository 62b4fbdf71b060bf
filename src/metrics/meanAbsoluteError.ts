import { callable } from '../base/callable';
import { meanAbsoluteError } from '../losses/meanAbsoluteError';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class MeanAbsoluteErrorMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'MeanAbsoluteError';

  constructor(options: MetricOptions = {}) {
    super(meanAbsoluteError, metricOptions('MeanAbsoluteError', 'mean_absolute_error', {}, [options]));
  }
}

/**
 * The mean of |yTrue - yPred|.
 *
 * @example
 * MeanAbsoluteError()([[0, 1]], [[2, 1]]).print(); // 1
 * @see https://keras.io/api/metrics/
 */
export const MeanAbsoluteError = callable(MeanAbsoluteErrorMetric);
export type MeanAbsoluteError = MeanAbsoluteErrorMetric;
