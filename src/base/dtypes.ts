/** Data types of variables and tensors here. */
export type DType = 'float32' | 'int32' | 'bool';

/** Keras's data types, and the type that stands for each here: TensorFlow.js has no others for numbers. */
export const DTYPES = {
  float32: 'float32',
  float16: 'float32',
  bfloat16: 'float32',
  float64: 'float32',
  int32: 'int32',
  int64: 'int32',
  int16: 'int32',
  int8: 'int32',
  uint8: 'int32',
  uint16: 'int32',
  uint32: 'int32',
  bool: 'bool',
} as const satisfies Readonly<Record<string, DType>>;

/** The numbers of element types in TensorFlow's C API (tf_datatype.h); they never change. */
export const TENSORFLOW_DTYPES = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
} as const;
