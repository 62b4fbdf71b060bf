import * as tf from '@tensorflow/tfjs-core';
import { maskOf } from '../backend/companions';
import { callable } from '../base/callable';
import { type Config, serializeObject, serializeValue } from '../base/registry';
import { applyMask } from '../losses/reduction';
import { toTensor } from '../losses/tensors';
import { functionEnvelope, type LossFunction } from '../losses/wrapper';
import { MeanMetric } from './mean';
import type { MetricInput, MetricOptions } from './metric';

/** Arguments of `MeanMetricWrapper`; what is not an argument of every metric is handed to the function. */
export interface MeanMetricWrapperOptions extends MetricOptions {
  /** A function of labels and predictions that gives values. */
  fn: LossFunction;
  [option: string]: unknown;
}

export class MeanMetricWrapperMetric extends MeanMetric {
  static override readonly className: string = 'MeanMetricWrapper';
  readonly fn: LossFunction;
  readonly fnOptions: Record<string, unknown>;

  constructor(
    fnOrOptions: LossFunction | MeanMetricWrapperOptions,
    options: Omit<MeanMetricWrapperOptions, 'fn'> = {},
  ) {
    const isOptions = typeof fnOrOptions === 'object';
    const { fn, name, dtype, ...fnOptions } = (
      isOptions ? fnOrOptions : { ...options, fn: fnOrOptions }
    ) as MeanMetricWrapperOptions;
    super({ name: name ?? null, dtype: dtype ?? null });
    this.fn = fn;
    this.fnOptions = fnOptions;
  }

  override updateState(yTrue: MetricInput, yPred: MetricInput, sampleWeight?: MetricInput): void {
    tf.tidy(() => {
      const [labels, predictions] = [toTensor(this.name, 'yTrue', yTrue), toTensor(this.name, 'yPred', yPred)];
      const values = this.fn(labels, predictions, ...this.#extra);
      const weights =
        sampleWeight === null || sampleWeight === undefined
          ? undefined
          : toTensor(this.name, 'sampleWeight', sampleWeight, 'float32');
      this.takeIn(values, applyMask(weights, maskOf(predictions), 'sum'));
    });
  }

  /** The third argument of the function, if there are options for it: a loss would take it for weights. */
  get #extra(): [] | [options: never] {
    return Object.keys(this.fnOptions).length > 0 ? [this.fnOptions as never] : [];
  }

  override getConfig(): Config {
    const base = super.getConfig();
    if ((this.constructor as typeof MeanMetricWrapperMetric).className !== 'MeanMetricWrapper') return base;
    const fn = 'getConfig' in this.fn ? serializeObject(this.fn as never) : functionEnvelope(this.fn);
    return { ...base, fn, ...(serializeValue(this.fnOptions) as Config) };
  }
}

/**
 * The mean of what a function of labels and predictions gives.
 *
 * @example
 * const metric = MeanMetricWrapper((yTrue, yPred) => yPred.sub(yTrue).abs(), { name: 'distance' });
 * metric.updateState([0, 0], [1, 2]);
 * metric.result().print(); // 1.5
 * @see https://keras.io/api/metrics/reduction_metrics/
 */
export const MeanMetricWrapper = callable(MeanMetricWrapperMetric);
export type MeanMetricWrapper = MeanMetricWrapperMetric;
