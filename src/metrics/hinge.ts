import { callable } from '../base/callable';
import { hinge } from '../losses/hinge';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

export class HingeMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'Hinge';

  constructor(options: MetricOptions = {}) {
    super(hinge, metricOptions('Hinge', 'hinge', {}, [options]));
  }
}

/**
 * The mean of max(1 - yTrue yPred, 0), for labels -1 and 1 or 0 and 1.
 *
 * @example
 * Hinge()([[1, 0]], [[0.5, -2]]).print(); // 0.25
 * @see https://keras.io/api/metrics/
 */
export const Hinge = callable(HingeMetric);
export type Hinge = HingeMetric;
