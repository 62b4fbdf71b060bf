import * as tf from '@tensorflow/tfjs';
import { isPlainObject } from '../../base/options';
import { Converter } from './converter';
import { type Arity, type Batch, type BatchSource, type StepData, sampleCount } from './data';

/** Whether data is something to iterate over: a `tf.data.Dataset`, or an (async) iterable that is no array. */
export function isIterableData(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data)) return false;
  if (data instanceof tf.Tensor) return false;
  return isDataset(data) || Symbol.asyncIterator in data || Symbol.iterator in data;
}

function isDataset(data: unknown): data is tf.data.Dataset<tf.TensorContainer> {
  return typeof (data as { iterator?: unknown }).iterator === 'function';
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
