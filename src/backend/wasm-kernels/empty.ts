/**
 * Kernels of TensorFlow.js that do not bear inputs without entries: they divide by zero, print a line of a library
 * below them, or leave a result as the memory was. Here the result is made without them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WasmMemory } from './geometry';

// biome-ignore lint/suspicious/noExplicitAny: attributes of any kernel
type Call = { inputs: Readonly<Record<string, tf.TensorInfo>>; attrs: any };
/** The shape of a kernel's result. */
type ResultShape = (call: Call) => number[];

const shapeOf =
  (input: string): ResultShape =>
  ({ inputs }) =>
    (inputs[input] as tf.TensorInfo).shape;

const transposed: ResultShape = ({ inputs, attrs }) =>
  (attrs.perm as number[]).map((axis) => inputs['x']?.shape[axis] as number);

const reduced: ResultShape = ({ inputs, attrs }) => {
  const { shape } = inputs['x'] as tf.TensorInfo;
  const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number[], shape);
  const [kept] = tf.backend_util.computeOutAndReduceShapes(shape, axes);
  return attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept;
};

const pooled: ResultShape = ({ inputs, attrs: { filterSize, strides, pad, dimRoundingMode } }) => {
  const { shape } = inputs['x'] as tf.TensorInfo;
  return tf.backend_util.computePool2DInfo(shape as never, filterSize, strides, 1, pad, dimRoundingMode).outShape;
};

/** Shape of a matrix product, for each of a batch. */
const product: ResultShape = ({ inputs, attrs: { transposeA, transposeB } }) => {
  const [a, b] = [inputs['a']?.shape, inputs['b']?.shape] as [number[], number[]];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
  return [...batch, a.at(transposeA ? -1 : -2) as number, b.at(transposeB ? -2 : -1) as number];
};

/** Of each kernel the input whose dtype the result has, the result's shape, and its entries if there are any. */
const KERNELS: Readonly<Record<string, readonly [input: string, shape: ResultShape, value: number]>> = {
  Transpose: ['x', transposed, 0],
  Sum: ['x', reduced, 0],
  Mean: ['x', reduced, Number.NaN],
  Max: ['x', reduced, Number.NEGATIVE_INFINITY],
  Min: ['x', reduced, Number.POSITIVE_INFINITY],
  Prod: ['x', reduced, 1],
  All: ['x', reduced, 1],
  Any: ['x', reduced, 0],
  Softmax: ['logits', shapeOf('logits'), 0],
  Select: ['t', shapeOf('t'), 0],
  MaxPool: ['x', pooled, 0],
  AvgPool: ['x', pooled, 0],
  BatchMatMul: ['a', product, 0],
};

const isEmpty = ({ shape }: { shape: readonly number[] }): boolean => shape.includes(0);

/** Puts a guard before each of these kernels. */
export function guardEmptyInputs(): void {
  for (const [kernelName, [input, resultShape, value]] of Object.entries(KERNELS)) {
    const config = tf.getKernel(kernelName, 'wasm');
    if (config === undefined) continue;
    const guarded: tf.KernelFunc = (call) => {
      const inputs = call.inputs as Call['inputs'];
      if (!Object.values(inputs).some(isEmpty)) return config.kernelFunc(call);
      const shape = resultShape({ inputs, attrs: call.attrs });
      const memory = call.backend as WasmMemory;
      const result = memory.makeOutput(shape, (inputs[input] as tf.TensorInfo).dtype);
      memory.typedArrayFromHeap(result).fill(value);
      return result;
    };
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...config, kernelFunc: guarded });
  }
}
