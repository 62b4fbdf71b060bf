import * as tf from '@tensorflow/tfjs';
import { formatShape, formatValue, ValueError } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import type { ShapedArray } from './data';

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
