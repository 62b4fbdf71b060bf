/** Typed access to the native TensorFlow library, for ops that TensorFlow has and TensorFlow.js does not offer. */
import { tf } from './engine';
import { addon } from './load-native';

/** One attribute of a native op; made by `attr`. */
export interface OpAttr {
  name: string;
  type: number;
  value: boolean | number | string | number[];
}

/** What the addon tells about a tensor it made. */
export interface NativeTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** The addon: the C API of TensorFlow, tensors named by number. */
export interface NativeBinding {
  createTensor(shape: number[], dtype: number, values: tf.backend_util.BackendValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(op: string, attrs: OpAttr[], inputIds: number[], numOutputs: number): NativeTensor[];
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputIds: number[], inputNames: string, outputNames: string): NativeTensor[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_RESOURCE: number;
  readonly TF_Version: string;
}

/** tfjs-node's backend object. */
export interface NativeBackend extends tf.KernelBackend {
  binding: NativeBinding;
  readonly tensorMap: tf.DataStorage<{ shape: number[]; dtype: number; id: number; values: unknown; refCount: number }>;
  createOutputTensor(tensor: NativeTensor): tf.Tensor;
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(op: string, attrs: OpAttr[], inputs: tf.TensorInfo[], numOutputs: number): tf.Tensor[];
}

/** The native backend where it is the current one, else `undefined`. */
export function native(): NativeBackend | undefined {
  const engine = tf.engine();
  return engine.backendName === 'tensorflow' ? (engine.backend as NativeBackend) : undefined;
}

// The C API's numbers (tf_attrtype.h, tf_datatype.h); they never change.
const ATTR = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;
const DTYPE = { float32: 1, int32: 3, string: 7, complex64: 8, int64: 9, bool: 10 } as const;

/** Element types of native ops: TensorFlow.js's and `int64`. */
export type NativeDType = keyof typeof DTYPE;

/** Makes the attributes of a native op: `attr.int('strides', [1, 2, 2, 1])`, `attr.type('T', 'float32')`. */
export const attr = {
  string: (name: string, value: string): OpAttr => ({ name, type: ATTR.string, value }),
  int: (name: string, value: number | number[]): OpAttr => ({ name, type: ATTR.int, value }),
  float: (name: string, value: number): OpAttr => ({ name, type: ATTR.float, value }),
  bool: (name: string, value: boolean): OpAttr => ({ name, type: ATTR.bool, value }),
  type: (name: string, dtype: NativeDType): OpAttr => ({ name, type: ATTR.type, value: DTYPE[dtype] }),
  shape: (name: string, value: number[]): OpAttr => ({ name, type: ATTR.shape, value }),
};

let supported: { dilation: boolean; groups: boolean } | undefined;

/**
 * Whether the native `Conv2D` and both its gradients take dilations, and groups (a kernel of fewer input channels than
 * the images). True with oneDNN, false in builds without it. Asked of the library once.
 */
export function nativeConvolutionSupports(): { dilation: boolean; groups: boolean } {
  supported ??= { dilation: convolves(2, 1), groups: convolves(1, 2) };
  return supported;
}

/** Tries a convolution of two channels, forward and backward, and its sums: all values are 1. */
function convolves(dilation: number, groups: number): boolean {
  const binding = addon();
  if (binding === undefined) return false;
  const size = 2 * dilation + 1;
  const [inputShape, kernelShape] = [
    [1, size, size, 2],
    [3, 3, 2 / groups, 2],
  ]; // NHWC, HWCK
  const attrs = [
    attr.type('T', 'float32'),
    attr.int('strides', [1, 1, 1, 1]),
    attr.int('dilations', [1, dilation, dilation, 1]),
    attr.string('padding', 'VALID'),
    attr.string('data_format', 'NHWC'),
  ];
  const held: number[] = [];
  const ones = (shape: number[]): number => {
    const values = new Float32Array(shape.reduce((a, b) => a * b)).fill(1);
    return binding.createTensor(shape, DTYPE.float32, values);
  };
  const vector = (shape: number[]): number => binding.createTensor([shape.length], DTYPE.int32, Int32Array.from(shape));
  const sum = (op: string, inputs: number[]): number => {
    const [output] = binding.executeOp(op, attrs, inputs, 1);
    held.push((output as NativeTensor).id);
    return Array.from(binding.tensorDataSync((output as NativeTensor).id)).reduce((a, b) => a + b, 0);
  };
  try {
    const [x, kernel, dy] = [ones(inputShape), ones(kernelShape), ones([1, 1, 1, 2])];
    const [xShape, kShape] = [vector(inputShape), vector(kernelShape)];
    held.push(x, kernel, dy, xShape, kShape);
    const macs = (9 * 2 * 2) / groups;
    return (
      sum('Conv2D', [x, kernel]) === macs &&
      sum('Conv2DBackpropInput', [xShape, kernel, dy]) === macs &&
      sum('Conv2DBackpropFilter', [x, kShape, dy]) === macs
    );
  } catch {
    return false;
  } finally {
    for (const id of held) binding.deleteTensor(id);
  }
}
