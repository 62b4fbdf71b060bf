/** Loads the WebAssembly backend, with the kernels that training needs and TensorFlow.js lacks there. */
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { registerWasmKernels } from './wasm-kernels';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';
const HANDLED = ['uncaughtException', 'unhandledRejection'] as const;

let loading: Promise<void> | undefined;

/** Registers and starts the backend 'wasm'; once. It is then one of those that `tf.setBackend` changes to. */
export function loadWasm(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<void> {
  const { setWasmPaths } = require(PACKAGE) as typeof import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(require.resolve(PACKAGE)) + sep);
  registerWasmKernels();
  // The module's start adds handlers that answer every uncaught error with its own source text: off again.
  const before = HANDLED.map((event) => process.rawListeners(event));
  if (!(await tf.setBackend('wasm'))) throw new Error('it does not start');
  for (const [i, event] of HANDLED.entries()) {
    const added = process.rawListeners(event).filter((listener) => !before[i]?.includes(listener));
    for (const listener of added) process.off(event, listener as () => void);
  }
}
