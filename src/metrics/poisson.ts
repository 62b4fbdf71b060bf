import { callable } from '../base/callable';
import { poisson } from '../losses/poisson';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class PoissonMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'Poisson';

  constructor(options: MetricOptions = {}) {
    super(poisson, metricOptions('Poisson', 'poisson', {}, [options]));
  }
}

/**
 * The mean of yPred - yTrue log(yPred).
 *
 * @example
 * Poisson()([[1, 0]], [[1, 2]]).print(); // 1.5
 * @see https://keras.io/api/metrics/
 */
export const Poisson = callable(PoissonMetric);
export type Poisson = PoissonMetric;
