import { conv2d, conv2dGradInput, conv2dGradKernel, conv2dTranspose } from 'keras-ts/reference';
import * as fc from '../fastCheck';
import { cases, dataOf, expectClose, flat, type Images, images, inner, nest, shapeOf } from './support';

/** The gradient of `loss` at x by central differences (exact here: the losses are linear and the numbers whole). */
function differences(x: Images, loss: (x: Images) => number): Images {
  const values = flat(x);
  const moved = (i: number, step: number): number =>
    loss(
      nest(
        shapeOf(x),
        values.map((value, at) => (at === i ? value + step : value)),
      ),
    );
  return nest(
    shapeOf(x),
    values.map((_, i) => (moved(i, 1) - moved(i, -1)) / 2),
  );
}

describe('conv2d gradients', () => {
  test('are the finite differences: strides, padding, dilation, groups', () => {
    fc.assert(
      fc.property(cases({ size: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 })) }), (c) => {
        const { x, kernel, options } = dataOf(c);
        const dy = images(c.seed + 2, shapeOf(conv2d(x, kernel, options)));
        const dx = differences(x, (moved) => inner(conv2d(moved, kernel, options), dy));
        const dkernel = differences(kernel, (moved) => inner(conv2d(x, moved, options), dy));
        expectClose(conv2dGradInput(dy, kernel, shapeOf(x), options), dx);
        expectClose(conv2dGradKernel(x, dy, shapeOf(kernel), options), dkernel);
      }),
      { numRuns: 40 },
    );
  });

  test('by hand: one row, stride 2, two taps', () => {
    const x = [[[[1], [2], [3], [4], [5]]]];
    const kernel = [[[[10]], [[100]]]];
    const dy = [[[[1], [7]]]];
    const options = { strides: [1, 2] } as const;
    expect(conv2d(x, kernel, options)).toEqual([[[[210], [430]]]]);
    expect(conv2dGradInput(dy, kernel, [1, 1, 5, 1], options)).toEqual([[[[10], [100], [70], [700], [0]]]]);
    expect(conv2dGradKernel(x, dy, [1, 2, 1, 1], options)).toEqual([[[[1 + 21]], [[2 + 28]]]]);
  });

  test('the kernel gradient is a convolution with strides and dilation swapped', () => {
    // (N, H, W, C) <-> (C, H, W, N), and dy (N, H, W, K) as a kernel (H, W, N, K)
    const turn = (x: Images, order: readonly [number, number, number, number]): Images => {
      const shape = shapeOf(x);
      const [n, h, w, c] = order.map((axis) => shape[axis] as number) as [number, number, number, number];
      const out = nest([n, h, w, c], new Array(n * h * w * c).fill(0));
      x.forEach((image, i0) => {
        image.forEach((row, i1) => {
          row.forEach((pixel, i2) => {
            pixel.forEach((value, i3) => {
              const at = order.map((axis) => [i0, i1, i2, i3][axis] as number) as [number, number, number, number];
              (out[at[0]]?.[at[1]]?.[at[2]] as number[])[at[3]] = value;
            });
          });
        });
      });
      return out;
    };
    const x = images(1, [2, 8, 7, 3]);
    const kernelShape = [3, 2, 3, 4] as const;
    const options = {
      strides: [2, 3],
      dilationRate: [1, 2],
      padding: [
        [1, 0],
        [2, 1],
      ],
    } as const;
    const dy = images(3, shapeOf(conv2d(x, images(2, kernelShape), options)));
    const full = conv2d(turn(x, [3, 1, 2, 0]), turn(dy, [1, 2, 0, 3]), {
      strides: options.dilationRate,
      dilationRate: options.strides,
      padding: options.padding,
    });
    const cut = full.map((image) => image.slice(0, 3).map((row) => row.slice(0, 2)));
    expectClose(conv2dGradKernel(x, dy, kernelShape, options), turn(cut, [1, 2, 0, 3]));
  });
});

describe('conv2dTranspose', () => {
  test('is the transpose of conv2d: <conv2d(y), x> = <y, conv2dTranspose(x)>, groups too', () => {
    const options = { size: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })) };
    fc.assert(
      fc.property(cases({ ...options, padding: fc.constantFrom('valid' as const, 'same' as const, 0) }), (c) => {
        const x = images(c.seed, [c.batch, c.size[0], c.size[1], c.groups * c.channels]);
        const kernel = images(c.seed + 1, [c.kernel[0], c.kernel[1], c.filters, c.groups * c.channels]);
        const { strides, dilationRate, padding, groups } = c;
        const transposed = conv2dTranspose(x, kernel, { strides, dilationRate, padding, groups });
        const y = images(c.seed + 2, shapeOf(transposed));
        expect(inner(conv2d(y, kernel, { strides, dilationRate, padding, groups }), x)).toBe(inner(y, transposed));
      }),
    );
  });

  test('integer padding cuts the stamped image', () => {
    const x = images(5, [1, 3, 3, 1]);
    const kernel = images(6, [3, 3, 1, 1]);
    const whole = conv2dTranspose(x, kernel, { strides: 2 });
    const cut = whole.map((image) => image.slice(1, -2).map((row) => row.slice(2, -1)));
    expect(shapeOf(whole)).toEqual([1, 7, 7, 1]);
    expectClose(
      conv2dTranspose(x, kernel, {
        strides: 2,
        padding: [
          [1, 2],
          [2, 1],
        ],
      }),
      cut,
    );
  });

  test('adds a bias to every filter', () => {
    expect(conv2dTranspose([[[[2]]]], [[[[1], [10]]]], { strides: 2, bias: [0.5, 1] })).toEqual([
      [
        [
          [2.5, 21],
          [0.5, 1],
        ],
        [
          [0.5, 1],
          [0.5, 1],
        ],
      ],
    ]);
  });
});
