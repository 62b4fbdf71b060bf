import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../backend/variable';
import { classNameOf } from '../base/callable';
import { type Confusion, confusion, type Thresholds, thresholdList } from './confusion';
import { Metric, type MetricInput, type MetricOptions } from './metric';

/** Arguments of the metrics that count decisions. */
export interface ConfusionCountOptions extends MetricOptions {
  /** Above it a prediction means 1; one or several, 0..1. Default: 0.5. */
  thresholds?: Thresholds;
}

/** A metric that counts one kind of decisions, at one threshold or several. */
export abstract class ConfusionCount extends Metric {
  static override readonly configKeys: readonly string[] = ['thresholds'];
  readonly initThresholds: Thresholds;
  readonly accumulator: Variable;
  readonly #which: keyof Confusion;
  readonly #thresholds: number[];

  constructor(which: keyof Confusion, options: ConfusionCountOptions) {
    const { thresholds = null, ...others } = options;
    super(others);
    this.#which = which;
    this.initThresholds = thresholds;
    this.#thresholds = thresholdList(classNameOf(new.target), thresholds, 0.5);
    this.accumulator = this.addVariable({ name: 'accumulator', shape: [this.#thresholds.length] });
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const counts = confusion(yTrue, yPred, sampleWeight, { name: this.name, thresholds: this.#thresholds });
      this.accumulator.assign(this.accumulator.value.add(counts[this.#which]));
    });
  }

  override result(): tf.Tensor {
    return perThreshold(this.accumulator.value);
  }

  protected override configValue(key: string): unknown {
    return key === 'thresholds' ? this.initThresholds : super.configValue(key);
  }
}

/** A copy of values by threshold: a scalar where there is only one. */
export function perThreshold(values: tf.Tensor): tf.Tensor {
  return values.size === 1 ? values.reshape([]) : values.clone();
}
