import { callable } from '../base/callable';
import { meanSquaredLogarithmicError } from '../losses/meanSquaredLogarithmicError';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class MeanSquaredLogarithmicErrorMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'MeanSquaredLogarithmicError';

  constructor(options: MetricOptions = {}) {
    super(
      meanSquaredLogarithmicError,
      metricOptions('MeanSquaredLogarithmicError', 'mean_squared_logarithmic_error', {}, [options]),
    );
  }
}

/**
 * The mean of (log(yTrue + 1) - log(yPred + 1))^2.
 *
 * @example
 * MeanSquaredLogarithmicError()([[0, 1]], [[0, 3]]).print(); // 0.2402
 * @see https://keras.io/api/metrics/
 */
export const MeanSquaredLogarithmicError = callable(MeanSquaredLogarithmicErrorMetric);
export type MeanSquaredLogarithmicError = MeanSquaredLogarithmicErrorMetric;
