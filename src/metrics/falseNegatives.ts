import { callable } from '../base/callable';
import { ConfusionCount, type ConfusionCountOptions } from './confusionCount';
import { metricOptions } from './metric';

export class FalseNegativesMetric extends ConfusionCount {
  static override readonly className: string = 'FalseNegatives';

  constructor(options: ConfusionCountOptions = {}) {
    super(
      'falseNegatives',
      metricOptions<ConfusionCountOptions>('FalseNegatives', null, { thresholds: null }, [options]),
    );
  }
}

/**
 * The number of predictions up to the threshold whose label is 1, weighted.
 *
 * @example
 * FalseNegatives()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 2
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const FalseNegatives = callable(FalseNegativesMetric);
export type FalseNegatives = FalseNegativesMetric;
