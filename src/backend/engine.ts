/**
 * Where tensors live: one TensorFlow.js engine, shared with the caller, and the choice of its backend.
 *
 * Importing this module picks the backend: what `KERAS_TS_BACKEND` names, else the native library where it is
 * installed, else WebAssembly. The native library and `cpu` serve at once; `wasm` after `await ready()`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { unknownName } from '../base/errors';
import { host } from '../host';
import { loadNative } from './load-native';
import './registrations';
import { loadWasm } from './wasm';

export { tf };

/** Names of the backends, as in `KERAS_TS_BACKEND`, best first. */
export const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;
/** Name of a backend: the native TensorFlow library, WebAssembly, or plain JavaScript. */
export type BackendName = (typeof BACKENDS)[number];

const HOW_TO_INSTALL = 'Run `npx keras-ts install-tensorflow` to install it.';

let chosen: BackendName;
let started = false;
let starting: Promise<void> | undefined;

/**
 * Name of the backend in use: `'tensorflow'` (native), `'wasm'` or `'cpu'`.
 *
 * @example
 * console.log(backend()); // tensorflow
 */
export function backend(): BackendName {
  return chosen;
}

/**
 * Resolves when layers may be called: at once where the backend is native, after loading it where it is WebAssembly.
 * May be called any number of times; every async method of the library awaits it by itself.
 */
export function ready(): Promise<void> {
  if (started) return Promise.resolve();
  starting ??= start(chosen).finally(() => {
    starting = undefined;
  });
  return starting;
}

/**
 * Changes the backend; tensors made before are carried over when they are used.
 *
 * @param name `'tensorflow'`, `'wasm'` or `'cpu'`
 * @throws ValueError for any other name, Error where the backend cannot be loaded; the old one then stays
 */
export async function setBackend(name: BackendName): Promise<void> {
  const known = checkName('setBackend', name);
  if (starting !== undefined) await starting.catch(() => undefined);
  await activate(known);
  chosen = known;
  started = true;
}

let making = 0;

/**
 * Runs `body`, in which weights and other state are made: that is possible before `ready()`, on the `cpu` backend,
 * from where TensorFlow.js carries them over. So a script may build its model first, and let `fit` await `ready()`.
 */
export function makingState<T>(body: () => T): T {
  making++;
  try {
    return body();
  } finally {
    making--;
  }
}

/** Throws unless tensors can be computed now. Every synchronous entry, such as calling a layer, begins with it. */
export function requireReady(who: string): void {
  if (started || making > 0) return;
  throw new Error(
    `${who}: expected a backend that is ready. Received: backend='${chosen}', which loads asynchronously. ` +
      'Write `await keras.ready()` before the first layer is called.',
  );
}

function checkName(who: string, name: string): BackendName {
  const known = BACKENDS.find((candidate) => candidate === name);
  if (known === undefined) throw unknownName(who, 'backend', String(name), BACKENDS);
  return known;
}

/** Loads a backend and makes it TensorFlow.js's current one. */
async function activate(name: BackendName): Promise<void> {
  if (name === 'tensorflow') activateNative('setBackend');
  if (name === 'wasm') await loadWasm();
  if (!(await tf.setBackend(name))) throw new Error(`setBackend: the backend '${name}' could not be started.`);
}

function activateNative(who: string): void {
  const problem = loadNative();
  if (problem !== undefined) {
    throw new Error(`${who}: the native TensorFlow library cannot be used: ${problem}. ${HOW_TO_INSTALL}`);
  }
}

/** Starts the backend chosen at import; where WebAssembly fails, plain JavaScript serves. */
async function start(name: BackendName): Promise<void> {
  try {
    await activate(name);
  } catch (error) {
    if (name !== 'wasm') throw error;
    host.tell(`keras-ts: WebAssembly cannot be used (${(error as Error).message}); going on with 'cpu'.`);
    chosen = 'cpu';
    await activate('cpu');
  }
  started = true;
}

/** Chooses the backend when the module is imported. What is synchronous is started here. */
function choose(): BackendName {
  tf.enableProdMode(); // TensorFlow.js's own banners and warnings stay off standard error
  tf.env().set('TENSORLIKE_CHECK_SHAPE_CONSISTENCY', true); // but ragged arrays are refused
  const asked = host.env('KERAS_TS_BACKEND');
  const name = asked ? checkName('KERAS_TS_BACKEND', asked) : 'tensorflow';
  if (name === 'tensorflow') {
    if (asked) activateNative('KERAS_TS_BACKEND');
    const problem = loadNative();
    if (problem !== undefined) {
      host.tell(`keras-ts: no native TensorFlow (${problem}); using 'wasm', slower. ${HOW_TO_INSTALL}`);
      return 'wasm';
    }
  }
  if (name !== 'wasm') {
    void tf.setBackend(name); // completes before it returns for these two
    started = true;
  }
  return name;
}

chosen = choose();
