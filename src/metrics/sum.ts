import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';
import { samplewise } from './samplewise';

export class SumMetric extends Metric {
  static override readonly className: string = 'Sum';
  readonly total: Variable;

  constructor(options: MetricOptions = {}) {
    super(metricOptions('Sum', 'sum', {}, [options]));
    this.total = this.addVariable({ name: 'total' });
  }

  override updateState(values: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const { values: sums } = samplewise(this.name, values, sampleWeight, (x, axes) => x.sum(axes));
      this.total.assign(this.total.value.add(sums.sum()));
    });
  }

  override result(): tf.Tensor {
    return this.total.value.clone();
  }
}

/**
 * The sum of all values, times their weights.
 *
 * @example
 * const sum = Sum();
 * sum.updateState([1, 3, 5]);
 * sum.result().print(); // 9
 * @see https://keras.io/api/metrics/reduction_metrics/
 */
export const Sum = callable(SumMetric);
export type Sum = SumMetric;
