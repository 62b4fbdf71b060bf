import { conv1d, conv2d, convolve1d, depthwiseConv2d } from 'keras-ts/reference';
import * as fc from '../fastCheck';
import { cases, dataOf, expectClose, type Images, images } from './support';

test("conv1d is conv2d over images of one row, 'causal' a padding of (size - 1) * dilation before", () => {
  const oneRow = { size: fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 9 })) };
  const lines = cases({ ...oneRow, kernel: fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 4 })) });
  fc.assert(
    fc.property(lines, fc.constantFrom('valid' as const, 'same' as const, 'causal' as const, 1), (c, padding) => {
      const { x, kernel, options } = dataOf(c);
      const [, stride] = c.strides;
      const [, dilation] = c.dilationRate;
      const reach = dilation * (c.kernel[1] - 1);
      const wider = padding === 1 ? ([0, 1] as const) : padding;
      const along =
        wider === 'causal'
          ? ([
              [0, 0],
              [reach, 0],
            ] as const)
          : wider;
      fc.pre(padding === 'same' || padding === 'causal' || reach < c.size[1] + (padding === 1 ? 2 : 0));
      const rows = x.map((image) => image[0] as number[][]);
      const y = conv1d(rows, kernel[0] as number[][][], {
        padding,
        strides: stride,
        dilationRate: dilation,
        groups: c.groups,
      });
      const wide = conv2d(x, kernel, {
        ...options,
        strides: [1, stride],
        dilationRate: [1, dilation],
        padding: along,
      });
      expectClose(
        y.map((row) => [row]),
        wide,
      );
    }),
  );
});

test('causal by hand: no output sees a later input', () => {
  const x = [[[1], [10], [100], [1000]]];
  expect(conv1d(x, [[[1]], [[2]], [[3]]], { padding: 'causal', dilationRate: 2 })).toEqual([
    [[3], [30], [302], [3020]],
  ]);
  expect(conv1d(x, [[[1]], [[2]]], { padding: [0, 1], bias: [5] })).toEqual([[[26], [215], [2105], [1005]]]);
});

test('one channel, one filter: conv1d is convolve1d', () => {
  const signal = [3, 1, -4, 1, 5, 9];
  const options = { strides: 2, padding: 'same', dilationRate: 2 } as const;
  const y = conv1d(
    [signal.map((value) => [value])],
    [1, 2, -1].map((value) => [[value]]),
    options,
  );
  expect(y).toEqual([convolve1d(signal, [1, 2, -1], options).map((value) => [value])]);
});

test('groups are convolutions side by side', () => {
  fc.assert(
    fc.property(cases({ groups: fc.constant(2) }), (c) => {
      const { x, kernel, options } = dataOf(c);
      const part = (whole: Images, from: number, to: number): Images =>
        whole.map((image) => image.map((row) => row.map((pixel) => pixel.slice(from, to))));
      const half = (g: number): Images =>
        conv2d(part(x, g * c.channels, (g + 1) * c.channels), part(kernel, g * c.filters, (g + 1) * c.filters), {
          ...options,
          groups: 1,
        });
      const [first, second] = [half(0), half(1)];
      const joined = first.map((image, n) =>
        image.map((row, i) => row.map((pixel, j) => [...pixel, ...(second[n]?.[i]?.[j] ?? [])])),
      );
      expectClose(conv2d(x, kernel, options), joined);
    }),
  );
});

test('a depthwise convolution is one with a group for every channel', () => {
  fc.assert(
    fc.property(cases({ groups: fc.constant(1) }), (c) => {
      const { x, kernel, options } = dataOf(c);
      const { groups, ...window } = options;
      // (kh, kw, C, M) -> (kh, kw, 1, C * M)
      const flattened = kernel.map((row) => row.map((tap) => [tap.flat()]));
      expectClose(depthwiseConv2d(x, kernel, window), conv2d(x, flattened, { ...window, groups: groups * c.channels }));
    }),
  );
});

test('bias is added to every output channel', () => {
  const x = images(1, [1, 2, 2, 1]);
  const kernel = images(2, [1, 1, 1, 2]);
  const shifted = (y: Images): Images =>
    y.map((image) => image.map((row) => row.map(([a, b]) => [(a as number) + 10, (b as number) - 1])));
  expect(conv2d(x, kernel, { bias: [10, -1] })).toEqual(shifted(conv2d(x, kernel)));
  expect(depthwiseConv2d(x, kernel, { bias: [10, -1] })).toEqual(shifted(depthwiseConv2d(x, kernel)));
});
