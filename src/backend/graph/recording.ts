import type * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeTensor } from '../binding';
import { bytesId, onBytes } from '../bytes';
import { attr, native } from '../native';
import type { Variable } from '../variable';
import { type GraphNode, Unrecordable } from './node';

/** A function as it ran once: its operations as a graph, with what it read, wrote and returned. */
export interface Recording {
  nodes: GraphNode[];
  /** Names of the placeholders, one for each input. */
  feeds: string[];
  /** The returned tensors. */
  outputs: GraphTensor[];
  /** All variables that were read or written. */
  variables: Variable[];
  written: Variable[];
  /** Nodes that write variables. */
  updates: string[];
}

/** A tensor of a graph: `node:output`, and the number of its dtype. */
export interface GraphTensor {
  name: string;
  dtype: number;
}

/** Name of the node that stands for a variable. */
export function handleName(variable: Variable): string {
  return `variable_${variable.id}`;
}

/** The number under which the addon knows a tensor; uploads its values first where they are still on our side. */
export function nativeId(backend: NativeBackend, tensor: tf.TensorInfo): number {
  return backend.getInputTensorIds([tensor])[0] as number;
}

/** The native backend; without it nothing can be recorded. */
export function backendInUse(): NativeBackend {
  const backend = native();
  if (backend) return backend;
  throw new Unrecordable('the native TensorFlow library is not in use');
}

/** The same, but the number of its bytes where a tensor holds bytes. */
export function storedId(backend: NativeBackend, tensor: tf.TensorInfo): number {
  return bytesId(backend, tensor) ?? nativeId(backend, tensor);
}

/** The same values as a tensor of its own, which the caller owns. Unlike `clone`, a recording tells the two apart. */
export function aliasOf(tensor: tf.Tensor): tf.Tensor {
  const backend = backendInUse();
  const bytes = bytesId(backend, tensor);
  if (bytes !== undefined) return onBytes(backend, 'Identity', 'T', bytes, [], []);
  const attributes = [attr.type('T', tensor.dtype as 'float32')];
  const [result] = backend.binding.executeOp('Identity', attributes, [nativeId(backend, tensor)], 1);
  return backend.createOutputTensor(result as NativeTensor);
}
