import { callable } from '../base/callable';
import { logCosh } from '../losses/logCosh';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class LogCoshErrorMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'LogCoshError';

  constructor(options: MetricOptions = {}) {
    super(logCosh, metricOptions('LogCoshError', 'logcosh', {}, [options]));
  }
}

/**
 * The mean of log(cosh(yPred - yTrue)).
 *
 * @example
 * LogCoshError()([[0, 0]], [[1, 0]]).print(); // 0.2169
 * @see https://keras.io/api/metrics/
 */
export const LogCoshError = callable(LogCoshErrorMetric);
export type LogCoshError = LogCoshErrorMetric;
