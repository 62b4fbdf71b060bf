import {
  convolve1d,
  convolve2d,
  coverage,
  kernels,
  outputSize,
  parameterCount,
  receptiveField,
} from 'keras-ts/reference';
import * as fc from '../fastCheck';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const window1d = fc.record({
  input: size(12),
  kernel: size(4),
  stride: size(3),
  dilation: size(3),
  padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.integer({ min: 0, max: 3 })),
});
const fits = (w: { input: number; kernel: number; dilation: number; padding: string | number }): boolean =>
  w.padding === 'same' || w.dilation * (w.kernel - 1) < w.input + 2 * (typeof w.padding === 'number' ? w.padding : 0);

describe('outputSize', () => {
  test('floors, and takes pairs', () => {
    expect(outputSize({ input: 6, kernel: 3, stride: 2 })).toBe(2);
    expect(outputSize({ input: [28, 31], kernel: 3, stride: [1, 2] })).toEqual([26, 15]);
    expect(outputSize({ input: 7, kernel: 3, padding: [0, 1] })).toEqual([5, 7]);
    expect(
      outputSize({
        input: 7,
        kernel: 3,
        padding: [
          [0, 1],
          [2, 2],
        ],
      }),
    ).toEqual([6, 9]);
    expect(outputSize({ input: 9, kernel: 3, dilation: 2 })).toBe(5);
    expect(outputSize({ input: 7, kernel: 4, stride: 2, padding: 'same' })).toBe(4);
  });

  test('is how long convolve1d is', () => {
    fc.assert(
      fc.property(window1d.filter(fits), (w) => {
        const options = { strides: w.stride, dilationRate: w.dilation, padding: w.padding };
        expect(convolve1d(range(w.input), range(w.kernel), options).length).toBe(outputSize(w));
      }),
    );
  });
});

describe('coverage', () => {
  test('is what every pixel adds to the sum of a convolution with ones', () => {
    fc.assert(
      fc.property(window1d.filter(fits), (w) => {
        const options = { strides: w.stride, dilationRate: w.dilation, padding: w.padding };
        const ones = range(w.kernel).map(() => 1);
        const seen = range(w.input).map((pixel) =>
          convolve1d(
            range(w.input).map((i) => +(i === pixel)),
            ones,
            options,
          ).reduce((sum, value) => sum + value, 0),
        );
        expect(coverage(w)).toEqual(seen);
      }),
    );
  });

  test('shows what flooring loses', () => {
    expect(coverage({ input: 6, kernel: 3, stride: 2 })).toEqual([1, 1, 2, 1, 1, 0]);
    expect(coverage({ input: [2, 3], kernel: [1, 2] })).toEqual([
      [1, 2, 1],
      [1, 2, 1],
    ]);
  });
});

describe('stacks', () => {
  test('the receptive field is where an impulse is felt', () => {
    const stack = [{ kernel: 3, stride: 2 }, { kernel: 2, dilation: 3 }, { kernel: 3, stride: 2 }, { kernel: 2 }];
    const run = (x: number[]): number => {
      const y = stack.reduce(
        (signal, { kernel, stride = 1, dilation = 1 }) =>
          convolve1d(
            signal,
            range(kernel).map(() => 1),
            { strides: stride, dilationRate: dilation },
          ),
        x,
      );
      return y[0] as number;
    };
    const felt = range(40).map((i) => run(range(40).map((j) => +(i === j))) > 0);
    expect(receptiveField(stack)).toBe(felt.lastIndexOf(true) + 1);
    expect(receptiveField(stack)).toBe(1 + 2 + 1 * 3 * 2 + 2 * 2 + 1 * 4);
    expect(receptiveField([{ kernel: [3, 1], stride: [1, 2] }, { kernel: 3 }])).toEqual([5, 5]);
    expect(receptiveField([])).toBe(1);
  });

  test('parameters of the network of the lesson, of groups and of a chain', () => {
    expect(parameterCount([{ kernel: 3, inputChannels: 1, outputChannels: 10, bias: true }])).toBe(100);
    expect(parameterCount([{ kernel: 3, inputChannels: 4, outputChannels: 8, groups: 2 }])).toBe(144);
    const chain = [
      { kernel: 3, inputChannels: 3, outputChannels: 8, bias: true },
      { kernel: [1, 5] as const, outputChannels: 2 },
    ];
    expect(parameterCount(chain)).toBe(3 * 3 * 3 * 8 + 8 + 5 * 8 * 2);
  });
});

describe('kernels', () => {
  const sum = (kernel: number[][]): number => kernel.flat().reduce((total, value) => total + value, 0);
  const slope = (down: number, across: number): number[][] =>
    range(3).map((y) => range(3).map((x) => down * y + across * x));

  test('blurs, sharpen, emboss and identity keep brightness; the others answer 0 to a flat image', () => {
    const { identity, boxBlur, gaussianBlur, sharpen, emboss, ...detectors } = kernels;
    for (const kernel of [identity, boxBlur, gaussianBlur, sharpen, emboss]) expect(sum(kernel)).toBeCloseTo(1, 12);
    expect(Object.keys(detectors).sort()).toEqual(['edge', 'prewittX', 'prewittY', 'sobelX', 'sobelY']);
    for (const kernel of Object.values(detectors)) expect(sum(kernel)).toBe(0);
  });

  test('x kernels answer to slopes to the right, y kernels to slopes downwards', () => {
    expect(convolve2d(slope(0, 1), kernels.sobelX)).toEqual([[8]]);
    expect(convolve2d(slope(1, 0), kernels.sobelX)).toEqual([[0]]);
    expect(convolve2d(slope(1, 0), kernels.sobelY)).toEqual([[8]]);
    expect(convolve2d(slope(0, 1), kernels.prewittX)).toEqual([[6]]);
    expect(convolve2d(slope(1, 0), kernels.prewittY)).toEqual([[6]]);
    expect(convolve2d(slope(0, 1), kernels.prewittY)).toEqual([[0]]);
    expect(convolve2d(slope(2, 1), kernels.edge)).toEqual([[0]]);
    expect(convolve2d(slope(2, 1), kernels.identity)).toEqual([[3]]);
    expect(convolve2d(slope(2, 1), kernels.emboss)).toEqual([[3 + 6 * 2 + 6]]);
    expect(
      convolve2d(
        [
          [0, 0, 0],
          [0, 1, 0],
          [0, 0, 0],
        ],
        kernels.edge,
      ),
    ).toEqual([[8]]);
    expect(
      convolve2d(
        [
          [0, 1, 0],
          [1, 4, 1],
          [0, 1, 0],
        ],
        kernels.sharpen,
      ),
    ).toEqual([[16]]);
    expect(
      convolve2d(
        [
          [0, 0, 0],
          [0, 16, 0],
          [0, 0, 0],
        ],
        kernels.gaussianBlur,
        { padding: 1 },
      ),
    ).toEqual([
      [1, 2, 1],
      [2, 4, 2],
      [1, 2, 1],
    ]);
  });

  test('nobody can change them for everybody', () => {
    expect(() => kernels.sobelX.push([1])).toThrow('not extensible');
    expect(() => kernels.sobelX[0]?.fill(5)).toThrow('read only');
  });
});
