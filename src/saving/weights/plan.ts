/** Putting arrays of a file into variables: everything is checked before anything is changed. */
import * as tf from '@tensorflow/tfjs-core';
import type { Variable } from '../../backend/variable';
import { formatShape, formatValue, ValueError } from '../../base/errors';
import { datasetsIn, type H5Data, type H5Dataset, type H5Group } from '../hdf5';

/** Types of arrays that may become variables. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['float16', 'bfloat16', 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'],
  ...['int64', 'uint64', 'bool'],
]);

/** Arrays that will be put into variables. */
export class Plan {
  readonly #steps: { variable: Variable; dataset: H5Dataset; where: string }[] = [];
  readonly #used = new Set<H5Dataset>();

  /** @param who method and file, for messages: `loadModel: 'digits.keras'`. */
  constructor(readonly who: string) {}

  /**
   * Plans to put an array into a variable.
   * @param where the layer and the weight, for messages.
   * @throws ValueError where it does not fit.
   */
  add(variable: Variable, dataset: H5Dataset, where: string): void {
    const { shape, dtype } = dataset;
    if (shape.length !== variable.shape.length || shape.some((dim, i) => dim !== variable.shape[i])) {
      throw new ValueError(
        `${this.who}: ${where} must have shape ${formatShape(variable.shape)}. Received: shape ${formatShape(shape)}.`,
      );
    }
    if (!NUMBERS.has(dtype)) {
      throw new ValueError(`${this.who}: ${where} must be an array of numbers. Received: dtype ${dtype}.`);
    }
    this.#steps.push({ variable, dataset, where });
    this.#used.add(dataset);
  }

  /** Notes that an array is known, and not needed. */
  passOver(dataset: H5Dataset): void {
    this.#used.add(dataset);
  }

  /** Paths of arrays that nobody asked for. */
  leftOver(root: H5Group, isKnown: (path: string) => boolean = () => false): string[] {
    const others = [...datasetsIn(root)].filter(([, dataset]) => !this.#used.has(dataset));
    return others.map(([path]) => `/${path}`).filter((path) => !isKnown(path));
  }

  /** Puts the arrays into the variables. All are read before the first is put: a file that fails then changes nothing. */
  run(): void {
    const tensors: tf.Tensor[] = [];
    try {
      for (const { variable, dataset, where } of this.#steps) tensors.push(this.#tensorOf(variable, dataset, where));
      this.#steps.forEach(({ variable }, i) => {
        variable.assign(tensors[i] as tf.Tensor);
      });
    } finally {
      tf.dispose(tensors);
    }
  }

  #tensorOf({ dtype, shape }: Variable, dataset: H5Dataset, where: string): tf.Tensor {
    const values = toValues(dataset.data(), dtype);
    const wrong = dtype === 'int32' ? (values as unknown as number[]).findIndex((value) => !isInt32(value)) : -1;
    if (wrong >= 0) {
      throw new ValueError(
        `${this.who}: ${where} must be whole numbers of 32 bits. Received: ${formatValue(values[wrong])}.`,
      );
    }
    return tf.tensor(dtype === 'int32' ? Int32Array.from(values) : values, shape, dtype);
  }
}

function isInt32(value: number): boolean {
  return value === (value | 0);
}

/** The elements as TensorFlow.js takes them. */
function toValues(data: H5Data, dtype: string): Float32Array | Int32Array | Uint8Array | Float64Array {
  const isBig = typeof data[0] === 'bigint';
  if (dtype === 'bool') return Uint8Array.from(data as Uint8Array, (value) => (Number(value) === 0 ? 0 : 1));
  if (dtype === 'float32') {
    if (ArrayBuffer.isView(data) && Object.prototype.toString.call(data) === '[object Float32Array]')
      return data as Float32Array;
    return isBig ? Float32Array.from(data as never, Number) : Float32Array.from(data as Float64Array);
  }
  return Float64Array.from(data as never, Number);
}
