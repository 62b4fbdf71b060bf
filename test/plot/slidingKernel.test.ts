import { slidingKernel } from '../../src/plot';
import { renderPixels } from '../../src/plot/png';
import { decodeGif, elementsOf, textsOf } from './pictures';

const digits = [
  [3, 0, 1, 2, 7, 4],
  [1, 5, 8, 9, 3, 1],
  [2, 7, 2, 5, 1, 3],
  [0, 1, 3, 1, 7, 8],
  [4, 2, 1, 6, 2, 8],
  [2, 4, 5, 2, 3, 9],
];
const edges = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];

/** The sums, written out. */
function sums(x: number[][], kernel: number[][], stride: number, pad: number, dilation: number): number[][] {
  const reach = dilation * (kernel.length - 1) + 1;
  const size = Math.floor((x.length + 2 * pad - reach) / stride) + 1;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      let sum = 0;
      kernel.forEach((row, a) => {
        row.forEach((weight, b) => {
          sum += weight * (x[i * stride + a * dilation - pad]?.[j * stride + b * dilation - pad] ?? 0);
        });
      });
      return sum;
    }),
  );
}

/** The number at the end of the line that adds up. */
const sumIn = (svg: string): number => Number(/= (-?[\d.]+)<\/text>/.exec(svg)?.[1]);

describe('what the frames show', () => {
  test.each([
    [1, 0, 1],
    [2, 0, 1],
    [2, 1, 1],
    [1, 0, 2],
    [1, 2, 2],
  ])('stride %d, padding %d, dilation %d: one frame for each sum, in order', (strides, padding, dilationRate) => {
    const animation = slidingKernel(digits, edges, { strides, padding, dilationRate });
    const expected = sums(digits, edges, strides, padding, dilationRate).flat();
    expect(animation).toHaveLength(expected.length);
    expect(expected.map((_, k) => sumIn(animation.frame(k).svg()))).toEqual(expected);
    const texts = textsOf(animation.frame(0).svg());
    expect(texts).toContain(`stride ${strides}, padding ${padding}, dilation ${dilationRate}`);
  });

  test("the course's example: 3 x 3 numbers and one sum, -60", () => {
    const svg = slidingKernel(
      [
        [10, 20, 30],
        [15, 25, 35],
        [20, 30, 40],
      ],
      edges,
    )
      .frame(0)
      .svg();
    const products = '10·1 + 20·0 + 30·(-1) + 15·1 + 25·0 + 35·(-1) + 20·1 + 30·0 + 40·(-1) = -60';
    expect(
      textsOf(svg)
        .filter((text) => /[·=] ?/.test(text) && text !== '=')
        .join(' '),
    ).toBe(products);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['row 0, column 0', '-60']));
  });

  test('the output fills up', () => {
    const animation = slidingKernel(digits, [[1]]);
    const counts = [0, 7, 35].map(
      (k) => elementsOf(animation.frame(k).svg(), 'rect').filter(({ stroke }) => stroke === '#7fb8a0').length,
    );
    expect(counts).toEqual([1, 8, 36]);
  });

  test('the window moves by the stride and is as wide as the dilated kernel', () => {
    const animation = slidingKernel(digits, [[1, 1]], { strides: [1, 2], dilationRate: 2 });
    const windowIn = (k: number) =>
      elementsOf(animation.frame(k).svg(), 'rect').find(({ stroke }) => stroke === '#d55e00');
    const [cell] = elementsOf(animation.frame(0).svg(), 'rect')
      .filter(({ stroke }) => stroke === '#8fb0c6')
      .map(({ width }) => Number(width)) as [number];
    expect(Number(windowIn(0)?.['width'])).toBe(3 * cell);
    expect(Number(windowIn(0)?.['height'])).toBe(cell);
    expect(Number(windowIn(1)?.['x']) - Number(windowIn(0)?.['x'])).toBe(2 * cell);
    expect(Number(windowIn(2)?.['y']) - Number(windowIn(0)?.['y'])).toBe(cell);
  });

  test("'same' and uneven padding: zeros around the input", () => {
    const zeros = (options: object): number =>
      elementsOf(slidingKernel(digits, edges, options).frame(0).svg(), 'rect').filter(
        (rect) => 'stroke-dasharray' in rect,
      ).length;
    expect(zeros({ padding: 'same' })).toBe(8 * 8 - 36);
    expect(
      zeros({
        padding: [
          [1, 0],
          [0, 2],
        ],
      }),
    ).toBe(7 * 8 - 36);
    expect(zeros({})).toBe(0);
  });

  test('letters in place of numbers', () => {
    const svg = slidingKernel([[1, 2]], [[1, 1]], { labels: [['A', 'B']] })
      .frame(0)
      .svg();
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['A', 'B', 'A·1 + B·1 = 3']));
  });
});

describe('the GIF', () => {
  const animation = slidingKernel(digits.slice(0, 4), edges, { strides: [1, 2], delay: 500, title: 'Moving' });
  const gif = decodeGif(animation.gif());

  test('repeats, is as large as the figure, with a frame for each position and a rest at the end', () => {
    expect(gif.repeats).toBe(true);
    expect([gif.width, gif.height]).toEqual([animation.width, animation.height]);
    expect(gif.frames.map(({ delay }) => delay)).toEqual([500, 500, 500, 1500]);
  });

  test('shows each frame, put together from the changes', () => {
    const seen: number[] = [];
    gif.frames.forEach(({ indices, transparent }, k) => {
      indices.forEach((index, i) => {
        if (index !== transparent) seen[i] = index;
      });
      const { rgba } = renderPixels('test', animation.frame(k).svg());
      let far = 0;
      seen.forEach((index, i) => {
        const distance = Math.max(
          ...[0, 1, 2].map((c) => Math.abs((gif.palette[index]?.[c] as number) - (rgba[4 * i + c] as number))),
        );
        if (distance > 24) far++;
      });
      expect(far / seen.length).toBeLessThan(1e-3);
    });
    expect(gif.palette[seen[0] as number]).toEqual([255, 255, 255]);
  });

  test('is made once', () => {
    expect(animation.gif()).toBe(animation.gif());
  });
});

test.each([
  [[1, 2], [[1]], {}, 'slidingKernel: input must have the shape (rows, columns). Received: shape (2,).'],
  [
    [[1]],
    [[1, 2], [3]],
    {},
    'slidingKernel: kernel must be regular, each array as long as its neighbours. Received: kernel[1] has 1, the first one has 2.',
  ],
  [
    [[1]],
    [[1, 2]],
    {},
    'slidingKernel: the kernel must not be larger than the padded input. Received: kernel size 2, padded input size 1.',
  ],
  [[[Number.NaN]], [[1]], {}, 'slidingKernel: input must hold finite numbers. Received: NaN.'],
  [[[1]], [[Number.POSITIVE_INFINITY]], {}, 'slidingKernel: kernel must hold finite numbers. Received: Infinity.'],
  [
    [[1]],
    [[1]],
    { stride: 2 },
    "slidingKernel: unknown argument 'stride'. Received: stride=2. Did you mean 'strides'?",
  ],
  [
    [[1]],
    [[1]],
    { strides: 0 },
    'slidingKernel: strides must be a positive integer or a pair of them. Received: strides=0.',
  ],
  [[[1]], [[1]], { padding: -1 }, "slidingKernel: padding must be 'valid', 'same', an integer >= 0"],
  [[[1]], [[1]], { delay: 1 }, 'slidingKernel: delay must be from 20 to 60000 milliseconds. Received: delay=1.'],
  [
    [[1]],
    [[1]],
    { labels: [['A', 'B']] },
    "slidingKernel: labels must be 1 lists of 1 strings, as the input is. Received: labels=[['A', 'B']].",
  ],
  [
    Array(22).fill(Array(22).fill(0)),
    [[1]],
    {},
    'slidingKernel: at most 400 positions can be shown. Received: 484. Use a smaller input or a larger stride.',
  ],
  [
    [Array(33).fill(0)],
    [[1]],
    {},
    'slidingKernel: the padded input can have at most 32 rows and columns. Received: 1 x 33.',
  ],
])('%# bad input gets an error', (input, kernel, options, message) => {
  expect(() => slidingKernel(input as never, kernel as never, options as never)).toThrow(message);
});
