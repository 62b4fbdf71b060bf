import { callable } from '../base/callable';
import { categoricalCrossentropy } from '../losses/categoricalCrossentropy';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

/** Arguments of the metric `CategoricalCrossentropy`. */
export interface CategoricalCrossentropyMetricOptions extends MetricOptions {
  /** Whether yPred holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** Share of each label that is spread over all classes. Default: 0. */
  labelSmoothing?: number;
  /** Where the classes are. Default: -1. */
  axis?: number;
}

const DEFAULTS = { fromLogits: false, labelSmoothing: 0, axis: -1 };

export class CategoricalCrossentropyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'CategoricalCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'labelSmoothing', 'axis'];
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CategoricalCrossentropyMetricOptions = {}) {
    const all = metricOptions<CategoricalCrossentropyMetricOptions>(
      'CategoricalCrossentropy',
      'categorical_crossentropy',
      DEFAULTS,
      [options],
    );
    super(categoricalCrossentropy, { ...all });
    this.fromLogits = all.fromLogits;
    this.labelSmoothing = all.labelSmoothing;
    this.axis = all.axis;
  }
}

/**
 * The mean of `losses.categoricalCrossentropy`.
 *
 * @example
 * CategoricalCrossentropy()([[0, 1]], [[0.5, 0.5]]).print(); // 0.6931
 * @see https://keras.io/api/metrics/probabilistic_metrics/
 */
export const CategoricalCrossentropy = callable(CategoricalCrossentropyMetric);
export type CategoricalCrossentropy = CategoricalCrossentropyMetric;
