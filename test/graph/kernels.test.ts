/** Every kernel of tfjs-node, and every gradient of one, in a recorded graph of any batch size gives what it gives outside. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { CASES, EXCEPTIONS, GRADIENT_EXCEPTIONS, gradientsOf, type KernelCase } from './kernelCases';
import { graphOf, type TensorFunction } from './recorded';

beforeAll(() => ready());

const registered = tf.getKernelsForBackend('tensorflow').map(({ kernelName }) => kernelName);

test('every kernel has a case, or a reason why not', () => {
  const known = [...new Set([...Object.keys(CASES), ...Object.keys(EXCEPTIONS)])].sort();
  expect(known).toEqual([...registered].sort());
});

/** Real and imaginary parts of complex tensors, so that their values can be read. */
function real(tensors: tf.Tensor[]): tf.Tensor[] {
  return tensors.flatMap((tensor) => (tensor.dtype === 'complex64' ? [tf.real(tensor), tf.imag(tensor)] : [tensor]));
}

function expectSame(fn: TensorFunction, inputs: KernelCase['inputs']): void {
  const graph = graphOf((...xs) => real([fn(...xs)].flat()), inputs);
  tf.tidy(() => {
    for (const batch of [5, 1]) {
      const given = inputs(batch);
      const [actual, expected] = [graph.run(given), real([fn(...given)].flat())];
      expect(actual.length).toBe(expected.length);
      actual.forEach((tensor, i) => {
        const wanted = expected[i] as tf.Tensor;
        expect([tensor.dtype, tensor.shape]).toEqual([wanted.dtype, wanted.shape]);
        const [a, b] = [tensor.dataSync(), wanted.dataSync()];
        const worst = a.findIndex(
          (v, k) => !(Object.is(v, b[k]) || Math.abs(v - (b[k] as number)) <= 1e-6 * Math.max(1, Math.abs(v))),
        );
        expect(worst < 0 ? 'equal' : `batch ${batch}, output ${i} at ${worst}: ${a[worst]}, eager ${b[worst]}`).toBe(
          'equal',
        );
      });
    }
  });
  graph.dispose();
}

test.each(Object.keys(CASES))('%s', (name) => {
  const { inputs, call } = CASES[name] as KernelCase;
  const run = jest.spyOn(tf.engine(), 'runKernel');
  const refused = GRADIENT_EXCEPTIONS[name];
  if (tf.getGradient(name) && !refused) expectSame((...xs) => [call(...xs), gradientsOf(call)(...xs)].flat(), inputs);
  else expectSame(call, inputs);
  expect(run.mock.calls.some(([kernel]) => kernel === name)).toBe(true);
  run.mockRestore();
});

test.each(Object.keys(GRADIENT_EXCEPTIONS))('the gradient of %s is refused', (name) => {
  const { inputs, call } = CASES[name] as KernelCase;
  expect(() => graphOf(gradientsOf(call), inputs)).toThrow(GRADIENT_EXCEPTIONS[name]);
});

test.each(Object.keys(EXCEPTIONS))('%s is refused', (name) => {
  const { inputs, call, reason } = EXCEPTIONS[name] as (typeof EXCEPTIONS)[string];
  expect(() => graphOf(call, inputs)).toThrow(reason);
});
