/** Typed access to the native TensorFlow library, for ops that TensorFlow has and TensorFlow.js does not offer. */
import * as tf from '@tensorflow/tfjs-core';
import { TENSORFLOW_DTYPES } from '../base/dtypes';
import type { NativeBackend, OpAttr } from './binding';

/** The native backend where it is the current one, else `undefined`. */
export function native(): NativeBackend | undefined {
  const engine = tf.engine();
  return engine.backendName === 'tensorflow' ? (engine.backend as NativeBackend) : undefined;
}

// The C API's numbers (tf_attrtype.h); they never change.
const ATTR = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** Element types of native ops: TensorFlow.js's and `int64`. */
export type NativeDType = keyof typeof TENSORFLOW_DTYPES;

/** Makes the attributes of a native op: `attr.int('strides', [1, 2, 2, 1])`, `attr.type('T', 'float32')`. */
export const attr = {
  string: (name: string, value: string): OpAttr => ({ name, type: ATTR.string, value }),
  int: (name: string, value: number | number[]): OpAttr => ({ name, type: ATTR.int, value }),
  float: (name: string, value: number): OpAttr => ({ name, type: ATTR.float, value }),
  bool: (name: string, value: boolean): OpAttr => ({ name, type: ATTR.bool, value }),
  type: (name: string, dtype: NativeDType): OpAttr => ({ name, type: ATTR.type, value: TENSORFLOW_DTYPES[dtype] }),
  shape: (name: string, value: number[]): OpAttr => ({ name, type: ATTR.shape, value }),
};
