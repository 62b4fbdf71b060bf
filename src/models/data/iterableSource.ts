import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '@tensorflow/tfjs-data';
import { isPlainObject } from '../../base/options';
import { Converter } from './converter';
import { type Arity, type Batch, type BatchSource, type StepData, sampleCount } from './data';
import { YieldedTensors } from './yieldedTensors';

/** Whether data is something to iterate over: a `tf.data.Dataset`, or an (async) iterable that is no array. */
export function isIterableData(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data)) return false;
  if (data instanceof tf.Tensor) return false;
  return isDataset(data) || Symbol.asyncIterator in data || Symbol.iterator in data;
}

function isDataset(data: unknown): data is Dataset<tf.TensorContainer> {
  return typeof (data as { iterator?: unknown }).iterator === 'function';
}

/**
 * A `tf.data.Dataset` or an (async) iterable of `x`, `[x, y]`, `[x, y, sampleWeight]` or `{ xs, ys }`. Which of the
 * tensors are freed after their step, `YieldedTensors` decides.
 */
export class IterableSource implements BatchSource {
  readonly batchCount: number | undefined;
  canRestart = true;
  readonly #tensors: YieldedTensors;

  /**
   * @param prepare what is done with the data of a batch before its step: checks and class weights.
   * @param firstTensor number of the first tensor that the source may have made.
   */
  constructor(
    readonly who: string,
    readonly iterable: object,
    readonly arity: Arity,
    readonly prepare: (data: StepData, converter: Converter) => Promise<StepData>,
    firstTensor: number,
  ) {
    const size = (iterable as { size?: unknown }).size;
    this.batchCount = isDataset(iterable) && typeof size === 'number' && Number.isFinite(size) ? size : undefined;
    this.#tensors = new YieldedTensors(who, firstTensor);
  }

  async *batches(): AsyncIterable<Batch> {
    const iterator = await iteratorOf(this.iterable);
    this.canRestart = (iterator as object) !== this.iterable;
    for await (const element of { [Symbol.asyncIterator]: () => iterator }) yield await this.#batch(await element);
  }

  async #batch(element: unknown): Promise<Batch> {
    const converter = new Converter(this.who);
    const number = this.#tensors.receive(element);
    const dispose = (): void => {
      converter.dispose();
      this.#tensors.used(number);
    };
    try {
      const [x, y, sampleWeight] = unpack(element);
      const data = await this.prepare(
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

  dispose(): void {
    this.#tensors.dispose();
  }
}

/** One pass over an iterable, asynchronous or not; elements that are promises are awaited. */
async function iteratorOf(iterable: object): Promise<AsyncIterator<unknown>> {
  if (isDataset(iterable)) {
    const iterator = await iterable.iterator();
    return { next: () => iterator.next() as Promise<IteratorResult<unknown>> };
  }
  if (Symbol.asyncIterator in iterable) return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return (iterable as Iterable<unknown>)[Symbol.iterator]() as unknown as AsyncIterator<unknown>;
}

function unpack(element: unknown): unknown[] {
  if (isPlainObject(element) && 'xs' in element) return [element['xs'], element['ys']];
  if (Array.isArray(element) && element.length >= 1 && element.length <= 3) return element;
  return [element];
}
