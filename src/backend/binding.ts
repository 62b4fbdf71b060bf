/** The shape of the native addon and of tfjs-node's backend: types only. */
import type * as tf from '@tensorflow/tfjs-core';

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
