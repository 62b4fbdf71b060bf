/** The numbers of element types in TensorFlow's C API (tf_datatype.h); they never change. */
export const TENSORFLOW_DTYPES = { float32: 1, int32: 3, string: 7, complex64: 8, int64: 9, bool: 10 } as const;

/** Data types of variables and tensors here. */
export type DType = 'float32' | 'int32' | 'bool';
