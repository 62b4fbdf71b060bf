import * as tf from '@tensorflow/tfjs';
import { isShapedArray, type NestedNumbers, readArray, type ShapedArray, typedArrayName } from '../base/arrays';
import { formatShape, ValueError } from '../base/errors';
import { native } from './native';
import { type DType, isRecording } from './variable';

/** What stands for a tensor: itself, nested arrays of numbers, a typed array, or one with its shape. */
export type TensorOrArray = tf.Tensor | tf.TensorLike | NestedNumbers | ShapedArray;

/** Typed arrays of more bytes go into the native library at once, rather than being copied twice. */
const LARGE = 2 ** 20;

/**
 * A caller's value as a tensor: of its own dtype (int32 for typed arrays of integers, bool for booleans alone, else
 * float32), or of the one given. A tensor that has it is returned itself; a new one holds a copy of the arrays.
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
  const large = largeTensor(value, dtype);
  if (large) return large;
  const { data, shape, dtype: own } = readArray<DType>(who, what, value, dtype);
  return tf.tensor(data, shape, own);
}

/** A large float32 or int32 array in the native library, where it is as it should be; otherwise `undefined`. */
function largeTensor(value: unknown, dtype: DType | undefined): tf.Tensor | undefined {
  const data = isShapedArray(value) ? value.data : value;
  const own = ({ Float32Array: 'float32', Int32Array: 'int32' } as const)[typedArrayName(data) as 'Int32Array'];
  const library = native();
  if (!library || !own || (dtype ?? own) !== own || (data as ArrayBufferView).byteLength < LARGE) return undefined;
  const array = data as Float32Array;
  const shape = isShapedArray(value) ? [...value.shape] : [array.length];
  if (isRecording() || shape.reduce((product, dim) => product * dim, 1) !== array.length) return undefined;
  const tensor = tf.tensor(array, shape, own);
  library.getInputTensorIds([tensor]); // takes the values over, so that the caller's array is free to change
  return tensor;
}
