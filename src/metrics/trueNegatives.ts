import { callable } from '../base/callable';
import { ConfusionCount, type ConfusionCountOptions } from './confusionCount';
import { metricOptions } from './metric';

export class TrueNegativesMetric extends ConfusionCount {
  static override readonly className: string = 'TrueNegatives';

  constructor(options: ConfusionCountOptions = {}) {
    super(
      'trueNegatives',
      metricOptions<ConfusionCountOptions>('TrueNegatives', null, { thresholds: null }, [options]),
    );
  }
}

/**
 * The number of predictions up to the threshold whose label is 0, weighted.
 *
 * @example
 * TrueNegatives()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 1
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const TrueNegatives = callable(TrueNegativesMetric);
export type TrueNegatives = TrueNegativesMetric;
