import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';
import { samplewise } from './samplewise';

export class MeanMetric extends Metric {
  static override readonly className: string = 'Mean';
  readonly total: Variable;
  readonly count: Variable;

  constructor(options: MetricOptions = {}) {
    super(metricOptions('Mean', 'mean', {}, [options]));
    this.total = this.addVariable({ name: 'total' });
    this.count = this.addVariable({ name: 'count' });
  }

  override updateState(...inputs: MetricInput[]): void {
    this.takeIn(inputs[0], inputs[1]);
  }

  /** Takes in values and their weights. */
  protected takeIn(given: MetricInput, sampleWeight: MetricInput): void {
    tf.tidy(() => {
      const { values, weights } = samplewise(this.name, given, sampleWeight, (x, axes) => x.mean(axes));
      this.total.assign(this.total.value.add(values.sum()));
      this.count.assign(this.count.value.add(weights ? weights.sum() : tf.scalar(values.shape[0] ?? 1)));
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => tf.divNoNan(this.total.value, this.count.value));
  }
}

/**
 * The mean of all values, weighted.
 *
 * @example
 * const mean = Mean();
 * mean.updateState([1, 3, 5, 7], [1, 1, 0, 0]);
 * mean.result().print(); // 2
 * @see https://keras.io/api/metrics/reduction_metrics/
 */
export const Mean = callable(MeanMetric);
export type Mean = MeanMetric;
