/** Kernels that training needs and TensorFlow.js's WebAssembly backend lacks. */
import * as tf from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter, conv2dBackpropInput } from './convolution';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise';
import { guardEmptyInputs } from './empty';
import { maxPoolGrad } from './pooling';
import { unsortedSegmentSum } from './segment';

const KERNELS = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/** Kernels that are there, and slow. */
const FASTER = {
  Conv2DBackpropInput: conv2dBackpropInput,
  MaxPoolGrad: maxPoolGrad,
};

/** Registers them, and guards those that do not bear empty results. */
export function registerWasmKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries({ ...KERNELS, ...FASTER })) {
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc });
  }
  guardEmptyInputs();
}
