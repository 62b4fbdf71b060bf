import * as tf from '@tensorflow/tfjs-core';
import { flatten, mapStructure, type Nested } from '../../base/nest';
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
export function toLogs(results: Readonly<MetricResults>, valuesOf: ReadTensor = (tensor) => tensor.dataSync()): Logs {
  const logs: Logs = {};
  for (const name of Object.keys(results).sort()) {
    const result = results[name] as MetricResult;
    if (typeof result === 'number') logs[name] = result;
    else if (result instanceof tf.Tensor) logs[name] = toLogValue(result, valuesOf(result));
    else Object.assign(logs, toLogs(result, valuesOf));
  }
  return logs;
}

type Values = tf.TypedArray;
type ReadTensor = (tensor: tf.Tensor) => Values;

/** The values of a tensor as numbers; those of a matrix are nested as it is. */
function toLogValue({ shape, size }: tf.Tensor, values: Values): LogValue {
  return size === 1 ? (values[0] as number) : (tf.util.toNestedArray(shape, values) as number[]);
}

/** `toLogs` that waits for the values instead of holding the device up. */
export async function readLogs(results: Readonly<MetricResults>): Promise<Logs> {
  const tensors = tensorsOf(results);
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  const byTensor = new Map(tensors.map((tensor, i) => [tensor, values[i] as Values]));
  return toLogs(results, (tensor) => byTensor.get(tensor) as Values);
}

/** The same results as tensors of their own, which the caller owns; to be called in a tidy. */
export function ownResults(results: Readonly<MetricResults>): MetricResults {
  const own = (leaf: tf.Tensor | number): tf.Tensor | number => (leaf instanceof tf.Tensor ? leaf.clone() : leaf);
  return mapStructure(results as Nested<tf.Tensor | number>, own) as MetricResults;
}

/** Frees results that are owned. */
export function disposeResults(results: Readonly<MetricResults> | undefined): void {
  if (results) tf.dispose(tensorsOf(results));
}

function tensorsOf(results: Readonly<MetricResults>): tf.Tensor[] {
  const leaves = flatten(results as Nested<tf.Tensor | number>);
  return leaves.filter((leaf): leaf is tf.Tensor => leaf instanceof tf.Tensor);
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
