import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { confusion, LOWEST, type Thresholds, thresholdList } from './confusion';
import { perThreshold } from './confusionCount';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';

/** Arguments of `Precision`. */
export interface PrecisionOptions extends MetricOptions {
  /** Above it a prediction means 1; one or several, 0..1. Default: 0.5, or with `topK` none. */
  thresholds?: Thresholds;
  /** Only the k largest predictions of a sample can be positive. Default: all can. */
  topK?: number | null;
  /** Only this class is looked at. Default: all are. */
  classId?: number | null;
}

const DEFAULTS = { thresholds: null, topK: null, classId: null };

export class PrecisionMetric extends Metric {
  static override readonly className: string = 'Precision';
  static override readonly configKeys: readonly string[] = ['thresholds', 'topK', 'classId'];
  readonly initThresholds: Thresholds;
  readonly topK: number | null;
  readonly classId: number | null;
  readonly thresholds: readonly number[];
  readonly truePositives: Variable;
  readonly falsePositives: Variable;

  constructor(options: PrecisionOptions = {}) {
    const all = metricOptions<PrecisionOptions>('Precision', null, DEFAULTS, [options]);
    super({ name: all.name, dtype: all.dtype });
    this.initThresholds = all.thresholds;
    this.topK = all.topK;
    this.classId = all.classId;
    this.thresholds = thresholdList('Precision', all.thresholds, this.topK === null ? 0.5 : LOWEST);
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable({ name: 'true_positives', shape });
    this.falsePositives = this.addVariable({ name: 'false_positives', shape });
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const counts = confusion(yTrue, yPred, sampleWeight, this);
      this.truePositives.assign(this.truePositives.value.add(counts.truePositives));
      this.falsePositives.assign(this.falsePositives.value.add(counts.falsePositives));
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => {
      const right = this.truePositives.value;
      return perThreshold(tf.divNoNan(right, right.add(this.falsePositives.value)));
    });
  }

  protected override configValue(key: string): unknown {
    return key === 'thresholds' ? this.initThresholds : super.configValue(key);
  }
}

/**
 * The share of positive predictions that are right: true positives / (true positives + false positives).
 *
 * @example
 * Precision()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 0.5
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const Precision = callable(PrecisionMetric);
export type Precision = PrecisionMetric;
