import { callable } from '../base/callable';
import { klDivergence } from '../losses/klDivergence';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class KLDivergenceMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'KLDivergence';

  constructor(options: MetricOptions = {}) {
    super(klDivergence, metricOptions('KLDivergence', 'kl_divergence', {}, [options]));
  }
}

/**
 * The mean Kullback-Leibler divergence of yPred from yTrue.
 *
 * @example
 * KLDivergence()([[1, 0]], [[0.5, 0.5]]).print(); // 0.6931
 * @see https://keras.io/api/metrics/
 */
export const KLDivergence = callable(KLDivergenceMetric);
export type KLDivergence = KLDivergenceMetric;
