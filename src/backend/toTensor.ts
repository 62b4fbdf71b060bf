import * as tf from '@tensorflow/tfjs-core';
import { type NestedNumbers, readArray, readBytes, type ShapedArray } from '../base/arrays';
import type { DType } from '../base/dtypes';
import { formatShape, formatValue, ValueError } from '../base/errors';
import { isVariable } from '../base/tracking';
import { byteTensor } from './bytes';

/** What stands for a tensor: itself, nested arrays of numbers, a typed array, or one with its shape. */
export type TensorOrArray = tf.Tensor | NestedNumbers | ShapedArray;

/**
 * A caller's value as a tensor: of its own dtype (int32 for typed arrays of integers, bool for booleans alone, else
 * float32), or of the one given. A tensor that has it is returned itself; a new one holds a copy of the arrays, because
 * TensorFlow.js goes on using those it is given.
 *
 * @param who name in messages: `fit`
 * @param what name of the value there: `x`
 * @throws TypeError for what is no array of numbers; ValueError for disposed tensors, arrays that are not equally long,
 *   entries that are no numbers and integers that the dtype does not hold, naming place and value
 */
export function toTensor(who: string, what: string, value: unknown, dtype?: DType): tf.Tensor {
  if (value instanceof tf.Tensor) {
    if (value.isDisposed) {
      throw new ValueError(
        `${who}: ${what} is a disposed tensor of shape ${formatShape(value.shape)}. Pass a live one.`,
      );
    }
    return dtype === undefined || value.dtype === dtype ? value : value.cast(dtype);
  }
  if (isVariable(value)) {
    throw new TypeError(
      `${who}: ${what} must be a tensor or nested arrays of numbers. Received: ${formatValue(value)}. Use its .value.`,
    );
  }
  const bytes = dtype === undefined ? readBytes(who, what, value) : undefined;
  if (bytes) return byteTensor(bytes.data, bytes.shape);
  const { data, shape, dtype: own } = readArray<DType>(who, what, value, dtype);
  return tf.tensor(data, shape, own);
}
