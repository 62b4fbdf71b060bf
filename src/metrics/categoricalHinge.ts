import { callable } from '../base/callable';
import { categoricalHinge } from '../losses/categoricalHinge';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class CategoricalHingeMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'CategoricalHinge';

  constructor(options: MetricOptions = {}) {
    super(categoricalHinge, metricOptions('CategoricalHinge', 'categorical_hinge', {}, [options]));
  }
}

/**
 * The mean of the hinge between the right class and the best wrong one.
 *
 * @example
 * CategoricalHinge()([[0, 1]], [[0.5, 0.75]]).print(); // 0.75
 * @see https://keras.io/api/metrics/
 */
export const CategoricalHinge = callable(CategoricalHingeMetric);
export type CategoricalHinge = CategoricalHingeMetric;
