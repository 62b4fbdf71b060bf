import { callable } from '../base/callable';
import { binaryCrossentropy } from '../losses/binaryCrossentropy';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

/** Arguments of the metric `BinaryCrossentropy`. */
export interface BinaryCrossentropyMetricOptions extends MetricOptions {
  /** Whether yPred holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** How far labels are moved towards 0.5. Default: 0. */
  labelSmoothing?: number;
}

const DEFAULTS = { fromLogits: false, labelSmoothing: 0 };

export class BinaryCrossentropyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'BinaryCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'labelSmoothing'];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;

  constructor(options: BinaryCrossentropyMetricOptions = {}) {
    const all = metricOptions<BinaryCrossentropyMetricOptions>('BinaryCrossentropy', 'binary_crossentropy', DEFAULTS, [
      options,
    ]);
    super(binaryCrossentropy, { ...all });
    this.fromLogits = all.fromLogits;
    this.labelSmoothing = all.labelSmoothing;
  }
}

/**
 * The mean of `losses.binaryCrossentropy`.
 *
 * @example
 * BinaryCrossentropy()([[0, 1]], [[0.5, 0.5]]).print(); // 0.6931
 * @see https://keras.io/api/metrics/probabilistic_metrics/
 */
export const BinaryCrossentropy = callable(BinaryCrossentropyMetric);
export type BinaryCrossentropy = BinaryCrossentropyMetric;
