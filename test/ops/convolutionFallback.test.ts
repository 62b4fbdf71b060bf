/** Builds of TensorFlow without oneDNN, where dilated and grouped convolutions have no gradients of their own. */
import { expectConvolution, expectConvolutions, expectDepthwise } from './anyConvolution';

jest.mock('../../src/ops/convolutionProbe', () => ({
  nativeConvolutionSupports: () => ({ dilation: false, groups: false }),
}));

test('convolution and its gradients are those of the plain loops', () => expectConvolutions(150));

test('depthwise convolution is that of the plain loops', () => expectDepthwise(50));

// The kernel gradient strides where the convolution is dilated; oneDNN gets one column of such windows wrong.
test('one column of windows', () => {
  for (const dilation of [2, 3]) {
    expectConvolution([1, 1, 4, 2], [3, 1, 2, 1], { padding: 'same', dilationRate: [1, dilation] });
    expectConvolution([1, 5, 4, 1], [3, 1, 1, 2], { padding: 'valid', dilationRate: [1, dilation] });
  }
});
