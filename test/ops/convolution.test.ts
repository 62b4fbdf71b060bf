import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { convolution } from '../../src/ops/convolution';
import * as reference from '../../src/reference';
import { expectConvolutions, expectDepthwise } from './anyConvolution';
import { expectClose, filled, onEachBackend } from './backends';

type Steps = number[][][];

onEachBackend((name) => {
  const numRuns = name === 'tensorflow' ? 150 : 60;

  test('convolution and its gradients are those of the plain loops', () => expectConvolutions(numRuns));

  test('depthwise convolution is that of the plain loops', () => expectDepthwise(numRuns));

  test('along one axis, causal or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('causal', 'same', 'valid'),
        (size, strides, dilationRate, padding) => {
          tf.tidy(() => {
            const [x, k] = [filled([2, 9, 3], 1), filled([size, 3, 2], 2)];
            const options = { strides, dilationRate } as const;
            const y = convolution(x, k, { ...options, padding });
            const byHand = reference.conv1d(x.arraySync() as Steps, k.arraySync() as Steps, { ...options, padding });
            expectClose(y, byHand);
          });
        },
      ),
      { numRuns: 20 },
    );
  });
});
