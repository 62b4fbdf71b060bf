import { crc32 } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { datasets, layers, optimizers, Sequential, utils } from '../../src';
import { DRAWINGS } from '../../src/datasets/drawings';
import type { Layer } from '../../src/layers/layer';

const { shapes } = datasets;
const free = ({ train, test: unseen }: datasets.Shapes): void => tf.dispose([train.x, train.y, unseen.x, unseen.y]);
const countsOf = (labels: tf.Tensor): number[] => {
  const counts = Array<number>(10).fill(0);
  for (const label of labels.dataSync()) counts[label] = (counts[label] as number) + 1;
  return counts;
};

test('shapes, dtypes, values, and classes that are equally frequent', async () => {
  const before = tf.memory().numTensors;
  const data = await shapes.loadData({ samples: 205, testSamples: 50 });
  const { train, test: unseen, classNames } = data;
  expect([train.x.shape, train.y.shape, unseen.x.shape, unseen.y.shape]).toEqual([
    [205, 32, 32, 3],
    [205],
    [50, 32, 32, 3],
    [50],
  ]);
  expect([train.x.dtype, train.y.dtype]).toEqual(['int32', 'int32']);
  expect([train.x.min().dataSync()[0], train.x.max().dataSync()[0]].map(Number)).toEqual([0, 255]);
  expect(countsOf(train.y)).toEqual([21, 21, 21, 21, 21, 20, 20, 20, 20, 20]);
  expect(countsOf(unseen.y)).toEqual(Array(10).fill(5));
  expect(classNames).toEqual(shapes.classNames);
  free(data);
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 2); // min and max
});

test('the same seed gives the same pictures, on every machine; another seed others', async () => {
  const sumOf = async (options: datasets.ShapesOptions): Promise<[number, number]> => {
    const data = await shapes.loadData({ samples: 20, size: 16, ...options });
    const sums = [data.train, data.test].map(({ x, y }) => crc32(Uint8Array.from([...x.dataSync(), ...y.dataSync()])));
    free(data);
    return sums as [number, number];
  };
  const sums = await sumOf({ seed: 7 });
  expect(sums).toEqual([798335483, 1453786230]); // as on the day the set was made
  expect(await sumOf({ seed: 7 })).toEqual(sums);
  const other = await sumOf({ seed: 8 });
  expect(other.some((sum) => sums.includes(sum))).toBe(false);
  expect((await sumOf({ seed: 7, samples: 18, testSamples: 4 }))[1]).toBe(sums[1]);
});

test('some classes, another size, no noise: two colours and those between at the edge', async () => {
  const data = await shapes.loadData({ samples: 6, size: 64, noise: 0, classes: ['square', 'circle'] });
  expect([data.train.x.shape, data.classNames]).toEqual([
    [6, 64, 64, 3],
    ['square', 'circle'],
  ]);
  const values = data.train.x.dataSync();
  for (let i = 0; i < 6; i++) {
    const counts = new Map<string, number>();
    for (let at = i * 64 * 64 * 3; at < (i + 1) * 64 * 64 * 3; at += 3) {
      const color = values.slice(at, at + 3).join();
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    const [ground, figure, ...edge] = [...counts.values()].sort((a, b) => b - a) as [number, number];
    expect(ground + figure).toBeGreaterThan(0.9 * 64 * 64);
    expect(figure).toBeGreaterThan(300);
    expect(edge.length).toBeGreaterThan(5);
  }
  free(data);
});

describe('figures worked by hand: inside is below 0', () => {
  const middle = (low: number, high: number): number => (low + high) / 2;
  const figure = (name: string) => (DRAWINGS[name] as (typeof DRAWINGS)[string])(middle);
  test.each<[string, [number, number][], [number, number][]]>([
    [
      'circle',
      [
        [0, 0],
        [0.7, 0.7],
      ],
      [
        [0.75, 0.75],
        [0, 1.1],
      ],
    ],
    [
      'square',
      [
        [0.8, 0.8],
        [-0.8, 0.8],
      ],
      [
        [0.9, 0],
        [0, -0.9],
      ],
    ],
    [
      'triangle',
      [
        [0, -0.9],
        [0.9, 0.7],
      ],
      [
        [0.5, -0.5],
        [0, 0.8],
      ],
    ],
    [
      'cross',
      [
        [0.9, 0.2],
        [0.2, -0.9],
      ],
      [
        [0.5, 0.5],
        [1.1, 0],
      ],
    ],
    [
      'ring',
      [
        [0.8, 0],
        [0, -0.95],
      ],
      [
        [0, 0],
        [1.1, 0],
      ],
    ],
    [
      'star',
      [
        [0, -0.95],
        [0, 0],
        [0.9, -0.3],
      ],
      [
        [0.5, -0.7],
        [0, 0.5],
        [1, 0],
      ],
    ],
  ])('%s', (name, inside, outside) => {
    const distance = figure(name);
    for (const [x, y] of inside) expect(distance(x, y)).toBeLessThan(0);
    for (const [x, y] of outside) expect(distance(x, y)).toBeGreaterThan(0);
  });

  test('stripes and squares repeat', () => {
    const [across, down, board] = ['horizontal stripes', 'vertical stripes', 'checkerboard'].map(figure) as [
      (x: number, y: number) => number,
      (x: number, y: number) => number,
      (x: number, y: number) => number,
    ];
    for (const [x, y] of [
      [0.1, 0.2],
      [0.3, -0.4],
    ] as const) {
      expect(across(x, y + 0.7)).toBeCloseTo(across(x, y)); // the period is between 0.5 and 0.9
      expect(across(x + 0.3, y)).toBe(across(x, y));
      expect(across(x, y + 0.35)).toBeCloseTo(-across(x, y));
      expect(down(y, x)).toBe(across(x, y));
      expect(Math.sign(board(x + 0.65, y))).toBe(-Math.sign(board(x, y)));
      expect(Math.sign(board(x + 0.65, y + 0.65))).toBe(Math.sign(board(x, y)));
    }
  });
});

test('a small convolutional network learns them, a linear one does not', async () => {
  const data = await shapes.loadData({ samples: 3000, testSamples: 500 });
  const accuracyOf = async (hiddenLayers: () => Layer[], learningRate: number): Promise<number> => {
    utils.setRandomSeed(1); // before the layers are made: they draw their seeds then
    const input = [layers.Input({ shape: [32, 32, 3] }), layers.Rescaling(1 / 255)];
    const model = Sequential([...input, ...hiddenLayers(), layers.Dense(10, { activation: 'softmax' })]);
    const optimizer = optimizers.Adam({ learningRate });
    model.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    await model.fit(data.train.x, data.train.y, { epochs: 8, verbose: 0 });
    const [, accuracy] = (await model.evaluate(data.test.x, data.test.y, { verbose: 0 })) as [number, number];
    return accuracy;
  };
  const block = (filters: number): Layer[] => [
    layers.Conv2D(filters, 3, { activation: 'relu', padding: 'same' }),
    layers.MaxPooling2D(2),
  ];
  const convolutional = (): Layer[] => [...block(16), ...block(32), ...block(64), layers.Flatten()];
  expect(await accuracyOf(convolutional, 3e-3)).toBeGreaterThan(0.9);
  expect(await accuracyOf(() => [layers.Flatten()], 1e-3)).toBeLessThan(0.4);
  free(data);
});

describe('refuses', () => {
  test.each<[string, datasets.ShapesOptions, string]>([
    [
      'no samples',
      { samples: 0 },
      'shapes.loadData: samples must be a whole number from 1 to 1000000. Received: samples=0.',
    ],
    ['half a sample', { testSamples: 0.5 }, 'Received: testSamples=0.5.'],
    ['a size of 4', { size: 4 }, 'size must be a whole number from 8 to 1024. Received: size=4.'],
    ['a negative seed', { seed: -1 }, 'seed must be a whole number from 0 to 2147483647. Received: seed=-1.'],
    ['negative noise', { noise: -1 }, 'noise must be a number from 0 to 255. Received: noise=-1.'],
    [
      'an unknown class',
      { classes: ['circles'] },
      "shapes.loadData: unknown class. Received: 'circles'. Did you mean 'circle'?",
    ],
    [
      'a class twice',
      { classes: ['ring', 'ring'] },
      "classes must be different names. Received: classes=['ring', 'ring'].",
    ],
    ['no classes', { classes: [] }, 'Received: classes=[].'],
    ['unknown options', { count: 3 } as never, "shapes.loadData: unknown argument 'count'"],
  ])('%s', async (_, options, message) => {
    await expect(shapes.loadData(options)).rejects.toThrow(message);
  });
});
