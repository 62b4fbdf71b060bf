/** Loads the native TensorFlow library through tfjs-node's JavaScript and the addon that `install-tensorflow` made. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeBinding } from './binding';
import { registerByteKernels } from './byteKernels';
import { withOwnMemory } from './ownMemory';

const PACKAGE = '@tensorflow/tfjs-node';
const PRIORITY = 3;

let outcome: { problem: string | undefined } | undefined;
let binding: NativeBinding | undefined;

/** The addon itself, once loaded; the backend's `binding` may be replaced (while a step is recorded), this never is. */
export function addon(): NativeBinding | undefined {
  return binding;
}

/**
 * Registers the backend 'tensorflow'; loads once. Gives `undefined` when it is there, else what is wrong.
 *
 * tfjs-node's own entry is not used: it drags in its download tools, which warn on newer Node versions, and offers
 * nothing else we need. A caller who requires it gets the same kernels and the same backend.
 */
export function loadNative(): string | undefined {
  outcome ??= { problem: load() };
  return outcome.problem;
}

function load(): string | undefined {
  let dist: string;
  try {
    dist = dirname(require.resolve(PACKAGE));
  } catch {
    return `${PACKAGE} is not installed`;
  }
  const file = join(dist, '..', 'lib', 'napi-v8', 'tfjs_binding.node');
  if (!existsSync(file)) return 'not installed yet';
  const damage = damageIn(join(dist, '..'));
  if (damage !== undefined) return damage;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  restoreUtil();
  try {
    binding = withOwnMemory(require(file) as NativeBinding);
    require(join(dist, 'register_all_kernels.js'));
    registerByteKernels();
    const { NodeJSKernelBackend } = require(join(dist, 'nodejs_kernel_backend.js')) as TfjsNode;
    const isFirst = tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, PACKAGE), PRIORITY);
    if (!isFirst) (tf.findBackend('tensorflow') as NativeBackend).binding = binding; // the caller loaded tfjs-node
  } catch (error) {
    return String((error as Error).message).split('\n')[0];
  }
  return undefined;
}

/** A file that has not the size it was installed with: loading a library that is cut short ends the process. */
export function damageIn(root: string): string | undefined {
  const { files = [], sizes = [] } = readStamp(root);
  for (const [i, file] of files.entries()) {
    const [expected, found] = [sizes[i], statSync(join(root, file), { throwIfNoEntry: false })?.size];
    if (expected === undefined || found === expected) continue;
    return `${join(root, file)} is ${found === undefined ? 'gone' : `damaged: ${found} bytes instead of ${expected}`}`;
  }
  return undefined;
}

/** What the installer noted; nothing where tfjs-node has installed itself. */
function readStamp(root: string): { files?: string[]; sizes?: number[] } {
  try {
    return JSON.parse(readFileSync(join(root, 'lib', 'napi-v8', 'keras-ts.json'), 'utf8')) as object;
  } catch {
    return {};
  }
}

interface TfjsNode {
  NodeJSKernelBackend: new (binding: unknown, packageName: string) => tf.KernelBackend;
}

/** tfjs-node 4.22 calls two functions of `util` that Node 22 warns about and Node 23 no longer has. */
function restoreUtil(): void {
  const shim = { isArray: Array.isArray, isNullOrUndefined: (value: unknown) => value === null || value === undefined };
  const target = require('node:util') as object;
  for (const [name, value] of Object.entries(shim)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
