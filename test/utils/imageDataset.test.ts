import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { layers, Sequential, utils } from '../../src';
import type { ColorMode, ImageDataset, ImageDatasetOptions } from '../../src/utils';

const { imageDatasetFromDirectory } = utils;
const { dataset, files, tensorflow } = JSON.parse(
  readFileSync(join(__dirname, '..', 'fixtures', 'images.json'), 'utf8'),
) as {
  dataset: {
    files: Record<string, string>;
    sorted: string[];
    shuffled: string[];
    unseeded: string[][];
    training: string[];
    validation: string[];
    reads: { options: Record<string, unknown>; shape: number[]; x: number[]; y: unknown }[];
  };
  files: { name: string; file: string }[];
  tensorflow: {
    wide: Record<string, string>;
    cases: { name: string; mode: ColorMode; size: [number, number]; interpolation: 'bilinear'; x: number[] }[];
  };
};

let folder: string;
let before: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dataset-'));
  for (const [name, content] of Object.entries(dataset.files)) write(name, Buffer.from(content, 'base64'));
  before = tf.memory().numTensors;
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(before);
});

function write(name: string, content: Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

async function open(options: ImageDatasetOptions & { subset?: 'training' | 'validation' } = {}): Promise<ImageDataset> {
  return imageDatasetFromDirectory(folder, { imageSize: 4, verbose: false, ...options });
}
const namesOf = (data: ImageDataset): string[] => data.filePaths.map((path) => relative(folder, path));

type Batch = [tf.Tensor, tf.Tensor];
async function batches(data: ImageDataset): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of data) all.push(batch as Batch);
  return all;
}

describe('as Keras', () => {
  test('finds the files in the order of their names', async () => {
    const data = await open({ shuffle: false });
    expect(namesOf(data)).toEqual(dataset.sorted);
    expect(data.classNames).toEqual(['cats', 'dogs']);
  });

  test('mixes and splits them by the seed', async () => {
    expect(namesOf(await open({ seed: 5 }))).toEqual(dataset.shuffled);
    const split = { validationSplit: 0.4, seed: 11 };
    expect(namesOf(await open({ ...split, subset: 'training' }))).toEqual(dataset.training);
    expect(namesOf(await open({ ...split, subset: 'validation' }))).toEqual(dataset.validation);
    const both = await imageDatasetFromDirectory(folder, { ...split, subset: 'both', verbose: false });
    expect(both.map(namesOf)).toEqual([dataset.training, dataset.validation]);
  });

  test('without a seed mixes them by the global generator of orders', async () => {
    utils.setRandomSeed(7);
    expect([namesOf(await open({})), namesOf(await open({}))]).toEqual(dataset.unseeded);
  });

  const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  test.each(dataset.reads)('reads with $options', async ({ options, shape, x, y }) => {
    const ours = Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));
    const [[pictures, labels]] = (await batches(await open({ ...ours, shuffle: false }))) as [Batch];
    expect([pictures.shape, pictures.dtype]).toEqual([shape, 'float32']);
    const values = pictures.dataSync();
    expect(Math.max(...x.map((value, i) => Math.abs(value - (values[i] as number))))).toBeLessThan(1e-3);
    expect(labels.arraySync()).toEqual(y);
    expect(labels.dtype).toBe(ours['labelMode'] ? 'float32' : 'int32');
    tf.dispose([pictures, labels]);
  });
});

describe('files of all kinds, as TensorFlow reads them', () => {
  const contents = { ...tensorflow.wide, ...Object.fromEntries(files.map(({ name, file }) => [name, file])) };
  /** TensorFlow gives the numbers of colours for colours, and the greatest value of 1 or 4 bits for full opacity. */
  const ELSEWHERE = ['palette.bmp as rgb', 'palette.bmp as rgba', 'palette.png as rgba', 'one-bit.png as rgba'];
  const cases = tensorflow.cases.filter(({ name, mode }) => !ELSEWHERE.includes(`${name} as ${mode}`));

  test.each(cases)('$name as $mode of $size, $interpolation', async ({ name, mode, size, interpolation, x }) => {
    write(`one/a/${name}`, Buffer.from(contents[name] as string, 'base64'));
    const options = { labels: null, colorMode: mode, imageSize: size, interpolation, verbose: false };
    const data = await imageDatasetFromDirectory(join(folder, 'one'), options);
    for await (const picture of data) {
      const values = (picture as tf.Tensor).dataSync();
      tf.dispose(picture);
      expect(values).toHaveLength(x.length);
      const greatest = Math.max(...x.map((value, i) => Math.abs(value - (values[i] as number))));
      // TensorFlow reads JPEG by a coarser formula; all other formats are exact.
      expect(greatest).toBeLessThanOrEqual(name.endsWith('.jpg') ? 3 : 0.002);
    }
  });
});

describe('passes over the data', () => {
  test('batches, the last one smaller; each pass in another order, the same again by the same seed', async () => {
    const read = async (): Promise<number[][]> => {
      const data = await open({ batchSize: 4, seed: 3, imageSize: 1 });
      expect(data.size).toBe(2);
      const passes: number[][] = [];
      for (let pass = 0; pass < 4; pass++) {
        const all = await batches(data);
        expect(all.map(([x]) => x.shape)).toEqual([
          [4, 1, 1, 3],
          [2, 1, 1, 3],
        ]);
        passes.push(all.flatMap(([x]) => Array.from(x.dataSync()).filter((_, i) => i % 3 === 0)));
        tf.dispose(all);
      }
      return passes;
    };
    const passes = await read();
    const sorted = passes.map((pass) => [...pass].sort());
    expect(sorted).toEqual(Array(4).fill(sorted[0]));
    expect(new Set(passes.map(String)).size).toBeGreaterThan(1);
    expect(await read()).toEqual(passes);
  });

  test('single pictures, and no labels', async () => {
    const single = await open({ batchSize: null, labelMode: 'categorical', shuffle: false });
    const all = await batches(single);
    expect(all.map(([x, y]) => [x.shape, y.arraySync()])[4]).toEqual([
      [4, 4, 3],
      [0, 1],
    ]);
    const plain = (await batches(await open({ labelMode: null }))) as unknown as tf.Tensor[];
    expect(plain.map((x) => x.shape)).toEqual([[6, 4, 4, 3]]);
    tf.dispose([all, plain]);
  });

  test('labels of the files, classes in the order given', async () => {
    const listed = await open({ labels: [3, 1, 3, 0, 1, 2], shuffle: false });
    const named = await open({ classNames: ['dogs', 'cats'], shuffle: false });
    expect([listed.classNames, named.classNames]).toEqual([
      ['0', '1', '2', '3'],
      ['dogs', 'cats'],
    ]);
    const all = [...(await batches(listed)), ...(await batches(named))];
    expect(all.map(([, y]) => Array.from(y.dataSync()))).toEqual([
      [3, 1, 3, 0, 1, 2],
      [0, 0, 1, 1, 1, 1],
    ]);
    tf.dispose(all);
  });

  test('fit, evaluate and predict read it, and free what they read', async () => {
    const model = Sequential([
      layers.Input({ shape: [4, 4, 3] }),
      layers.Flatten(),
      layers.Dense(2, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const split = {
      imageSize: 4,
      validationSplit: 0.4,
      seed: 11,
      subset: 'both',
      batchSize: 2,
      verbose: false,
    } as const;
    const [train, validation] = await imageDatasetFromDirectory(folder, split);
    const options = { epochs: 1, verbose: 0, validationData: validation } as const;
    await model.fit(train, options);
    const live = tf.memory().numTensors;
    const { history } = await model.fit(train, { ...options, epochs: 3 });
    expect(history['val_loss']).toHaveLength(3);
    expect(Object.values(history).flat().every(Number.isFinite)).toBe(true);
    const predicted = (await model.predict(await open({ labelMode: null }), { verbose: 0 })) as tf.Tensor;
    expect(predicted.shape).toEqual([6, 2]);
    predicted.dispose();
    expect(tf.memory().numTensors).toBe(live);
    before = live; // the model stays
  });

  test('tells what it found', async () => {
    await open({ verbose: true, validationSplit: 0.4, subset: 'training', seed: 1 });
    const written = jest.mocked(process.stdout.write).mock.calls.map(([text]) => text);
    expect(written).toEqual(['Found 6 files belonging to 2 classes.\n', 'Using 4 files for training.\n']);
  });

  test('linked folders, also those that lead back', async () => {
    symlinkSync(join(folder, 'dogs'), join(folder, 'cats', 'friends'));
    symlinkSync(join(folder, 'cats'), join(folder, 'cats', 'again'));
    expect((await open()).filePaths).toHaveLength(6);
    expect((await open({ followLinks: true })).filePaths).toHaveLength(8);
  });

  test('a damaged file is an error when it is read, and names the file', async () => {
    write('dogs/bad.png', Buffer.from('not a picture'));
    const data = await open({ shuffle: false });
    await expect(batches(data)).rejects.toThrow(
      "bad.png: expected a PNG, JPEG, GIF or BMP picture at byte 0. Received: 'not a pi'.",
    );
  });
});

describe('refuses', () => {
  test.each<[string, ImageDatasetOptions, string]>([
    ['unknown options', { batch: 3 } as never, "imageDatasetFromDirectory: unknown argument 'batch'"],
    ['labels that are too few', { labels: [0, 1] }, 'labels must be as many as the pictures, 6. Received: 2 labels.'],
    ['labels that are no numbers', { labels: ['a'] as never }, "labels must be 'inferred', null, or whole numbers"],
    ['an unknown labelMode', { labelMode: 'one_hot' as never }, "unknown labelMode. Received: 'one_hot'."],
    ['unknown classes', { classNames: ['cats', 'birds'] }, 'classNames must be names of the folders cats, dogs.'],
    [
      'classes of given labels',
      { labels: null, classNames: ['cats'] },
      "classNames may be given only with labels='inferred'",
    ],
    [
      'binary labels of one class',
      { labelMode: 'binary', classNames: ['cats'] },
      "labelMode 'binary' needs two classes. Received: classes cats.",
    ],
    [
      'a split without a part',
      { validationSplit: 0.2, seed: 1 },
      'subset must be given together with validationSplit.',
    ],
    ['a part without a split', { subset: 'training' }, 'subset must be given together with validationSplit.'],
    [
      'a split without a seed',
      { validationSplit: 0.2, subset: 'training' },
      'seed must be given where validationSplit and shuffle are',
    ],
    [
      'a split of 1',
      { validationSplit: 1, subset: 'training', seed: 1 },
      'validationSplit must be between 0 and 1. Received: validationSplit=1.',
    ],
    ['an empty part', { validationSplit: 0.1, subset: 'validation', seed: 1 }, 'there are no pictures for validation'],
    ['a batchSize of 0', { batchSize: 0 }, 'batchSize must be a whole number above 0, or null.'],
    ['a size of 0', { imageSize: [0, 3] }, 'imageSize must be [height, width]'],
    ['another interpolation', { interpolation: 'area' as never }, "unknown interpolation. Received: 'area'."],
    ['a negative seed', { seed: -1 }, 'seed must be a whole number from 0 to 4294967295. Received: seed=-1.'],
  ])('%s', async (_, options, message) => {
    await expect(open(options as never)).rejects.toThrow(message);
  });

  test('a folder without pictures, and none', async () => {
    rmSync(join(folder, 'dogs'), { recursive: true });
    await expect(imageDatasetFromDirectory(join(folder, 'cats', 'old'), { verbose: false })).rejects.toThrow(
      `there are no pictures (.bmp, .gif, .jpeg, .jpg, .png). Received: directory='${join(folder, 'cats', 'old')}' with 0.`,
    );
    await expect(imageDatasetFromDirectory(join(folder, 'birds'))).rejects.toThrow(
      'directory must be an existing folder.',
    );
    await expect(imageDatasetFromDirectory(3 as never)).rejects.toThrow('Received: directory=3.');
  });
});
