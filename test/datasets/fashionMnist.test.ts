import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { datasets } from '../../src';
import { FASHION_MNIST } from '../../src/datasets/origins';
import { type Loopback, startLoopback } from './loopback';

const { fashionMnist } = datasets;

function idx(shape: number[], values: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  for (const [i, dim] of shape.entries()) header.writeUInt32BE(dim, 4 + 4 * i);
  return gzipSync(Buffer.concat([header, Buffer.from(values)]));
}

const pixels = (n: number, start: number): number[] => Array.from({ length: n * 784 }, (_, k) => (k * 5 + start) % 256);
const FILES: Readonly<Record<string, Buffer>> = {
  'train-images-idx3-ubyte.gz': idx([6, 28, 28], pixels(6, 0)),
  'train-labels-idx1-ubyte.gz': idx([6], [9, 0, 0, 3, 0, 2]),
  't10k-images-idx3-ubyte.gz': idx([2, 28, 28], pixels(2, 9)),
  't10k-labels-idx1-ubyte.gz': idx([2], [9, 2]),
};

let folder: string;
let before: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fashion-'));
  before = tf.memory().numTensors;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(before);
});

function write(changes: Record<string, Buffer> = {}): void {
  for (const [name, content] of Object.entries({ ...FILES, ...changes })) writeFileSync(join(folder, name), content);
}

function expectClothes({ train, test: unseen }: datasets.FashionMnist): void {
  expect([train.x.shape, train.y.shape, unseen.x.shape, unseen.y.shape]).toEqual([[6, 28, 28], [6], [2, 28, 28], [2]]);
  expect([train.x, train.y, unseen.x, unseen.y].map(({ dtype }) => dtype)).toEqual(Array(4).fill('int32'));
  expect(Array.from(train.x.dataSync())).toEqual(pixels(6, 0));
  expect(Array.from(unseen.x.dataSync())).toEqual(pixels(2, 9));
  expect([...train.y.dataSync(), ...unseen.y.dataSync()]).toEqual([9, 0, 0, 3, 0, 2, 9, 2]);
  tf.dispose([train.x, train.y, unseen.x, unseen.y]);
}

describe('files at hand', () => {
  test('the four files', async () => {
    write();
    expectClothes(await fashionMnist.loadData({ path: folder }));
    expect([fashionMnist.classNames.length, fashionMnist.classNames[9]]).toEqual([10, 'Ankle boot']);
  });

  test.each<[string, Record<string, Buffer>, string]>([
    [
      'labels of other images',
      { 't10k-labels-idx1-ubyte.gz': idx([3], [1, 2, 3]) },
      't10k-labels-idx1-ubyte.gz: expected 2 labels, one for each image at byte 4. Received: shape (3,).',
    ],
    [
      'images of another size',
      { 't10k-images-idx3-ubyte.gz': idx([2, 32, 32], Array(2048).fill(0)) },
      't10k-images-idx3-ubyte.gz: expected images of shape (n, 28, 28) at byte 4. Received: shape (2, 32, 32).',
    ],
    [
      'a label above 9',
      { 'train-labels-idx1-ubyte.gz': idx([6], [0, 1, 2, 3, 4, 11]) },
      'train-labels-idx1-ubyte.gz: expected a label from 0 to 9 at byte 13. Received: 11.',
    ],
    [
      'a cut file',
      { 't10k-images-idx3-ubyte.gz': (FILES['t10k-images-idx3-ubyte.gz'] as Buffer).subarray(0, 40) },
      't10k-images-idx3-ubyte.gz: expected intact gzip data at byte 40.',
    ],
  ])('refuses %s', async (_, changes, message) => {
    write(changes);
    await expect(fashionMnist.loadData({ path: folder })).rejects.toThrow(message);
  });

  test('refuses a path to a file or to nothing, and unknown options', async () => {
    write();
    const file = join(folder, 'train-labels-idx1-ubyte.gz');
    await expect(fashionMnist.loadData({ path: file })).rejects.toThrow(
      `fashionMnist.loadData: path must be an existing folder. Received: path='${file}'.`,
    );
    await expect(fashionMnist.loadData({ folder } as never)).rejects.toThrow(
      "fashionMnist.loadData: unknown argument 'folder'",
    );
    rmSync(file);
    await expect(fashionMnist.loadData({ path: folder })).rejects.toThrow(
      'fashionMnist.loadData: expected a file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz or',
    );
  });
});

describe('downloads', () => {
  let server: Loopback;
  beforeAll(async () => {
    server = await startLoopback();
    server.answer = (request, response) => void response.end(FILES[(request.url ?? '').slice('/mirror/'.length)]);
  });
  afterAll(() => server.close());

  const fetched = (): Promise<datasets.FashionMnist> =>
    fashionMnist.loadData({ origin: `${server.origin}mirror`, cacheDir: folder, verbose: false, timeout: 500 });

  test('each file once, where Keras keeps it', async () => {
    const files = Object.entries(FILES).map(([fname, content]) => {
      return { fname, size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    });
    const replaced = jest.replaceProperty(FASHION_MNIST, 'files', files);
    expectClothes(await fetched());
    expectClothes(await fetched());
    replaced.restore();
    expect(server.asked.sort()).toEqual(
      Object.keys(FILES)
        .map((name) => `/mirror/${name}`)
        .sort(),
    );
    expect(readdirSync(join(folder, 'datasets', 'fashion-mnist')).sort()).toEqual(Object.keys(FILES).sort());
  });

  test('other files are refused, and not kept', async () => {
    await expect(fetched()).rejects.toThrow(
      /expected 29515 bytes of http\S+mirror\/train-labels-idx1-ubyte\.gz\. Received: /,
    );
    expect(readdirSync(join(folder, 'datasets', 'fashion-mnist'))).toEqual([]);
  });
});
