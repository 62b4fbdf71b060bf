import { convolve1d, convolve2d } from 'keras-ts/reference';

// scipy 1.17.1, signal.convolve(x, kernel, mode, method='direct') and signal.convolve2d(x, kernel, mode), on whole numbers
// from numpy.random.default_rng(3): even and odd kernels.
// biome-ignore format: tables of numbers
const signals = [
  {
    x: [-6, -9, 5, -6, 5, -3, 1],
    kernel: [5, 5, 0],
    valid: [-20, -5, -5, 10, -10],
    same: [-75, -20, -5, -5, 10, -10, 5],
    full: [-30, -75, -20, -5, -5, 10, -10, 5, 0],
  },
  {
    x: [-6, -5, 7, 2, -6, 7, 9, 9],
    kernel: [1, 5, 1, 0],
    valid: [32, 11, -21, 38, 61],
    same: [-35, -24, 32, 11, -21, 38, 61, 54],
    full: [-6, -35, -24, 32, 11, -21, 38, 61, 54, 9, 0],
  },
];

// biome-ignore format: tables of numbers
const pictures = [
  {
    x: [[6, -8, -6, -5, -6, 6], [7, 2, -9, -8, -3, -1], [2, 0, -4, -6, 4, 4], [-9, -7, -1, -2, 7, 0], [-2, -1, 3, 2, -6, 5]],
    kernel: [[3, 5, 3], [-2, -2, 2], [2, 2, 4]],
    valid: [[18, -54, -72, -14], [-39, -38, -54, -39], [-4, -10, -31, -35]],
    same: [[45, 44, -57, -66, -52, -38], [-12, 18, -54, -72, -14, 16], [-52, -39, -38, -54, -39, 7], [23, -4, -10, -31, -35, 45], [-26, -60, -46, 20, 12, 6]],
    full: [[18, 6, -40, -69, -61, -27, 12, 18], [9, 45, 44, -57, -66, -52, -38, 9], [4, -12, 18, -54, -72, -14, 16, 34], [-17, -52, -39, -38, -54, -39, 7, 4], [16, 23, -4, -10, -31, -35, 45, 31], [-14, -26, -60, -46, 20, 12, 6, 10], [-4, -6, -4, 6, 4, 6, -14, 20]],
  },
  {
    x: [[-4, 8, -9, -8], [9, 8, -4, -7], [-4, -9, 7, 3], [2, -5, -1, -6], [5, 0, -9, -5]],
    kernel: [[2, 0, -1], [-3, -5, 1]],
    valid: [[-34, 55], [-1, 64], [16, -60], [7, 8]],
    same: [[16, -14, -24, 9], [12, -34, 55, 35], [-87, -1, 64, 24], [37, 16, -60, -7], [5, 7, 8, 38]],
    full: [[-8, 16, -14, -24, 9, 8], [30, 12, -34, 55, 35, -1], [-35, -87, -1, 64, 24, -10], [16, 37, 16, -60, -7, 9], [4, 5, 7, 8, 38, -1], [-15, -25, 32, 60, 16, -5]],
  },
  {
    x: [[3, 0, 8, 8, -6], [2, 2, -5, -4, 0], [5, -4, 4, 3, -5], [-2, 6, 7, 3, -9], [3, -5, 6, 8, -1], [9, 5, -3, 7, -2]],
    kernel: [[-4, 1], [4, 2], [-1, 4], [0, -1]],
    valid: [[-29, -1, -9, 1], [65, -11, 18, 3], [-44, 52, 34, 45]],
    same: [[4, 0, 54, 59, -12], [-15, 45, -44, -10, 53], [26, -29, -1, -9, 1], [-25, 65, -11, 18, 3], [-22, -44, 52, 34, 45], [33, 57, -34, 31, 36]],
    full: [[-12, 3, -32, -24, 32, -6], [4, 0, 54, 59, -12, -12], [-15, 45, -44, -10, 53, -29], [26, -29, -1, -9, 1, -13], [-25, 65, -11, 18, 3, -39], [-22, -44, 52, 34, 45, -35], [33, 57, -34, 31, 36, 1], [-9, 28, 28, -25, 22, -7], [0, -9, -5, 3, -7, 2]],
  },
  {
    x: [[-7, -5, 4, 6], [-4, 2, 7, -7], [-4, 0, 1, -2], [-2, -7, 2, 8]],
    kernel: [[-3, 3]],
    valid: [[-6, -27, -6], [-18, -15, 42], [-12, -3, 9], [15, -27, -18]],
    same: [[21, -6, -27, -6], [12, -18, -15, 42], [12, -12, -3, 9], [6, 15, -27, -18]],
    full: [[21, -6, -27, -6, 18], [12, -18, -15, 42, -21], [12, -12, -3, 9, -6], [6, 15, -27, -18, 24]],
  },
];

describe('flip: true is the convolution of scipy', () => {
  test.each(signals)('convolve1d, case %#', ({ x, kernel, valid, same, full }) => {
    expect(convolve1d(x, kernel, { flip: true })).toEqual(valid);
    expect(convolve1d(x, kernel, { flip: true, padding: 'same' })).toEqual(same);
    expect(convolve1d(x, kernel, { flip: true, padding: kernel.length - 1 })).toEqual(full);
  });

  test.each(pictures)('convolve2d, case %#', ({ x, kernel, valid, same, full }) => {
    expect(convolve2d(x, kernel, { flip: true })).toEqual(valid);
    expect(convolve2d(x, kernel, { flip: true, padding: 'same' })).toEqual(same);
    const padding = [kernel.length - 1, (kernel[0]?.length ?? 0) - 1] as const;
    expect(convolve2d(x, kernel, { flip: true, padding })).toEqual(full);
  });

  test.each(pictures)('without flip it is the convolution with the turned kernel, case %#', ({ x, kernel, valid }) => {
    const turned = kernel.map((row) => [...row].reverse()).reverse();
    expect(convolve2d(x, turned)).toEqual(valid);
    expect(convolve2d(x, kernel)).not.toEqual(valid);
  });
});
