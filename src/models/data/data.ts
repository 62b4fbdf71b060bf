/** What the loops of training work on: data in its structure, batches of it, and where they are read from. */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorOrArray } from '../../backend/toTensor';
import { ValueError } from '../../base/errors';
import { flatten, mapStructure, type Nested } from '../../base/nest';
import { gatherRows } from '../../ops/gather';

/** One array: a tensor, nested arrays of numbers, a typed array, or one with its shape. */
export type ArrayInput = Exclude<TensorOrArray, number | boolean>;
/** Data for a model: one array, or a list or record of them for several inputs or outputs. */
export type DataInput = ArrayInput | readonly ArrayInput[] | { readonly [name: string]: ArrayInput | undefined };

/** What data sets and iterables give: `x`, `[x, y]`, `[x, y, sampleWeight]` or `{ xs, ys }`. */
export type BatchInput = DataInput | readonly (DataInput | null | undefined)[] | { xs: DataInput; ys?: DataInput };
/** A data set of TensorFlow.js (`tf.data`), or what is like one. */
export interface DatasetLike {
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>> }>;
}
/** Data that come in batches, one after the other. */
export type IterableData = Iterable<BatchInput | Promise<BatchInput>> | AsyncIterable<BatchInput> | DatasetLike;
/** What models are trained on: arrays, or batches to iterate over. */
export type ModelData = DataInput | IterableData;

/** What one step works on: tensors in the structure they were given in. */
export interface StepData {
  x: Nested<tf.Tensor>;
  y: Nested<tf.Tensor> | undefined;
  sampleWeight: Nested<tf.Tensor> | undefined;
}

/** A batch: rows of whole arrays, or (without `rows`) tensors that are the batch. */
export interface Batch {
  data: StepData;
  rows: Int32Array | undefined;
  /** Number of samples. */
  size: number;
  /** Frees what was made for this batch alone, after its step. May be called again. */
  dispose(): void;
}

/** What an epoch is read from. */
export interface BatchSource {
  /** Batches in one pass; `undefined` where only reading tells. */
  readonly batchCount: number | undefined;
  /** Whether `batches()` starts anew each time; a generator object does not. */
  readonly canRestart: boolean;
  /** One pass over the data. */
  batches(): AsyncIterable<Batch> | Iterable<Batch>;
  /** Frees tensors that were made from the caller's arrays. */
  dispose(): void;
}

/** How many arrays a model takes, as far as it is known; decides what a list means. */
export interface Arity {
  x: number | undefined;
  y: number | undefined;
}

/** Checks that all arrays have the same number of samples, at least one, and returns it. */
export function sampleCount(who: string, data: StepData): number {
  const counts: [string, number][] = [];
  for (const what of ['x', 'y', 'sampleWeight'] as const) {
    const structure = data[what];
    if (structure === undefined) continue;
    for (const tensor of flatten(structure)) {
      if (tensor.rank === 0) throw new ValueError(`${who}: ${what} must have a batch axis. Received: a scalar.`);
      counts.push([what, tensor.shape[0] as number]);
    }
  }
  const count = counts[0]?.[1] ?? 0;
  if (count === 0) throw new ValueError(`${who}: the data is empty: x has no samples. Pass at least one.`);
  if (counts.some(([, n]) => n !== count)) {
    const received = counts.map(([what, n]) => `${what}: ${n}`).join(', ');
    throw new ValueError(`${who}: x, y and sampleWeight must have the same number of samples. Received: ${received}.`);
  }
  return count;
}

/** The rows of a batch as tensors of their own; to be called in a tidy. */
export function takeRows({ data, rows }: { data: StepData; rows: Int32Array | tf.Tensor1D | undefined }): StepData {
  if (!rows) return data;
  const indices = rows instanceof Int32Array ? tf.tensor1d(rows, 'int32') : rows;
  const take = (structure: Nested<tf.Tensor>): Nested<tf.Tensor> =>
    mapStructure(structure, (tensor) => gatherRows(tensor, indices));
  return {
    x: take(data.x),
    y: data.y && take(data.y),
    sampleWeight: data.sampleWeight && take(data.sampleWeight),
  };
}
