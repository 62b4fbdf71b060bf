/**
 * Whole numbers from 0 to 255, such as pixels, one byte each. TensorFlow.js has no such type, so to callers they are
 * int32 tensors; on the native backend their memory holds bytes, a quarter of it. What takes rows, slices or another
 * shape of them, or casts them, works on the bytes; for any other operation they become 32 bits wide, and stay so.
 */
import * as tf from '@tensorflow/tfjs-core';
import { TENSORFLOW_DTYPES as DTYPE } from '../base/dtypes';
import type { NativeBackend, NativeTensor } from './binding';
import { attr, native } from './native';

/** What tfjs-node's backend keeps of a tensor, for one of bytes; the backend sets `id` where it has made it wider. */
class Bytes {
  readonly dtype = DTYPE.int32;
  refCount = 1;
  #id: number;
  #isWide = false;

  constructor(
    readonly backend: NativeBackend,
    readonly shape: number[],
    id: number,
  ) {
    this.#id = id;
  }

  get isWide(): boolean {
    return this.#isWide;
  }

  get id(): number {
    return this.#id;
  }

  set id(wide: number) {
    this.backend.binding.deleteTensor(this.#id);
    this.#id = wide;
    this.#isWide = true;
  }

  /** The numbers, for whoever reads them or uploads them as int32; nothing once they are int32 anyway. */
  get values(): Int32Array | null {
    if (this.#isWide) return null;
    const { binding } = this.backend;
    const [wide] = binding.executeOp('Cast', castTo('int32'), [this.#id], 1) as [NativeTensor];
    const values = binding.tensorDataSync(wide.id) as Int32Array;
    binding.deleteTensor(wide.id);
    return values;
  }

  /** The backend says so once it has uploaded them. */
  set values(_: Int32Array | null) {}
}

const castTo = (dtype: tf.DataType): ReturnType<typeof attr.type>[] => [
  attr.type('SrcT', 'uint8'),
  attr.type('DstT', dtype as 'int32'),
  attr.bool('Truncate', false),
];

/** An int32 tensor of bytes; the array is copied. */
export function byteTensor(values: Uint8Array | Uint8ClampedArray, shape: readonly number[]): tf.Tensor {
  const backend = native();
  if (!backend) return tf.tensor(Int32Array.from(values), [...shape], 'int32');
  const { buffer, byteOffset, byteLength } = values;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const id = backend.binding.createTensor([...shape], DTYPE.uint8, bytes);
  return wrap(backend, { id, shape: [...shape] });
}

function wrap(backend: NativeBackend, { id, shape }: Pick<NativeTensor, 'id' | 'shape'>): tf.Tensor {
  const dataId = {} as tf.DataId;
  backend.tensorMap.set(dataId, new Bytes(backend, shape, id));
  return tf.engine().makeTensorFromDataId(dataId, shape, 'int32');
}

/** The addon's number of the bytes of a tensor, if it holds bytes. */
export function bytesId(backend: NativeBackend, { dataId }: tf.TensorInfo): number | undefined {
  if (!backend.tensorMap.has(dataId)) return undefined;
  const entry: unknown = backend.tensorMap.get(dataId);
  return entry instanceof Bytes && !entry.isWide ? entry.id : undefined;
}

/** Whether a tensor holds one byte for each number. */
export function holdsBytes(tensor: tf.Tensor): boolean {
  const backend = native();
  return backend !== undefined && bytesId(backend, tensor) !== undefined;
}

/** The same tensor, which holds int32 from now on. */
export function widened(tensor: tf.Tensor): tf.Tensor {
  native()?.getInputTensorIds([tensor]);
  return tensor;
}

/** Does an operation, whose type attribute is `typeName`, on the bytes of a tensor; the result holds bytes, too. */
export function onBytes(
  backend: NativeBackend,
  op: string,
  typeName: string,
  id: number,
  others: readonly tf.TensorInfo[],
  attributes: ReturnType<typeof attr.type>[],
): tf.Tensor {
  const ids = [id, ...backend.getInputTensorIds([...others])];
  const [result] = backend.binding.executeOp(op, [attr.type(typeName, 'uint8'), ...attributes], ids, 1);
  return wrap(backend, result as NativeTensor);
}

/** Bytes as numbers of another type. */
export function castBytes(backend: NativeBackend, id: number, dtype: tf.DataType): tf.Tensor {
  const [result] = backend.binding.executeOp('Cast', castTo(dtype), [id], 1);
  return backend.createOutputTensor(result as NativeTensor);
}

/** The rows of bytes at `indices`, as bytes. */
export function gatherBytes(
  backend: NativeBackend,
  id: number,
  indices: tf.TensorInfo,
  axis = 0,
  batchDims = 0,
): tf.Tensor {
  const at = tf.scalar(axis, 'int32');
  const attributes = [attr.int('batch_dims', batchDims), attr.type('Tindices', 'int32'), attr.type('Taxis', 'int32')];
  try {
    return onBytes(backend, 'GatherV2', 'Tparams', id, [indices, at], attributes);
  } finally {
    at.dispose();
  }
}
