import * as tf from '@tensorflow/tfjs-core';
import type { Logs, LogValue } from '../../callbacks';
import type { Metric, MetricResult, MetricResults } from '../../metrics';
import { CompileMetrics } from './compileMetrics';

/** One of several scores: a number; of a metric with a vector as result, a list, which `Array.isArray` tells. */
export type Score = number | (number & number[]);
/**
 * What `evaluate` and its like return without `returnDict`: the loss, a number; with metrics, a list of the loss and
 * theirs. `const loss = await ...` and `const [loss, accuracy] = await ...` are both right, as `compile` decided.
 */
export type Scores = number & [loss: number, a: Score, b: Score, c: Score, d: Score, e: Score, ...more: Score[]];
/** What they return with it. */
export type ScoreRecord = Logs & { loss: number };
/** What they return by what `returnDict` is. */
export type ScoresBy<ReturnDict extends boolean> = ReturnDict extends true ? ScoreRecord : Scores;

/**
 * Results as plain numbers, by name in Keras's order: sorted, the names of a metric with several results in its place.
 * A tensor of several is a list, one of a single number that number. The tensors stay the caller's.
 */
export function toLogs(results: Readonly<MetricResults>): Logs {
  const logs: Logs = {};
  for (const name of Object.keys(results).sort()) {
    const result = results[name] as MetricResult;
    if (typeof result === 'number') logs[name] = result;
    else if (result instanceof tf.Tensor) logs[name] = toLogValue(result);
    else Object.assign(logs, toLogs(result));
  }
  return logs;
}

/** A tensor as numbers; those of a matrix are nested as it is. */
function toLogValue(tensor: tf.Tensor): LogValue {
  return tensor.size === 1 ? (tensor.dataSync()[0] as number) : (tensor.arraySync() as number[]);
}

/**
 * Logs as a list in Keras's order: those named as metrics are, in the order of the metrics, then the rest by name; one
 * alone stands for itself. Of a metric that `compile` was given twice, the first result is there twice, as in Keras.
 *
 * @see `_flatten_metrics_in_order` in keras/src/trainers/trainer.py
 */
export function toScores(logs: Logs, metrics: readonly Metric[]): Scores {
  const members = metrics.flatMap((metric) => (metric instanceof CompileMetrics ? metric.metrics : [metric]));
  const names = members.map(({ name }) => name);
  const others = Object.keys(logs).filter((name) => !names.includes(name));
  const values = [...names.filter((name) => name in logs), ...others.sort()].map((name) => logs[name] as LogValue);
  return (values.length === 1 ? values[0] : values) as Scores;
}

/** The records that `getMetricsResult` has made, with what was in them. */
const made = new WeakMap<object, Readonly<MetricResults>>();

/** Notes that a record holds the results of a model's metrics and nothing else. */
export function noteMetricsResult(results: MetricResults): MetricResults {
  made.set(results, { ...results });
  return results;
}

/** Whether logs are the results of a model's metrics, so that they may be read later, and need not be at each step. */
export function isMetricsResult(logs: object): boolean {
  const results = made.get(logs);
  if (!results) return false;
  const names = Object.keys(logs);
  return (
    names.length === Object.keys(results).length && names.every((name) => Reflect.get(logs, name) === results[name])
  );
}
