import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { above, checkValue } from '../base/checks';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { EPSILON, toTensor } from '../losses/tensors';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';

/** How the scores of classes become one: not at all, over all counts, their mean, or weighted by frequency. */
export type Average = null | 'micro' | 'macro' | 'weighted';

/** Arguments of `FBetaScore`. */
export interface FBetaScoreOptions extends MetricOptions {
  /** How the classes' scores become one. Default: null, one score for each class. */
  average?: Average;
  /** How much more recall counts than precision, > 0. Default: 1. */
  beta?: number;
  /** Above it a prediction means 1; default: the largest of each sample does. */
  threshold?: number | null;
}

const DEFAULTS = { average: null, beta: 1, threshold: null };

function checkFBeta({ average, beta, threshold }: Required<FBetaScoreOptions>): void {
  if (average !== null && !['micro', 'macro', 'weighted'].includes(average)) {
    throw new ValueError(
      `FBetaScore: average must be 'micro', 'macro', 'weighted' or null. Received: average=${formatValue(average)}.`,
    );
  }
  checkValue('FBetaScore', 'beta', beta, above(0));
  if (threshold !== null && !(typeof threshold === 'number' && threshold > 0 && threshold <= 1)) {
    throw new ValueError(`FBetaScore: threshold must be > 0 and <= 1. Received: threshold=${formatValue(threshold)}.`);
  }
}

export class FBetaScoreMetric extends Metric {
  static override readonly className: string = 'FBetaScore';
  static override readonly configKeys: readonly string[] = ['average', 'beta', 'threshold'];
  readonly average: Average;
  readonly beta: number;
  readonly threshold: number | null;
  #counts: Variable[] = [];

  constructor(options: FBetaScoreOptions = {}) {
    const all = metricOptions<FBetaScoreOptions>('FBetaScore', 'fbeta_score', DEFAULTS, [options]);
    checkFBeta(all);
    super({ name: all.name, dtype: all.dtype });
    this.average = all.average;
    this.beta = all.beta;
    this.threshold = all.threshold;
  }

  #build(yTrue: tf.Tensor, yPred: tf.Tensor): void {
    if (yTrue.rank !== 2 || yPred.rank !== 2) {
      throw new ValueError(
        `${this.name}: labels and predictions must have the shape (batch, classes). ` +
          `Received: yTrue.shape=${formatShape(yTrue.shape)}, yPred.shape=${formatShape(yPred.shape)}.`,
      );
    }
    const shape = this.average === 'micro' ? [] : [yPred.shape[1] as number];
    const names = ['true_positives', 'false_positives', 'false_negatives', 'intermediate_weights'];
    this.#counts = names.map((name) => this.addVariable({ name, shape }));
  }

  /** Weights of the samples, (batch, 1). */
  #column(sampleWeight: MetricInput, batch: number): tf.Tensor {
    const weights = toTensor(this.name, 'sampleWeight', sampleWeight, 'float32');
    if (weights.rank === 1 && [1, batch].includes(weights.size)) return weights.expandDims(1);
    throw new ValueError(
      `${this.name}: sampleWeight must have the shape (${batch},), one for each sample. ` +
        `Received: shape ${formatShape(weights.shape)}.`,
    );
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const t = toTensor(this.name, 'yTrue', yTrue, 'float32');
      const scores = toTensor(this.name, 'yPred', yPred, 'float32');
      if (this.#counts.length === 0) this.#build(t, scores);
      const isLargest = (): tf.Tensor =>
        scores.greaterEqual(scores.max(-1, true)).logicalAnd(scores.abs().greater(1e-9));
      const p = (this.threshold === null ? isLargest() : scores.greater(this.threshold)).cast('float32');
      const hasWeight = sampleWeight !== null && sampleWeight !== undefined;
      const weights = hasWeight ? this.#column(sampleWeight, scores.shape[0] as number) : undefined;
      const one = tf.scalar(1);
      const counts = [p.mul(t), p.mul(one.sub(t)), one.sub(p).mul(t), t];
      counts.forEach((count, i) => {
        const weighted = weights ? count.mul(weights) : count;
        const total = this.average === 'micro' ? weighted.sum() : weighted.sum(0);
        const variable = this.#counts[i] as Variable;
        variable.assign(variable.value.add(total));
      });
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => {
      if (this.#counts.length === 0) throw new ValueError(`${this.name}: there is no result before the first batch.`);
      const [right, falsePositives, falseNegatives, frequency] = this.#counts.map(({ value }): tf.Tensor => value) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const precision = right.div(right.add(falsePositives).add(EPSILON));
      const recall = right.div(right.add(falseNegatives).add(EPSILON));
      const square = this.beta ** 2;
      const mean = precision.mul(recall).div(precision.mul(square).add(recall).add(EPSILON));
      const score = mean.mul(1 + square);
      if (this.average === 'weighted') return score.mul(frequency.div(frequency.sum().add(EPSILON))).sum();
      return this.average === null ? score : score.mean();
    });
  }
}

/**
 * (1 + beta^2) precision recall / (beta^2 precision + recall), of each class or averaged.
 *
 * @example
 * FBetaScore({ beta: 2, threshold: 0.5 })([[1, 1], [1, 0]], [[0.2, 0.6], [0.9, 0.7]]).print(); // [0.5556, 0.8333]
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const FBetaScore = callable(FBetaScoreMetric);
export type FBetaScore = FBetaScoreMetric;
