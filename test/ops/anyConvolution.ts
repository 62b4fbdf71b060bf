import * as tf from '@tensorflow/tfjs';
import { convolution, depthwiseConvolution } from '../../src/ops/convolution';
import * as reference from '../../src/reference';
import * as fc from '../fastCheck';
import { expectClose, filled } from './backends';

type Images = number[][][][];

/** Any convolution: sizes, strides together with dilations, padding, groups. */
const anyCase = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 3 }),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilationRate: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom('valid', 'same'),
  })
  .filter(({ size, kernel, dilationRate, padding }) =>
    size.every((length, i) => padding === 'same' || length >= (dilationRate[i] ?? 0) * ((kernel[i] ?? 0) - 1) + 1),
  );

/** Compares a convolution and its gradients with the plain loops. */
export function expectConvolution(
  shape: readonly number[],
  kernelShape: readonly number[],
  options: reference.GradientOptions & { padding: 'valid' | 'same' },
): void {
  tf.tidy(() => {
    const [x, k] = [filled(shape, 1), filled(kernelShape, 2)];
    const y = convolution(x, k, options);
    const [images, taps] = [x.arraySync() as Images, k.arraySync() as Images];
    expectClose(y, reference.conv2d(images, taps, options));
    const z = filled(y.shape, 3);
    const [dx, dk] = tf.grads((x, k) => convolution(x, k, options).mul(z).sum())([x, k]) as [tf.Tensor, tf.Tensor];
    const dy = z.arraySync() as Images;
    expectClose(dx, reference.conv2dGradInput(dy, taps, x.shape as never, options));
    expectClose(dk, reference.conv2dGradKernel(images, dy, k.shape as never, options));
  });
}

/** Compares convolutions and their gradients with the plain loops. */
export function expectConvolutions(numRuns: number): void {
  fc.assert(
    fc.property(anyCase, ({ batch, size, kernel, groups, channels, filters, strides, dilationRate, padding }) => {
      const options = { strides, dilationRate, padding, groups } as const;
      expectConvolution([batch, ...size, channels * groups], [...kernel, channels, filters * groups], options);
    }),
    { numRuns },
  );
}

/** Compares depthwise convolutions with the plain loops. */
export function expectDepthwise(numRuns: number): void {
  fc.assert(
    fc.property(anyCase, ({ batch, size, kernel, groups, filters, strides, dilationRate, padding }) => {
      tf.tidy(() => {
        const options = { strides, dilationRate, padding } as const;
        const x = filled([batch, ...size, groups], 1);
        const k = filled([...kernel, groups, filters], 2);
        const y = depthwiseConvolution(x, k, options);
        expectClose(y, reference.depthwiseConv2d(x.arraySync() as Images, k.arraySync() as Images, options));
      });
    }),
    { numRuns },
  );
}
