import * as tf from '@tensorflow/tfjs-core';
import { widened } from '../../backend/bytes';
import { aliasOf, type Recording, record, recordLive, Unrecordable } from '../../backend/graph';
import { flatten, mapStructure, type Nested, packLike } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import type { MetricResults } from '../../metrics';
import { isMetricsResult } from '../compile/logs';
import { type Batch, type StepData, takeRows } from '../data/data';
import type { StepLogs, Trainable } from '../trainable';
import { runStep } from './runStep';
import type { StepKind, StepResult } from './stepKinds';

/** A batch size to record at, and the number of rows of the arrays it is read from. */
export interface Sample {
  size: number;
  rowCount: number;
}

/** What a step returned when it was recorded, and how to make the like from a list of tensors. */
export interface ResultShape {
  /** Names and nesting of the results, and those that are no tensors, as text. */
  description: string;
  /** Takes the tensors over. */
  restore(tensors: tf.Tensor[]): StepResult;
}

export interface RecordedStep {
  recording: Recording;
  shape: ResultShape;
}

/** A step that was done, with what was recorded of it. */
export interface LiveStep {
  result: StepResult;
  /** Its graph, or why there is none. */
  recording: Recording | Unrecordable;
  shape: ResultShape;
}

export function leavesOf({ x, y, sampleWeight }: StepData): tf.Tensor[] {
  return [x, y, sampleWeight].flatMap((part) => (part === undefined ? [] : flatten(part)));
}

/** The data with `f` applied to each tensor. */
function mapData({ x, y, sampleWeight }: StepData, f: (tensor: tf.Tensor) => tf.Tensor): StepData {
  return {
    x: mapStructure(x, f),
    y: y && mapStructure(y, f),
    sampleWeight: sampleWeight && mapStructure(sampleWeight, f),
  };
}

/**
 * Runs a step once on a few samples of the batch, recorded; no variable of the model changes.
 *
 * @param keepsMetrics whether the results of the metrics are results of the step. Those of metrics of a user must be, as
 *   their code does not know of steps that run as graphs.
 */
export function recordStep(
  model: Trainable,
  kind: StepKind,
  batch: Batch,
  { size, rowCount }: Sample,
  keepsMetrics: boolean,
): RecordedStep {
  const made: tf.Tensor[] = [];
  const asGiven = (tensor: tf.Tensor): tf.Tensor => (batch.rows ? tensor : widened(tensor));
  const sample = (tensor: tf.Tensor): tf.Tensor => {
    const rows = Array.from({ length: batch.rows ? rowCount : size }, (_, i) => i % (tensor.shape[0] as number));
    const taken = tf.tidy(() => asGiven(tf.gather(tensor, tf.tensor1d(rows, 'int32'))));
    made.push(taken);
    return taken;
  };
  try {
    const data = mapData(batch.data, sample);
    const rows = batch.rows && rowsOf(Int32Array.from({ length: size }, (_, i) => i));
    if (rows) made.push(rows);
    let shape: ResultShape | undefined;
    const recording = record(rows ? [rows, ...leavesOf(data)] : leavesOf(data), () => {
      const result = describeResult(kind, runStep(model, kind, takeRows({ data, rows })), keepsMetrics);
      if (result.problem) throw new Unrecordable(result.problem);
      shape = result;
      return result.tensors;
    });
    return { recording, shape: shape as unknown as ResultShape };
  } finally {
    tf.dispose(made);
  }
}

/** Runs a step on a batch, for good, and records it. */
export function runLive(model: Trainable, kind: StepKind, batch: Batch, keepsMetrics: boolean): LiveStep {
  const made: tf.Tensor[] = [];
  const seen = new Set<object>();
  // A tensor that is in two places, as in fit(x, x), is two inputs.
  const own = (tensor: tf.Tensor): tf.Tensor => {
    if (!batch.rows) widened(tensor);
    if (!seen.has(tensor.dataId)) {
      seen.add(tensor.dataId);
      return tensor;
    }
    made.push(aliasOf(tensor));
    return made.at(-1) as tf.Tensor;
  };
  try {
    const data = mapData(batch.data, own);
    const rows = batch.rows && rowsOf(batch.rows);
    if (rows) made.push(rows);
    let result: DescribedResult | undefined;
    const live = recordLive(rows ? [rows, ...leavesOf(data)] : leavesOf(data), () => {
      result = describeResult(kind, runStep(model, kind, takeRows({ data, rows })), keepsMetrics);
      return result.tensors;
    });
    const { problem, ...shape } = result as unknown as DescribedResult;
    const recording = problem ? new Unrecordable(problem) : live.recording;
    return { result: shape.restore(live.results), recording, shape };
  } finally {
    tf.dispose(made);
  }
}

function rowsOf(rows: Int32Array): tf.Tensor1D {
  return tf.tensor1d(rows, 'int32');
}

/** The recording of a step with another number of rows of the arrays that its batch is read from. */
export function withRowCount(recording: Recording, rowCount: number): Recording {
  const nodes = recording.nodes.map((node) => {
    const shape = node.attributes['shape'];
    if (node.op !== 'Placeholder' || node.name === 'input_0' || shape?.kind !== 'shape') return node;
    const value = [rowCount, ...shape.value.slice(1)];
    return { ...node, attributes: { ...node.attributes, shape: { ...shape, value } } };
  });
  return { ...recording, nodes };
}

interface DescribedResult extends ResultShape {
  tensors: tf.Tensor[];
  /** Why the step cannot be a graph that gives such results. */
  problem: string | undefined;
}

function describeResult(kind: StepKind, result: unknown, keepsMetrics: boolean): DescribedResult {
  if (kind === 'predict') {
    const outputs = result as Nested<tf.Tensor>;
    const structure = mapStructure(outputs, () => 0);
    const restore = (tensors: tf.Tensor[]): StepResult => packLike(structure, tensors);
    return { tensors: flatten(outputs), description: JSON.stringify(structure), restore, problem: undefined };
  }
  const logs = (result ?? {}) as MetricResults;
  const isOfMetrics = isMetricsResult(logs);
  const leaves = flatten(logs as Nested<tf.Tensor | number>);
  const structure = mapStructure(logs as Nested<tf.Tensor | number>, (leaf) => (typeof leaf === 'number' ? leaf : 't'));
  const description = JSON.stringify(structure);
  const isLeftOut = !(result as StepLogs) || (isOfMetrics && !keepsMetrics);
  if (isLeftOut) return { tensors: [], description, restore: () => undefined, problem: undefined };
  const number = isOfMetrics ? -1 : leaves.findIndex((leaf) => typeof leaf === 'number');
  return {
    tensors: leaves.filter((leaf): leaf is tf.Tensor => typeof leaf !== 'number'),
    description,
    problem: number < 0 ? undefined : `the step returns '${namesOf(logs)[number]}' as a number; return a tensor`,
    restore: (tensors) => {
      const left = [...tensors];
      const own = mapStructure(structure, (leaf) => (typeof leaf === 'number' ? leaf : (left.shift() as tf.Tensor)));
      return own as MetricResults;
    },
  };
}

/** The names of results in the order of `flatten`. */
function namesOf(results: MetricResults): string[] {
  return Object.keys(results)
    .sort()
    .flatMap((name) => {
      const result = results[name] as MetricResults[string];
      return isPlainObject(result) ? namesOf(result) : [name];
    });
}
