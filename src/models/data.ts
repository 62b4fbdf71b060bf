import * as tf from '@tensorflow/tfjs';
import { formatShape, formatValue, ValueError } from '../backend/errors';
import { flatten, mapStructure, type Nested } from '../backend/nest';
import { isPlainObject } from '../backend/options';
import { shuffledIndices } from '../backend/random';
import { gatherRows } from '../ops/gather';

/** A typed array and the shape it stands for. */
export interface ShapedArray {
  data: Float32Array | Int32Array | Uint8Array;
  shape: number[];
}
/** One array: a tensor, nested arrays of numbers, or a typed array with its shape. */
export type ArrayInput = tf.Tensor | tf.TensorLike | ShapedArray;
/** Data for a model: one array, or a list or record of them for several inputs or outputs. */
export type DataInput = ArrayInput | readonly ArrayInput[] | { readonly [name: string]: ArrayInput | undefined };

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
  /** Frees what was made for this batch alone. */
  dispose(): void;
}

/** What an epoch is read from. */
export interface BatchSource {
  /** Batches in one pass; `undefined` where only reading tells. */
  readonly batchCount: number | undefined;
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

/** Whether data is something to iterate over: a `tf.data.Dataset`, or an (async) iterable that is no array. */
export function isIterableData(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data)) return false;
  if (data instanceof tf.Tensor) return false;
  return isDataset(data) || Symbol.asyncIterator in data || Symbol.iterator in data;
}

function isDataset(data: unknown): data is tf.data.Dataset<tf.TensorContainer> {
  return typeof (data as { iterator?: unknown }).iterator === 'function';
}

/** Tensors from whatever a caller gives; remembers those it made, for `dispose`. */
export class Converter {
  readonly #made: tf.Tensor[] = [];

  constructor(readonly who: string) {}

  /**
   * @param what name of the argument: `x`, `y` or `sampleWeight`.
   * @param count how many arrays the model takes there, if known: a list of that length is a list of arrays.
   */
  convert(what: string, given: unknown, count: number | undefined): Nested<tf.Tensor> {
    if (isShaped(given) || given instanceof tf.Tensor || ArrayBuffer.isView(given)) return this.#array(what, given);
    if (isPlainObject(given)) {
      const present = Object.entries(given).filter(([, item]) => item !== undefined && item !== null);
      if (present.length === 0) throw new ValueError(`${this.who}: ${what} is an empty record. Pass arrays by name.`);
      return Object.fromEntries(present.map(([key, item]) => [key, this.convert(`${what}.${key}`, item, 1)]));
    }
    if (!Array.isArray(given)) {
      throw new TypeError(
        `${this.who}: ${what} must be a tensor or nested arrays of numbers. Received: ${formatValue(given)}.`,
      );
    }
    const holdsArrays = given.some((item) => item instanceof tf.Tensor || isShaped(item));
    if (holdsArrays || (count !== undefined && count > 1 && given.length === count)) {
      return given.map((item, i) => this.#array(`${what}[${i}]`, item));
    }
    return this.#array(what, given);
  }

  #array(what: string, given: unknown): tf.Tensor {
    if (given instanceof tf.Tensor) {
      if (!given.isDisposed) return given;
      throw new ValueError(
        `${this.who}: ${what} is a disposed tensor of shape ${formatShape(given.shape)}. Pass a live one.`,
      );
    }
    try {
      const tensor = isShaped(given) ? tf.tensor(given.data, given.shape) : tf.tensor(given as tf.TensorLike);
      if (tensor.dtype === 'string') {
        tensor.dispose();
        throw new Error('strings are no numbers');
      }
      this.#made.push(tensor);
      return tensor;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ValueError(
        `${this.who}: ${what} must be a tensor or nested arrays of numbers, equally long on each axis. ` +
          `Received: ${formatValue(given)} (${why}).`,
      );
    }
  }

  /** Notes a tensor to be freed with the others. */
  own<T extends tf.Tensor>(tensor: T): T {
    this.#made.push(tensor);
    return tensor;
  }

  dispose(): void {
    tf.dispose(this.#made.splice(0));
  }
}

function isShaped(value: unknown): value is ShapedArray {
  return isPlainObject(value) && ArrayBuffer.isView(value['data']) && Array.isArray(value['shape']);
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

/** Whole arrays, read in batches of rows. */
export class ArraySource implements BatchSource {
  readonly count: number;
  readonly #converter: Converter;

  constructor(
    who: string,
    readonly data: StepData,
    readonly batchSize: number,
    readonly shuffle: boolean | 'batch',
    converter: Converter,
  ) {
    this.count = sampleCount(who, data);
    this.#converter = converter;
  }

  get batchCount(): number {
    return Math.ceil(this.count / this.batchSize);
  }

  *batches(): Iterable<Batch> {
    const { batchSize, count } = this;
    const order = this.#order();
    for (let start = 0; start < count; start += batchSize) {
      const rows = order.subarray(start, Math.min(start + batchSize, count));
      yield { data: this.data, rows, size: rows.length, dispose: () => {} };
    }
  }

  #order(): Int32Array {
    const { batchSize, count, shuffle } = this;
    if (shuffle === true) return shuffledIndices(count);
    if (shuffle === false) return Int32Array.from({ length: count }, (_, i) => i);
    const starts = shuffledIndices(Math.ceil(count / batchSize));
    return Int32Array.from(
      [...starts].flatMap((b) =>
        Array.from({ length: Math.min(batchSize, count - b * batchSize) }, (_, i) => b * batchSize + i),
      ),
    );
  }

  dispose(): void {
    this.#converter.dispose();
  }
}

/**
 * A `tf.data.Dataset` or an (async) iterable of `x`, `[x, y]`, `[x, y, sampleWeight]` or `{ xs, ys }`. Tensors of a
 * `Dataset` are freed after their step; those of other iterables stay the caller's.
 */
export class IterableSource implements BatchSource {
  readonly batchCount: number | undefined;

  constructor(
    readonly who: string,
    readonly iterable: object,
    readonly arity: Arity,
    readonly prepare: (data: StepData, converter: Converter) => StepData,
  ) {
    const size = (iterable as { size?: unknown }).size;
    this.batchCount = isDataset(iterable) && typeof size === 'number' && Number.isFinite(size) ? size : undefined;
  }

  async *batches(): AsyncIterable<Batch> {
    const { iterable } = this;
    const owned = isDataset(iterable);
    const elements = owned ? datasetElements(iterable) : (iterable as AsyncIterable<unknown>);
    for await (const element of elements) yield this.#batch(element, owned);
  }

  #batch(element: unknown, owned: boolean): Batch {
    const converter = new Converter(this.who);
    const dispose = (): void => {
      converter.dispose();
      if (owned) tf.dispose(element as tf.TensorContainer);
    };
    try {
      const [x, y, sampleWeight] = unpack(element);
      const data = this.prepare(
        {
          x: converter.convert('x', x, this.arity.x),
          y: y === undefined || y === null ? undefined : converter.convert('y', y, this.arity.y),
          sampleWeight:
            sampleWeight === undefined || sampleWeight === null
              ? undefined
              : converter.convert('sampleWeight', sampleWeight, this.arity.y),
        },
        converter,
      );
      return { data, rows: undefined, size: sampleCount(this.who, data), dispose };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  dispose(): void {}
}

async function* datasetElements(dataset: tf.data.Dataset<tf.TensorContainer>): AsyncIterable<unknown> {
  const iterator = await dataset.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

function unpack(element: unknown): unknown[] {
  if (isPlainObject(element) && 'xs' in element) return [element['xs'], element['ys']];
  if (Array.isArray(element) && element.length >= 1 && element.length <= 3) return element;
  return [element];
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

/**
 * Splits off the last part of the samples, before any shuffling, as Keras does.
 * @throws ValueError if the fraction leaves one part empty.
 */
export function splitData(who: string, data: StepData, fraction: number, converter: Converter): [StepData, StepData] {
  const count = sampleCount(who, data);
  const at = Math.floor(count * (1 - fraction));
  if (at === 0 || at === count) {
    throw new ValueError(
      `${who}: validationSplit=${fraction} of ${count} samples leaves ${at} for training and ${count - at} for validation. ` +
        `Use another fraction or more samples.`,
    );
  }
  const part = (begin: number, end: number): StepData => {
    const cut = (structure: Nested<tf.Tensor>): Nested<tf.Tensor> =>
      mapStructure(structure, (tensor) => converter.own(tf.slice(tensor, [begin], [end - begin])));
    return { x: cut(data.x), y: data.y && cut(data.y), sampleWeight: data.sampleWeight && cut(data.sampleWeight) };
  };
  return [part(0, at), part(at, count)];
}
