import { callable } from '../base/callable';
import { ConfusionCount, type ConfusionCountOptions } from './confusionCount';
import { metricOptions } from './metric';

export class TruePositivesMetric extends ConfusionCount {
  static override readonly className: string = 'TruePositives';

  constructor(options: ConfusionCountOptions = {}) {
    super(
      'truePositives',
      metricOptions<ConfusionCountOptions>('TruePositives', null, { thresholds: null }, [options]),
    );
  }
}

/**
 * The number of predictions above the threshold whose label is 1, weighted.
 *
 * @example
 * TruePositives()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 1
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const TruePositives = callable(TruePositivesMetric);
export type TruePositives = TruePositivesMetric;
