/** The backends that ops are tested on, and how. */
import * as tf from '@tensorflow/tfjs';
import { type BackendName, setBackend } from '../../src/backend/engine';

/** Runs a block of tests on each backend. */
export function onEachBackend(tests: (name: BackendName) => void): void {
  describe.each(['tensorflow', 'wasm', 'cpu'] as const)('on %s', (name) => {
    beforeAll(() => setBackend(name));
    afterAll(() => setBackend('tensorflow'));
    tests(name);
  });
}

/** Values in [-1, 1), different in each place, the same in each run. */
function values(shape: readonly number[], seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A tensor of `values`. */
export function filled(shape: readonly number[], seed = 1): tf.Tensor {
  return tf.tensor(values(shape, seed), [...shape]);
}

/** Expects two tensors to have one shape and, up to rounding, the same values. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor | tf.TensorLike, tolerance = 1e-5): void {
  const wanted = expected instanceof tf.Tensor ? expected : tf.tensor(expected);
  expect(actual.shape).toEqual(wanted.shape);
  const [a, b] = [actual.dataSync(), wanted.dataSync()];
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs((a[i] as number) - (b[i] as number)) / (1 + Math.abs(b[i] as number));
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
  }
  expect(worst).toBeLessThanOrEqual(tolerance);
}
