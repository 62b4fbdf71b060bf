import * as tf from '@tensorflow/tfjs-core';
import { toTensor } from '../../backend/toTensor';
import { isShapedArray } from '../../base/arrays';
import { formatValue, ValueError } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import { isVariable } from '../../base/tracking';

/** Tensors from whatever a caller gives; remembers those it made, for `dispose`. */
export class Converter {
  readonly #made: tf.Tensor[] = [];

  constructor(readonly who: string) {}

  /**
   * @param what name of the argument: `x`, `y` or `sampleWeight`.
   * @param count how many arrays the model takes there, if known: a list of that length is a list of arrays.
   */
  convert(what: string, given: unknown, count: number | undefined): Nested<tf.Tensor> {
    if (isShapedArray(given) || given instanceof tf.Tensor || ArrayBuffer.isView(given)) {
      return this.#array(what, given);
    }
    if (isPlainObject(given)) {
      const present = Object.entries(given).filter(([, item]) => item !== undefined && item !== null);
      if (present.length === 0) throw new ValueError(`${this.who}: ${what} is an empty record. Pass arrays by name.`);
      return Object.fromEntries(present.map(([key, item]) => [key, this.convert(`${what}.${key}`, item, 1)]));
    }
    if (!Array.isArray(given)) {
      throw new TypeError(
        `${this.who}: ${what} must be a tensor or nested arrays of numbers. Received: ${formatValue(given)}.${isVariable(given) ? ' Use its .value.' : ''}`,
      );
    }
    const holdsArrays = given.some((item) => item instanceof tf.Tensor || isShapedArray(item));
    if (holdsArrays || (count !== undefined && count > 1 && given.length === count)) {
      return given.map((item, i) => this.#array(`${what}[${i}]`, item));
    }
    return this.#array(what, given);
  }

  #array(what: string, given: unknown): tf.Tensor {
    const tensor = toTensor(this.who, what, given);
    return given instanceof tf.Tensor ? tensor : this.own(tensor);
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
