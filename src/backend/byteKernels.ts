import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from './binding';
import { bytesId, castBytes, gatherBytes, onBytes } from './bytes';
import { attr } from './native';

type Kernel = tf.KernelConfig['kernelFunc'];
type Attributes = Record<string, unknown>;
/** A kernel for a tensor of bytes, given the addon's number of them. */
type ByteKernel = (
  backend: NativeBackend,
  id: number,
  inputs: Record<string, tf.TensorInfo>,
  attributes: Attributes,
) => tf.TensorInfo;

const int32 = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

function reshape(backend: NativeBackend, id: number, shape: number[]): tf.TensorInfo {
  return tf.tidy(() => onBytes(backend, 'Reshape', 'T', id, [int32(shape)], [attr.type('Tshape', 'int32')]));
}

const KERNELS: Record<string, ByteKernel> = {
  Cast: (backend, id, _, { dtype }) => castBytes(backend, id, dtype as tf.DataType),
  Reshape: (backend, id, _, { shape }) => reshape(backend, id, shape as number[]),
  ExpandDims: (backend, id, { input }, { dim }) => {
    const sizes = [...(input as tf.TensorInfo).shape];
    sizes.splice((dim as number) < 0 ? sizes.length + 1 + (dim as number) : (dim as number), 0, 1);
    return reshape(backend, id, sizes);
  },
  GatherV2: (backend, id, { indices }, { axis, batchDims }) =>
    gatherBytes(backend, id, indices as tf.TensorInfo, axis as number, batchDims as number),
  Slice: (backend, id, { x }, { begin, size }) =>
    tf.tidy(() => {
      const [start, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin as number[], size as number[]);
      const bounds = [int32(start as number[]), int32(sizes as number[])];
      return onBytes(backend, 'Slice', 'T', id, bounds, [attr.type('Index', 'int32')]);
    }),
};

/** Lets those kernels of tfjs-node that only move numbers leave bytes as they are; others are given int32. */
export function registerByteKernels(): void {
  for (const [kernelName, onTheirBytes] of Object.entries(KERNELS)) {
    const config = tf.getKernel(kernelName, 'tensorflow') as tf.KernelConfig;
    const kernelFunc: Kernel = (params) => {
      const [backend, x] = [params.backend as NativeBackend, params.inputs['x'] ?? params.inputs['input']];
      const id = x && bytesId(backend, x as tf.TensorInfo);
      if (id === undefined) return config.kernelFunc(params);
      return onTheirBytes(backend, id, params.inputs as Record<string, tf.TensorInfo>, params.attrs as Attributes);
    };
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({ ...config, kernelFunc });
  }
}
