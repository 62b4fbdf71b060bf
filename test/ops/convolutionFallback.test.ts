/** Builds of TensorFlow without oneDNN, where dilated and grouped convolutions have no gradients of their own. */
import { expectConvolutions, expectDepthwise } from './anyConvolution';

jest.mock('../../src/backend/native', () => ({
  ...jest.requireActual<object>('../../src/backend/native'),
  nativeConvolutionSupports: () => ({ dilation: false, groups: false }),
}));

test('convolution and its gradients are those of the plain loops', () => expectConvolutions(150));

test('depthwise convolution is that of the plain loops', () => expectDepthwise(50));
