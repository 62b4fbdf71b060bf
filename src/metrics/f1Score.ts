import { callable } from '../base/callable';
import { FBetaScoreMetric, type FBetaScoreOptions } from './fBetaScore';
import { metricOptions } from './metric';

/** Arguments of `F1Score`. */
export type F1ScoreOptions = Omit<FBetaScoreOptions, 'beta'>;

const DEFAULTS = { average: null, threshold: null };

export class F1ScoreMetric extends FBetaScoreMetric {
  static override readonly className: string = 'F1Score';
  static override readonly configKeys: readonly string[] = ['average', 'threshold'];

  constructor(options: F1ScoreOptions = {}) {
    super({ ...metricOptions<F1ScoreOptions>('F1Score', 'f1_score', DEFAULTS, [options]), beta: 1 });
  }
}

/**
 * 2 precision recall / (precision + recall), of each class or averaged.
 *
 * @example
 * F1Score({ threshold: 0.5 })([[1, 1], [1, 0]], [[0.2, 0.6], [0.9, 0.7]]).print(); // [0.6667, 0.6667]
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const F1Score = callable(F1ScoreMetric);
export type F1Score = F1ScoreMetric;
