import { callable } from '../base/callable';
import { ConfusionCount, type ConfusionCountOptions } from './confusionCount';
import { metricOptions } from './metric';

export class FalsePositivesMetric extends ConfusionCount {
  static override readonly className: string = 'FalsePositives';

  constructor(options: ConfusionCountOptions = {}) {
    super(
      'falsePositives',
      metricOptions<ConfusionCountOptions>('FalsePositives', null, { thresholds: null }, [options]),
    );
  }
}

/**
 * The number of predictions above the threshold whose label is 0, weighted.
 *
 * @example
 * FalsePositives()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 1
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const FalsePositives = callable(FalsePositivesMetric);
export type FalsePositives = FalsePositivesMetric;
