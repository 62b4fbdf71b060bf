import * as tf from '@tensorflow/tfjs';
import { featureMaps, imshow, kernels } from '../../src/plot';
import { decodePng, elementsOf, textsOf } from './pictures';

tf.enableProdMode(); // no advice about backends

const ramp = (height: number, width: number): number[][] =>
  Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => i * width + j));

/** Fills of the cells drawn one by one. */
const fills = (svg: string): (string | undefined)[] =>
  elementsOf(svg.split('crispEdges')[1] as string, 'rect')
    .map(({ fill }) => fill)
    .filter((fill) => fill !== 'none');

/** The pictures inside an SVG picture. */
const inner = (svg: string) =>
  elementsOf(svg, 'image').map(({ href }) =>
    decodePng(Buffer.from((href as string).split(',')[1] as string, 'base64')),
  );

describe('imshow', () => {
  test('a small matrix: gray cells, its numbers and the title', () => {
    const svg = imshow(
      [
        [0, 51],
        [204, 255],
      ],
      { title: 'A <small> & "good" one' },
    ).svg();
    expect(fills(svg)).toEqual(['#000000', '#333333', '#cccccc', '#ffffff']);
    expect(textsOf(svg)).toEqual(['A &lt;small&gt; &amp; &quot;good&quot; one', '0', '51', '204', '255']);
  });

  test('numbers are written dark on light and light on dark', () => {
    const svg = imshow([[0, 1]]).svg();
    const [black, white] = elementsOf(svg, 'text').map(({ fill }) => fill);
    expect([black, white]).toEqual(['#ffffff', '#000000']);
  });

  test('a large matrix is a picture with one pixel for each number', () => {
    const [picture] = inner(imshow(ramp(40, 50)).svg());
    expect([picture?.width, picture?.height]).toEqual([50, 40]);
    expect(picture?.at(0, 0)).toEqual([0, 0, 0]);
    expect(picture?.at(49, 39)).toEqual([255, 255, 255]);
    const gray = Math.round((255 * (7 * 50 + 20)) / 1999);
    expect(picture?.at(20, 7)).toEqual([gray, gray, gray]);
  });

  test('the picture as PNG shows each number where it belongs', () => {
    const figure = imshow(
      [
        [0, 1, 0],
        [1, 1, 1],
      ],
      { values: false },
    );
    const [frame] = elementsOf(figure.svg(), 'rect').slice(-1);
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => Number(frame?.[key])) as [
      number,
      number,
      number,
      number,
    ];
    const picture = decodePng(figure.png({ scale: 1 }));
    const cell = width / 3;
    expect(height).toBe(2 * cell);
    const seen = [0, 1].map((i) => [0, 1, 2].map((j) => picture.at(x + (j + 0.5) * cell, y + (i + 0.5) * cell)[0]));
    expect(seen).toEqual([
      [0, 255, 0],
      [255, 255, 255],
    ]);
  });

  test('colours: shares of 1, bytes, and opacity on white', () => {
    expect(
      fills(
        imshow([
          [
            [1, 0, 0.2],
            [0, 0, 1],
          ],
        ]).svg(),
      ),
    ).toEqual(['#ff0033', '#0000ff']);
    expect(
      fills(
        imshow([
          [
            [255, 0, 51],
            [0, 0, 255],
          ],
        ]).svg(),
      ),
    ).toEqual(['#ff0033', '#0000ff']);
    expect(
      fills(
        imshow([
          [
            [1, 0, 0, 0.2],
            [0, 0, 0, 0],
          ],
        ]).svg(),
      ),
    ).toEqual(['#ffcccc', '#ffffff']);
  });

  test('one channel is gray, whether its axis is written or not', () => {
    expect(imshow([[[1], [2]]]).svg()).toBe(imshow([[1, 2]]).svg());
  });

  test('tensors, variables and arrays give the same', () => {
    const array = ramp(3, 4);
    const tensor = tf.tensor2d(array);
    expect(imshow(tensor).svg()).toBe(imshow(array).svg());
    expect(imshow(array.map((row) => Float32Array.from(row)) as never).svg()).toBe(imshow(array).svg());
    expect(imshow({ value: tensor }).svg()).toBe(imshow(array).svg());
    expect(imshow([tensor, tensor]).svg()).toBe(imshow([array, array], { batch: true }).svg());
    tensor.dispose();
  });

  test('many images: each with its title, in rows', () => {
    const svg = imshow(
      Array.from({ length: 10 }, () => ramp(40, 40)),
      { titles: [...'abcdefghij'], title: 'Ten' },
    ).svg();
    expect(textsOf(svg).sort()).toEqual(['Ten', ...'abcdefghij']);
    const places = elementsOf(svg, 'image').map(({ x, y }) => [Number(x), Number(y)]);
    expect(new Set(places.map(([, y]) => y)).size).toBe(2);
    expect(new Set(places.map(([x]) => x)).size).toBe(5);
  });

  test('three axes: a list, an image in colour, and what titles or batch make of it', () => {
    const panels = (svg: string): number => svg.split('crispEdges').length - 1;
    expect(panels(imshow(tf.zeros([5, 4, 2])).svg())).toBe(5);
    expect(panels(imshow(tf.zeros([5, 4, 3])).svg())).toBe(1);
    expect(panels(imshow(tf.zeros([5, 4, 3]), { batch: true }).svg())).toBe(5);
    expect(panels(imshow(tf.zeros([5, 4, 3]), { titles: [1, 2, 3, 4, 5] }).svg())).toBe(5);
    expect(panels(imshow(tf.zeros([5, 4, 4, 3])).svg())).toBe(5);
    expect(panels(imshow([ramp(2, 5), ramp(3, 7)]).svg())).toBe(2);
  });

  test('ranges: of each image, shared, or given; beyond them the end colours', () => {
    const two = [[[0, 10]], [[0, 20]]];
    const colorsOf = (range: Parameters<typeof imshow>[1]) =>
      imshow(two, { values: false, ...range })
        .svg()
        .match(/#(\w\w)\1\1"/g);
    const gray = (value: number): string => `#${value.toString(16).padStart(2, '0').repeat(3)}"`;
    const shown = (range: Parameters<typeof imshow>[1], expected: number[]) =>
      expect(colorsOf(range)?.filter((color) => expected.map(gray).includes(color))).toEqual(
        expect.arrayContaining(expected.map(gray)),
      );
    shown({ range: 'shared' }, [0, 128, 255]);
    shown({ range: [0, 40] }, [0, 64, 128]);
    expect(colorsOf({ range: 'each' })).not.toContain(gray(128));
    expect(fills(imshow([[-5, 5]], { range: [0, 1] }).svg())).toEqual(['#000000', '#ffffff']);
  });

  test('NaN has its own colour and name; infinities those of the ends; a constant image the first', () => {
    const svg = imshow([[Number.NaN, 0, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]]).svg();
    expect(fills(svg)).toEqual(['#d55e00', '#000000', '#ffffff', '#ffffff', '#000000']);
    expect(textsOf(svg)).toEqual(['NaN', '0', '1', '∞', '-∞']);
    expect(fills(imshow([[7]]).svg())).toEqual(['#000000']);
    expect(fills(imshow([[3, 3]], { colormap: 'viridis' }).svg())).toEqual(['#440154', '#440154']);
  });

  test('a large picture is as sharp in a PNG file as in a browser', () => {
    const board = Array.from({ length: 33 }, (_, i) => Array.from({ length: 33 }, (_, j) => (i + j) % 2));
    const figure = imshow(board, { size: 330 });
    const [picture] = elementsOf(figure.svg(), 'image');
    expect(picture?.['style']).toBe('image-rendering: pixelated');
    const { at } = decodePng(figure.png({ scale: 1 }));
    const [left, top] = [Number(picture?.['x']), Number(picture?.['y'])];
    const row = Array.from({ length: 330 }, (_, x) => at(left + x, top + 15)[0]);
    // The frame covers the first and the last pixel.
    expect(row.slice(1, -1)).toEqual(
      Array.from({ length: 328 }, (_, x) => (Math.floor((x + 1) / 10) % 2 === 0 ? 255 : 0)),
    );
  });

  test('integers in colour are bytes, however small: int32 tensors, arrays of bytes, lists of both', () => {
    const ints = tf.ones([2, 2, 3], 'int32');
    expect(new Set(fills(imshow(ints).svg()))).toEqual(new Set(['#010101']));
    expect(new Set(fills(imshow({ value: ints }).svg()))).toEqual(new Set(['#010101']));
    expect(fills(imshow([[Uint8Array.of(1, 0, 1)]] as never).svg())).toEqual(['#010001']);
    expect(fills(imshow([[Float32Array.of(1, 0, 1)]] as never).svg())).toEqual(['#ff00ff']);
    expect(new Set(fills(imshow(tf.ones([2, 2, 3], 'bool')).svg()))).toEqual(new Set(['#ffffff']));
    const both = imshow([ints, tf.ones([2, 2, 3])] as never)
      .svg()
      .split('crispEdges');
    expect(both.slice(1).map((part) => elementsOf(part, 'rect')[0]?.['fill'])).toEqual(['#010101', '#ffffff']);
    const batch = imshow(tf.ones([2, 2, 2, 3], 'int32')).svg();
    expect(new Set(fills(batch).slice(0, 4))).toEqual(new Set(['#010101']));
    expect(fills(imshow(ints, { range: [0, 1] }).svg())[0]).toBe('#ffffff');
  });

  /** The frames of the images, which are drawn last. */
  const frames = (svg: string): number[][] =>
    elementsOf(svg, 'rect')
      .filter(({ fill }) => fill === 'none')
      .map(({ width, height }) => [Number(width), Number(height)]);
  const noise = (height: number, width: number, factor = 1): number[][] =>
    ramp(height, width).map((row) => row.map((value) => Math.sin(value) * factor));

  test('images of one size have one size in a figure, whatever numbers they hold', () => {
    const figure = imshow(Array.from({ length: 10 }, (_, i) => noise(8, 8, 10 ** (i - 5))));
    expect(frames(figure.svg())).toEqual(Array(10).fill([160, 160]));
    expect(textsOf(figure.svg())).toEqual([]);
    expect(figure.width).toBeLessThan(920);
  });

  test('numbers are written where they fit; a size that is given is kept to', () => {
    const numbers = (options: object): number => textsOf(imshow(noise(8, 8), options).svg()).length;
    expect([numbers({}), numbers({ size: 100 }), numbers({ size: 100, values: true }), numbers({ size: 400 })]).toEqual(
      [64, 0, 0, 64],
    );
    expect(frames(imshow(noise(8, 8), { size: 100 }).svg())).toEqual([[96, 96]]);
    const asked = imshow(
      Array.from({ length: 10 }, () => noise(8, 8)),
      { values: true },
    );
    expect(textsOf(asked.svg())).toHaveLength(640);
    expect(new Set(frames(asked.svg()).flat()).size).toBe(1);
  });

  test('a number has as many pixels in one image as in another, and titles stand in one line', () => {
    const svg = imshow([noise(28, 28), noise(13, 13), noise(14, 7)], { titles: ['a', 'b', 'c'] }).svg();
    expect(frames(svg)).toEqual([
      [196, 196],
      [91, 91],
      [49, 98],
    ]);
    expect(
      new Set(elementsOf(svg.replaceAll('</text>', '').replaceAll(/(<text[^>]*)>/g, '$1/>'), 'text').map(({ y }) => y))
        .size,
    ).toBe(1);
    // What could not be seen at that scale has its own, and is not larger than the others.
    expect(frames(imshow([noise(224, 224), noise(7, 7)]).svg())).toEqual([
      [220, 220],
      [217, 217],
    ]);
  });

  test('colour maps: viridis as matplotlib has it, and a bar with its numbers', () => {
    const svg = imshow([[0, 1, 2, 3, 4]], { colormap: 'viridis', colorbar: true }).svg();
    expect(fills(svg).slice(0, 5)).toEqual(['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725']);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['0', '1', '2', '3', '4']));
  });

  test.each([
    [[], {}, 'imshow: images must not be empty. Received: an array of shape (0,).'],
    [
      [1, 2],
      {},
      'imshow: images must have the shape (height, width) or (height, width, 1, 3 or 4). Received: shape (2,).',
    ],
    [
      [[1, 2], [3]],
      {},
      'imshow: images must be regular, each array as long as its neighbours. Received: images[1] has 1, the first one has 2.',
    ],
    [[[1, 2], 3], {}, 'Received: images[1] is 3, the first one has 2.'],
    [[[1, 'a']], {}, "imshow: images must hold numbers only. Received: images[0][1] is 'a'."],
    [[[1, [2]]], {}, 'Received: images[0][1] is an array, where other entries are numbers.'],
    ['digit', {}, "imshow: images must be an array or a tensor of numbers. Received: images='digit'."],
    [[[Number.NaN]], {}, 'imshow: images must hold a finite number. Received: nothing but NaN and infinities.'],
    [[[[1, 2]], [[1, 2], [3]]], {}, 'Received: images[1][1] has 1, the first one has 2.'],
    [
      tf.zeros([1, 1, 1, 1, 3]),
      {},
      'imshow: images[0] must have the shape (height, width) or (height, width, 1, 3 or 4). Received: shape (1, 1, 1, 3).',
    ],
    [
      [[1]],
      { colourmap: 'gray' },
      "imshow: unknown argument 'colourmap'. Received: colourmap='gray'. Did you mean 'colormap'?",
    ],
    [[[1]], { colormap: 'virids' }, "imshow: unknown colormap. Received: 'virids'. Did you mean 'viridis'?"],
    [
      [[1]],
      { titles: ['a', 'b'], batch: false },
      'imshow: titles must be a list of 1 strings, one for each image. Received: 2 of them.',
    ],
    [[[1]], { title: 5 }, 'imshow: title must be a string. Received: title=5.'],
    [[[1]], { columns: 0 }, 'imshow: columns must be a positive integer. Received: columns=0.'],
    [[[1]], { range: [1, 0] }, "imshow: range must be 'each', 'shared' or [least, greatest]. Received: range=[1, 0]."],
    [[[1]], { values: 1 }, 'imshow: values must be true or false. Received: values=1.'],
    [
      tf.zeros([2, 2, 2]),
      { colorbar: true },
      "imshow: colorbar needs one range for all images, as range: 'shared'. Received: range='each'.",
    ],
    [
      tf.zeros([2, 2, 3]),
      { colorbar: true },
      'imshow: colorbar needs images of one channel. Received: images in colour.',
    ],
    [tf.zeros([401, 1, 2]), {}, 'imshow: at most 400 images can be shown. Received: 401 images.'],
  ])('%# bad input gets an error', (images, options, message) => {
    expect(() => imshow(images as never, options as never)).toThrow(message);
  });
});

describe('featureMaps', () => {
  test('each channel is a picture of its own', () => {
    const maps = Array.from({ length: 40 }, (_, i) => Array.from({ length: 30 }, (_, j) => [i, -j]));
    const pictures = inner(featureMaps(maps, { colormap: 'gray' }).svg());
    expect(pictures.map(({ width, height }) => [width, height])).toEqual([
      [30, 40],
      [30, 40],
    ]);
    expect(pictures.map(({ at }) => [at(0, 0)[0], at(0, 39)[0], at(29, 0)[0]])).toEqual([
      [0, 255, 0],
      [255, 255, 0],
    ]);
  });

  test('dead maps are dark, and so is what is not active in others', () => {
    const colors = (maps: tf.Tensor3D): (string | undefined)[] =>
      featureMaps(maps)
        .svg()
        .split('crispEdges')
        .slice(1)
        .map((part) => elementsOf(part, 'rect')[0]?.['fill']);
    const [dark, bright] = ['#440154', '#fde725'];
    expect(colors(tf.zeros([5, 5, 3]))).toEqual([dark, dark, dark]);
    expect(colors(tf.fill([5, 5, 1], 3))).toEqual([dark]);
    // The first is 0 everywhere, the second 3 everywhere, the last -1 or more: then a map begins with its least number.
    expect(colors(tf.tensor3d([0, 3, 0, 3], [1, 2, 2]))).toEqual([dark, bright]);
    expect(colors(tf.tensor3d([0, 3, -1, 0, 3, 2], [1, 2, 3]))).toEqual([dark, dark, dark]);
  });

  test('the first of many, told so', () => {
    const svg = featureMaps(tf.ones([1, 3, 3, 100]), { title: 'Maps' }).svg();
    expect(textsOf(svg)).toContain('the first 64 of 100 channels');
    expect(textsOf(svg)).toContain('63');
    expect(textsOf(svg)).not.toContain('64');
  });

  test.each([
    [
      tf.ones([2, 3, 3, 4]),
      {},
      'featureMaps: activations must have the shape (height, width, channels), of one image. Received: shape (2, 3, 3, 4).',
    ],
    [tf.ones([3, 3]), {}, 'Received: shape (3, 3).'],
    [tf.ones([3, 3, 2]), { limit: 1.5 }, 'featureMaps: limit must be a positive integer. Received: limit=1.5.'],
    [
      tf.ones([3, 3, 2]),
      { titles: ['a'] },
      'featureMaps: titles must be a list of 2 strings, one for each map. Received: 1 of them.',
    ],
    [tf.ones([3, 3, 2]), { range: 'all' }, "featureMaps: unknown range. Received: 'all'."],
  ])('%# bad input gets an error', (maps, options, message) => {
    expect(() => featureMaps(maps, options as never)).toThrow(message);
  });
});

describe('kernels', () => {
  const at = (weights: number[]): number[][][][] => [[[weights]]];

  test('colours are symmetric around 0', () => {
    const svg = kernels(at([-2, 0, 2])).svg();
    const cells = [...svg.matchAll(/crispEdges"><rect[^>]*fill="(#\w+)"/g)].map(([, fill]) => fill);
    expect(cells).toEqual(['#3b4cc0', '#dddcdc', '#b40426']);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['-2', '-1', '0', '1', '2']));
  });

  test('several input channels are rows, and what is left out is told', () => {
    const svg = kernels(tf.ones([3, 3, 12, 20]), { title: 'Second layer' }).svg();
    expect(textsOf(svg)).toContain('the first 16 of 20 filters, 8 of 12 input channels');
    expect(textsOf(svg)).toContain('channel 7');
    expect(svg.split('crispEdges').length - 1).toBe(8 * 16);
  });

  test('weights stand where they belong', () => {
    const weights = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const numbers = textsOf(kernels(weights, { values: true }).svg()).filter((label) => /^[1-8]$/.test(label));
    // Input channel 0 of filters 0 and 1, then channel 1; the titles 0 and 1 come between.
    expect(numbers.slice(0, 9)).toEqual(['1', '5', '2', '6', '1', '3', '7', '4', '8']);
  });

  test('a layer gives its kernel', () => {
    const value = tf.ones([3, 3, 1, 2]);
    expect(kernels({ value }).svg()).toBe(kernels(value).svg());
  });

  test.each([
    [
      tf.ones([3, 3]),
      {},
      'kernels: weights must have the shape (kernel height, kernel width, input channels, filters). Received: shape (3, 3).',
    ],
    [
      tf.ones([1, 1, 1, 1]),
      { filter: 3 },
      "kernels: unknown argument 'filter'. Received: filter=3. Did you mean 'filters'?",
    ],
  ])('%# bad input gets an error', (weights, options, message) => {
    expect(() => kernels(weights, options as never)).toThrow(message);
  });
});
