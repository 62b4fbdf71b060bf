import { callable } from '../base/callable';
import { sparseCategoricalCrossentropy } from '../losses/sparseCategoricalCrossentropy';
import { MeanMetricWrapperMetric } from './meanMetricWrapper';
import { type MetricOptions, metricOptions } from './metric';

/** Arguments of the metric `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyMetricOptions extends MetricOptions {
  /** Whether yPred holds logits instead of probabilities. Default: false. */
  fromLogits?: boolean;
  /** A class whose samples have a loss of 0. Default: none. */
  ignoreClass?: number | null;
  /** Where the classes are. Default: -1. */
  axis?: number;
}

const DEFAULTS = { fromLogits: false, ignoreClass: null, axis: -1 };

export class SparseCategoricalCrossentropyMetric extends MeanMetricWrapperMetric {
  static override readonly className: string = 'SparseCategoricalCrossentropy';
  static override readonly configKeys: readonly string[] = ['fromLogits', 'ignoreClass', 'axis'];
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;
  readonly axis: number;

  constructor(options: SparseCategoricalCrossentropyMetricOptions = {}) {
    const all = metricOptions<SparseCategoricalCrossentropyMetricOptions>(
      'SparseCategoricalCrossentropy',
      'sparse_categorical_crossentropy',
      DEFAULTS,
      [options],
    );
    super(sparseCategoricalCrossentropy, { ...all });
    this.fromLogits = all.fromLogits;
    this.ignoreClass = all.ignoreClass;
    this.axis = all.axis;
  }
}

/**
 * The mean of `losses.sparseCategoricalCrossentropy`.
 *
 * @example
 * SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]).print(); // 0.6931
 * @see https://keras.io/api/metrics/probabilistic_metrics/
 */
export const SparseCategoricalCrossentropy = callable(SparseCategoricalCrossentropyMetric);
export type SparseCategoricalCrossentropy = SparseCategoricalCrossentropyMetric;
