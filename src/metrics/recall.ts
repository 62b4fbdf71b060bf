import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { confusion, LOWEST, type Thresholds, thresholdList } from './confusion';
import { perThreshold } from './confusionCount';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';

/** Arguments of `Recall`. */
export interface RecallOptions extends MetricOptions {
  /** Above it a prediction means 1; one or several, 0..1. Default: 0.5, or with `topK` none. */
  thresholds?: Thresholds;
  /** Only the k largest predictions of a sample can be positive. Default: all can. */
  topK?: number | null;
  /** Only this class is looked at. Default: all are. */
  classId?: number | null;
}

const DEFAULTS = { thresholds: null, topK: null, classId: null };

export class RecallMetric extends Metric {
  static override readonly className: string = 'Recall';
  static override readonly configKeys: readonly string[] = ['thresholds', 'topK', 'classId'];
  readonly initThresholds: Thresholds;
  readonly topK: number | null;
  readonly classId: number | null;
  readonly thresholds: readonly number[];
  readonly truePositives: Variable;
  readonly falseNegatives: Variable;

  constructor(options: RecallOptions = {}) {
    const all = metricOptions<RecallOptions>('Recall', null, DEFAULTS, [options]);
    super({ name: all.name, dtype: all.dtype });
    this.initThresholds = all.thresholds;
    this.topK = all.topK;
    this.classId = all.classId;
    this.thresholds = thresholdList('Recall', all.thresholds, this.topK === null ? 0.5 : LOWEST);
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable({ name: 'true_positives', shape });
    this.falseNegatives = this.addVariable({ name: 'false_negatives', shape });
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const counts = confusion(yTrue, yPred, sampleWeight, this);
      this.truePositives.assign(this.truePositives.value.add(counts.truePositives));
      this.falseNegatives.assign(this.falseNegatives.value.add(counts.falseNegatives));
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => {
      const right = this.truePositives.value;
      return perThreshold(tf.divNoNan(right, right.add(this.falseNegatives.value)));
    });
  }

  protected override configValue(key: string): unknown {
    return key === 'thresholds' ? this.initThresholds : super.configValue(key);
  }
}

/**
 * The share of positive labels that are found: true positives / (true positives + false negatives).
 *
 * @example
 * Recall()([1, 1, 1, 0, 0], [0.9, 0.2, 0.5, 0.8, 0.1]).print(); // 0.3333
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const Recall = callable(RecallMetric);
export type Recall = RecallMetric;
