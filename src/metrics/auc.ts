import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { callable } from '../base/callable';
import { between, checkValue, finite, listOf, orNull, wholeFrom } from '../base/checks';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { isPlainObject } from '../base/options';
import type { Config } from '../base/registry';
import { EPSILON, toTensor } from '../losses/tensors';
import { confusion } from './confusion';
import { Metric, type MetricInput, type MetricOptions, metricOptions } from './metric';

const CURVES = ['ROC', 'PR', 'PRGAIN'] as const;
const SUMMATIONS = ['interpolation', 'minoring', 'majoring'] as const;

/** Keras's JSON of a tensor. */
interface SerializedTensor {
  class_name: '__tensor__';
  config: { value: readonly number[]; dtype: string };
}

function tensorValues(given: readonly number[] | SerializedTensor | null): readonly number[] | null {
  const values: unknown = isPlainObject(given) ? (given as Partial<SerializedTensor>).config?.value : given;
  checkValue('AUC', 'labelWeights', values, orNull(listOf(finite)));
  return values as readonly number[] | null;
}

/** Arguments of `AUC`. */
export interface AUCOptions extends MetricOptions {
  /** Number of points of the curve, > 1. Default: 200. */
  numThresholds?: number;
  /** `'ROC'` (default), `'PR'` or `'PRGAIN'`. */
  curve?: (typeof CURVES)[number] | Lowercase<(typeof CURVES)[number]>;
  /** Height of a strip: the mean of its ends (`'interpolation'`, default), the lower or the higher one. */
  summationMethod?: (typeof SUMMATIONS)[number];
  /** Points of the curve, in place of evenly spaced ones. */
  thresholds?: readonly number[] | null;
  /** Whether each label has a curve of its own, whose areas are averaged. Default: false. */
  multiLabel?: boolean;
  /** Number of labels, where `multiLabel`; else found from the predictions. */
  numLabels?: number | null;
  /** Weights of the labels. Default: all the same. */
  labelWeights?: readonly number[] | SerializedTensor | null;
  /** Whether predictions are logits. Default: false. */
  fromLogits?: boolean;
}

const DEFAULTS: Partial<AUCOptions> = {
  numThresholds: 200,
  curve: 'ROC',
  summationMethod: 'interpolation',
  thresholds: null,
  multiLabel: false,
  numLabels: null,
  labelWeights: null,
  fromLogits: false,
};

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate.toLowerCase() === String(value).toLowerCase());
  if (found) return found;
  const list = known.map((candidate) => `'${candidate}'`).join(', ');
  throw new ValueError(`AUC: ${name} must be one of ${list}. Received: ${name}=${formatValue(value)}.`);
}

/** The points between 0 and 1. */
function innerThresholds({ thresholds, numThresholds }: Required<AUCOptions>): number[] {
  checkValue('AUC', 'thresholds', thresholds, orNull(listOf(between(0, 1), { empty: true })));
  if (thresholds) return [...thresholds].sort((a, b) => a - b);
  if (Number.isInteger(numThresholds) && numThresholds > 1) {
    return Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
  }
  throw new ValueError(
    `AUC: numThresholds must be a whole number > 1. Received: numThresholds=${formatValue(numThresholds)}.`,
  );
}

const COUNTS = ['true_positives', 'false_positives', 'true_negatives', 'false_negatives'] as const;

export class AUCMetric extends Metric {
  static override readonly className: string = 'AUC';
  readonly numThresholds: number;
  readonly curve: (typeof CURVES)[number];
  readonly summationMethod: (typeof SUMMATIONS)[number];
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: readonly number[] | null;
  readonly fromLogits: boolean;
  readonly thresholds: readonly number[];
  readonly #given: readonly number[] | null;
  #counts: Variable[] = [];

  constructor(options: AUCOptions = {}) {
    const all = metricOptions<AUCOptions>('AUC', null, DEFAULTS, [options]);
    const inner = innerThresholds(all);
    super({ name: all.name, dtype: all.dtype });
    this.curve = oneOf('curve', all.curve, CURVES);
    this.summationMethod = oneOf('summationMethod', all.summationMethod, SUMMATIONS);
    this.multiLabel = Boolean(all.multiLabel);
    checkValue('AUC', 'numLabels', all.numLabels, orNull(wholeFrom(1)));
    this.numLabels = all.numLabels;
    this.labelWeights = tensorValues(all.labelWeights);
    this.fromLogits = all.fromLogits;
    this.#given = all.thresholds;
    this.thresholds = [-EPSILON, ...inner, 1 + EPSILON];
    this.numThresholds = this.thresholds.length;
    if (!this.multiLabel && this.numLabels) {
      throw new ValueError(
        `AUC: numLabels is for multiLabel only. Received: numLabels=${this.numLabels}. Set multiLabel: true.`,
      );
    }
    if (!this.multiLabel) this.#build([]);
    else if (this.numLabels) this.#build([this.numLabels]);
  }

  #build(labels: number[]): void {
    this.#counts = COUNTS.map((name) => this.addVariable({ name, shape: [this.numThresholds, ...labels] }));
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const given = toTensor(this.name, 'yPred', yPred, 'float32');
      if (this.multiLabel && given.rank !== 2) {
        throw new ValueError(
          `AUC: with multiLabel predictions must be of shape (batch, labels). Received: ${formatShape(given.shape)}.`,
        );
      }
      if (this.#counts.length === 0) this.#build([given.shape[1] as number]);
      const counts = confusion(yTrue, this.fromLogits ? given.sigmoid() : given, sampleWeight, this);
      const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
      [truePositives, falsePositives, trueNegatives, falseNegatives].forEach((count, i) => {
        const variable = this.#counts[i] as Variable;
        variable.assign(variable.value.add(count));
      });
    });
  }

  override result(): tf.Tensor {
    return tf.tidy(() => {
      if (this.#counts.length === 0) throw new ValueError(`${this.name}: there is no result before the first batch.`);
      const counts = this.#counts.map(({ value }) => value as tf.Tensor) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const [truePositives, falsePositives, , falseNegatives] = counts;
      const isInterpolatedPR = this.curve === 'PR' && this.summationMethod === 'interpolation';
      const strips = isInterpolatedPR
        ? interpolatedPR(truePositives, falsePositives, falseNegatives)
        : this.#strips(...this.#points(...counts));
      if (!this.multiLabel) return strips.sum();
      const areas = strips.sum(0);
      if (!this.labelWeights) return areas.mean();
      const weights = tf.tensor1d([...this.labelWeights]);
      return tf.divNoNan(areas.mul(weights).sum(), weights.sum());
    });
  }

  /** The curve: x and y at each threshold. */
  #points(tp: tf.Tensor, fp: tf.Tensor, tn: tf.Tensor, fn: tf.Tensor): [x: tf.Tensor, y: tf.Tensor] {
    const recall = tf.divNoNan(tp, tp.add(fn));
    if (this.curve === 'ROC') return [tf.divNoNan(fp, fp.add(tn)), recall];
    if (this.curve === 'PR') return [recall, tf.divNoNan(tp, tp.add(fp))];
    const scale = tf.divNoNan(tp.add(fn), tn.add(fp));
    const gain = (wrong: tf.Tensor): tf.Tensor => tf.scalar(1).sub(scale.mul(tf.divNoNan(wrong, tp)));
    const nothing = tp.equal(0);
    return [tf.where(nothing, tf.zerosLike(tp), gain(fn)).maximum(0), tf.where(nothing, tf.onesLike(tp), gain(fp))];
  }

  /** Areas between neighbouring points. */
  #strips(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
    const [left, right] = neighbours(y);
    const heights = {
      interpolation: () => left.add(right).div(2),
      minoring: () => left.minimum(right),
      majoring: () => left.maximum(right),
    }[this.summationMethod]();
    const [from, to] = neighbours(x);
    return from.sub(to).mul(heights);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_thresholds: this.numThresholds,
      curve: this.curve,
      summation_method: this.summationMethod,
      multi_label: this.multiLabel,
      num_labels: this.numLabels,
      label_weights: this.labelWeights && {
        class_name: '__tensor__',
        config: { value: [...this.labelWeights], dtype: 'float32' },
      },
      from_logits: this.fromLogits,
      ...(this.#given && { thresholds: this.thresholds.slice(1, -1) }),
    };
  }
}

/** All rows but the last, and all but the first. */
function neighbours(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const rows = (x.shape[0] as number) - 1;
  const rest = x.shape.slice(1);
  const zeros = rest.map(() => 0);
  return [x.slice([0, ...zeros], [rows, ...rest]), x.slice([1, ...zeros], [rows, ...rest])];
}

/** Areas under precision against recall where true positives are interpolated: Davis and Goadrich 2006. */
function interpolatedPR(truePositives: tf.Tensor, falsePositives: tf.Tensor, falseNegatives: tf.Tensor): tf.Tensor {
  const [tp, nextTp] = neighbours(truePositives);
  const [p, nextP] = neighbours(truePositives.add(falsePositives));
  const [, nextFn] = neighbours(falseNegatives);
  const gained = tp.sub(nextTp);
  const slope = tf.divNoNan(gained, p.sub(nextP).maximum(0));
  const intercept = nextTp.sub(slope.mul(nextP));
  const both = p.greater(0).logicalAnd(nextP.greater(0));
  const ratio = tf.where(both, tf.divNoNan(p, nextP.maximum(0)), tf.onesLike(p));
  return tf.divNoNan(slope.mul(gained.add(intercept.mul(ratio.log()))), nextTp.add(nextFn).maximum(0));
}

/**
 * The area under the curve of true against false positives (ROC), or of precision against recall (PR), over thresholds.
 *
 * @example
 * AUC({ numThresholds: 3 })([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]).print(); // 0.75
 * @see https://keras.io/api/metrics/classification_metrics/
 */
export const AUC = callable(AUCMetric);
export type AUC = AUCMetric;
