import * as tf from '@tensorflow/tfjs-core';
import { shuffledIndices } from '../../backend/random';
import { ValueError } from '../../base/errors';
import { mapStructure, type Nested } from '../../base/nest';
import type { Converter } from './converter';
import { type Batch, type BatchSource, type StepData, sampleCount } from './data';

/** Whole arrays, read in batches of rows. */
export class ArraySource implements BatchSource {
  readonly count: number;
  readonly canRestart = true;
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
