import * as tf from '@tensorflow/tfjs';
import { convolution } from '../../src/ops/convolution';
import * as reference from '../../src/reference';
import * as fc from '../fastCheck';
import { expectConvolution, expectConvolutions, expectDepthwise } from './anyConvolution';
import { expectClose, filled, onEachBackend } from './backends';

type Steps = number[][][];

onEachBackend((name) => {
  const numRuns = name === 'tensorflow' ? 150 : 60;

  test('convolution and its gradients are those of the plain loops', () => expectConvolutions(numRuns));

  test('depthwise convolution is that of the plain loops', () => expectDepthwise(numRuns));

  // Where TensorFlow's own kernels give garbage, or end the process.
  test.each([
    { size: [2, 1], kernel: [1, 2], strides: [1, 2], padding: 'same' },
    { size: [7, 4], kernel: [1, 3], strides: [1, 2], padding: 'valid', dilationRate: [3, 1] },
    { size: [6, 8], kernel: [1, 1], strides: [1, 2], padding: 'valid' },
    { size: [6, 8], kernel: [1, 1], strides: [2, 1], padding: 'same' },
    { size: [6, 8], kernel: [1, 1], strides: [2, 1], padding: 'valid', dilationRate: [1, 3] },
    { size: [5, 4], kernel: [3, 2], strides: [1, 3], padding: 'valid' },
  ] as const)('%j', ({ size, kernel, ...options }) => {
    for (let i = 0; i < 20; i++) expectConvolution([3, ...size, 1], [...kernel, 1, 1], options);
    expectConvolution([1, ...size, 2], [...kernel, 2, 1], options);
  });

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
