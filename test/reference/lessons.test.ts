import {
  averagePool2d,
  conv2d,
  convolve1d,
  convolve2d,
  coverage,
  dilateKernel,
  kernels,
  maxPool2d,
  outputSize,
  parameterCount,
  receptiveField,
} from 'keras-ts/reference';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const arange = (height: number, width: number): number[][] =>
  range(height).map((y) => range(width).map((x) => y * width + x));

describe('the worked cases of the lessons', () => {
  test('an edge detector over a step and over two bars', () => {
    expect(convolve1d([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [-1, 1])).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(convolve1d([0, 0, 1, 1, 0, 0, 1, 1, 0, 0], [-1, 1])).toEqual([0, 1, 0, -1, 0, 1, 0, -1, 0]);
  });

  test('28x28 under a 2x2 kernel is 27x27, each entry the step to the right over two rows', () => {
    const image = range(28).map((y) => range(28).map((x) => (y * y + 3 * x * x) % 17));
    const y = convolve2d(image, [
      [-1, 1],
      [-1, 1],
    ]);
    expect(y.map((row) => row.length)).toEqual(new Array(27).fill(27));
    const pixel = (i: number, j: number): number => image[i]?.[j] as number;
    expect(y[13]?.[20]).toBe(pixel(13, 21) - pixel(13, 20) + pixel(14, 21) - pixel(14, 20));
  });

  test('one window of the vertical edge detector', () => {
    const row = [1, 0, -1];
    const x = [
      [10, 20, 30],
      [15, 25, 35],
      [20, 30, 40],
    ];
    expect(convolve2d(x, [row, row, row])).toEqual([[-60]]);
  });

  const image = [
    [1, 2, 3, 0],
    [0, 1, 2, 3],
    [3, 0, 1, 2],
    [2, 3, 0, 1],
  ];
  const cross = [
    [1, 0, 1],
    [0, 1, 0],
    [1, 0, 1],
  ];

  test('the 4x4 image under the diagonal cross, alone and as a batch with channels', () => {
    const y = [
      [9, 6],
      [4, 9],
    ];
    expect(convolve2d(image, cross)).toEqual(y);
    const nhwc = [image.map((row) => row.map((value) => [value]))];
    const hwio = cross.map((row) => row.map((value) => [[value]]));
    expect(conv2d(nhwc, hwio)).toEqual([y.map((row) => row.map((value) => [value]))]);
  });

  test('the 6x6 arange under a 3x3 mean is 4x4, starting at 7', () => {
    const y = convolve2d(arange(6, 6), kernels.boxBlur);
    expect(y.map((row) => row.map((value) => Math.round(value * 1e9) / 1e9))).toEqual([
      [7, 8, 9, 10],
      [13, 14, 15, 16],
      [19, 20, 21, 22],
      [25, 26, 27, 28],
    ]);
    expect(convolve2d(arange(6, 6), kernels.boxBlur, { strides: 2 }).map((row) => row.length)).toEqual([2, 2]);
    const same = convolve2d(arange(6, 6), kernels.boxBlur, { padding: 1 });
    expect([same.length, same[0]?.length]).toEqual([6, 6]);
    expect(same[0]?.[0]).toBeCloseTo((0 + 1 + 6 + 7) / 9, 12);
  });

  test('the kernel 1..9 dilated by 2', () => {
    const kernel = arange(3, 3).map((row) => row.map((value) => value + 1));
    const dilated = [
      [1, 0, 2, 0, 3],
      [0, 0, 0, 0, 0],
      [4, 0, 5, 0, 6],
      [0, 0, 0, 0, 0],
      [7, 0, 8, 0, 9],
    ];
    expect(dilateKernel(kernel, 2)).toEqual(dilated);
    expect(convolve2d(arange(6, 7), kernel, { dilationRate: 2 })).toEqual(convolve2d(arange(6, 7), dilated));
    expect(dilateKernel([1, 2], 3)).toEqual([1, 0, 0, 2]);
    expect(dilateKernel([[1, 2]], [5, 1])).toEqual([[1, 2]]);
    expect(dilateKernel([[1], [2]], [2, 5])).toEqual([[1], [0], [2]]);
  });

  test.each([
    [28, 3, 0, 1, 26],
    [28, 3, 1, 1, 28],
    [28, 3, 1, 3, 10],
    [5, 3, 0, 1, 3],
  ])('input %i, kernel %i, padding %i, stride %i give %i', (input, kernel, padding, stride, output) => {
    expect(outputSize({ input, kernel, padding, stride })).toBe(output);
    const y = convolve1d(range(input), range(kernel), { padding, strides: stride });
    expect(y.length).toBe(output);
  });

  test('8x8 padded by 1 is 10x10, with zeros around', () => {
    const ones = range(8).map(() => new Array<number>(8).fill(1));
    const padded = convolve2d(ones, [[1]], { padding: 1 });
    expect(padded.length).toBe(10);
    expect(padded[0]).toEqual(new Array(10).fill(0));
    expect(padded[4]).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(padded[9]).toEqual(new Array(10).fill(0));
  });

  test('4x4 max pooling', () => {
    const x = [
      [1, 3, 2, 1],
      [4, 2, 6, 4],
      [1, 8, 3, 7],
      [5, 3, 2, 1],
    ];
    const y = [
      [4, 6],
      [8, 7],
    ];
    expect(maxPool2d(x)).toEqual(y);
    expect(maxPool2d([x.map((row) => row.map((v) => [v, -v]))], { poolSize: 2 })).toEqual([
      [
        [
          [4, -1],
          [6, -1],
        ],
        [
          [8, -1],
          [7, -1],
        ],
      ],
    ]);
    expect(averagePool2d(x)).toEqual([
      [2.5, 3.25],
      [4.25, 3.25],
    ]);
  });

  test('the windows of the A-Y grid at stride 1 and 2', () => {
    const grid = range(5).map((y) => range(5).map((x) => 65 + 5 * y + x));
    // A kernel with a single 1 picks one letter of every window.
    const pick = (a: number, b: number): number[][] => range(3).map((y) => range(3).map((x) => +(y === a && x === b)));
    const letters = (i: number, j: number, strides: number): string[] =>
      range(3).map((a) =>
        String.fromCharCode(...range(3).map((b) => convolve2d(grid, pick(a, b), { strides })[i]?.[j] as number)),
      );
    expect(letters(0, 0, 1)).toEqual(['ABC', 'FGH', 'KLM']);
    expect(letters(0, 1, 1)).toEqual(['BCD', 'GHI', 'LMN']);
    expect(letters(2, 2, 1)).toEqual(['MNO', 'RST', 'WXY']);
    expect(letters(0, 1, 2)).toEqual(['CDE', 'HIJ', 'MNO']);
    expect(letters(1, 0, 2)).toEqual(['KLM', 'PQR', 'UVW']);
    expect(outputSize({ input: [5, 5], kernel: 3, stride: 2 })).toEqual([2, 2]);
  });

  test('how often the pixels of a 6x6 image are seen: corners once, the middle nine times', () => {
    expect(coverage({ input: [6, 6], kernel: 3 })).toEqual([
      [1, 2, 3, 3, 2, 1],
      [2, 4, 6, 6, 4, 2],
      [3, 6, 9, 9, 6, 3],
      [3, 6, 9, 9, 6, 3],
      [2, 4, 6, 6, 4, 2],
      [1, 2, 3, 3, 2, 1],
    ]);
    expect(coverage({ input: 5, kernel: 3 })).toEqual([1, 2, 3, 2, 1]);
    expect(coverage({ input: 5, kernel: 3, padding: 1 })).toEqual([2, 3, 3, 3, 2]);
  });

  test('three 3x3 kernels see 7x7, with 27 weights against 49', () => {
    const three = [{ kernel: 3 }, { kernel: 3 }, { kernel: 3 }];
    expect(receptiveField(three)).toBe(7);
    expect(receptiveField([{ kernel: [3, 3] }, { kernel: 3 }, { kernel: 3 }])).toEqual([7, 7]);
    expect(parameterCount(three)).toBe(27);
    expect(parameterCount([{ kernel: 7 }])).toBe(49);
  });
});
