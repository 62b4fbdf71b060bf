import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { utils } from '../../src';
import type { ColorMode, Interpolation } from '../../src/utils';

interface FileCase {
  name: string;
  file: string;
  size: [number, number];
  read: Partial<Record<ColorMode, number[]>>;
}
type ResizeCase = [ColorMode, [number, number], Interpolation, boolean, number[]];
const fixture = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'images.json'), 'utf8')) as {
  files: FileCase[];
  resized: { sources: Record<ColorMode, string>; cases: ResizeCase[] };
  arrays: { x: number[][][]; scaled: number[]; plain: number[] };
};
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const { loadImg, imgToArray, arrayToImg, saveImg } = utils;

let folder: string;
let before: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  before = tf.memory().numTensors;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(before);
});

describe('loadImg reads what Pillow writes', () => {
  const cases = fixture.files.flatMap(({ name, file, size, read }) =>
    Object.entries(read).map(([mode, values]) => ({ name, mode: mode as ColorMode, file, size, values })),
  );
  test.each(cases)('$name as $mode', async ({ name, mode, file, size, values }) => {
    const path = join(folder, name);
    writeFileSync(path, bytesOf(file));
    const img = await loadImg(path, { colorMode: mode });
    expect([img.height, img.width]).toEqual(size);
    const differences = values.map((value, i) => Math.abs(value - (img.data[i] as number)));
    expect(img.data.length).toBe(values.length);
    expect(Math.max(...differences)).toBe(0);
  });

  test('whatever the name of the file is', async () => {
    const { file } = fixture.files.find(({ name }) => name === 'rgb.png') as FileCase;
    writeFileSync(join(folder, 'picture.jpg'), bytesOf(file));
    expect((await loadImg(join(folder, 'picture.jpg'))).width).toBe(5);
  });
});

describe('loadImg resizes as Pillow does', () => {
  const { sources, cases } = fixture.resized;
  test.each(cases)('%s to %j, %s, keepAspectRatio %s', async (colorMode, targetSize, interpolation, keep, values) => {
    const options = { colorMode, targetSize, interpolation, keepAspectRatio: keep };
    const { data, ...size } = await loadImg(bytesOf(sources[colorMode]), options);
    expect(Array.from(data)).toEqual(values);
    expect([size.height, size.width]).toEqual(targetSize);
  });
});

describe('loadImg refuses', () => {
  const source = bytesOf(fixture.resized.sources.rgb);
  test.each<[string, unknown, object, string]>([
    [
      'a missing file',
      'nowhere.png',
      {},
      "loadImg: path must be a file that can be read. Received: path='nowhere.png'",
    ],
    ['a number', 3, {}, 'loadImg: path must be the path of a file or its bytes. Received: path=3.'],
    ['an unknown colorMode', source, { colorMode: 'RGB' }, "unknown colorMode. Received: 'RGB'. Did you mean 'rgb'?"],
    ['a size of one number', source, { targetSize: [3] }, 'targetSize must be [height, width], whole numbers'],
    ['a size of 0', source, { targetSize: [0, 4] }, 'Received: targetSize=[0, 4].'],
    ['an unknown interpolation', source, { interpolation: 'cubic' }, "unknown interpolation. Received: 'cubic'."],
    ['a misspelt option', source, { target: [3, 3] }, "loadImg: unknown argument 'target'"],
    [
      'a ratio that leaves nothing',
      source,
      { targetSize: [1, 500], keepAspectRatio: true },
      'nothing of a picture of 9 x 14',
    ],
  ])('%s', async (_, path, options, message) => {
    await expect(loadImg(path as string, options)).rejects.toThrow(message);
  });
});

describe('imgToArray and arrayToImg', () => {
  test('scaling, as Keras', () => {
    const { x, scaled, plain } = fixture.arrays;
    expect(Array.from(arrayToImg(x).data)).toEqual(scaled);
    const larger = arrayToImg(
      x.map((row) => row.map((pixel) => pixel.map((value) => Math.abs(value) * 80))),
      { scale: false },
    );
    expect(Array.from(larger.data)).toEqual(plain);
  });

  test('there and back', () => {
    const values = tf.tidy(() => tf.range(0, 24, 1).reshape([2, 3, 4]) as tf.Tensor3D);
    const img = arrayToImg(values, { scale: false });
    expect([img.mode, img.width, img.height]).toEqual(['RGBA', 3, 2]);
    const back = imgToArray(img);
    expect([back.dtype, back.arraySync()]).toEqual(['float32', values.arraySync()]);
    const first = imgToArray(img, { dataFormat: 'channels_first', dtype: 'int32' });
    expect([first.dtype, first.shape, Array.from(first.dataSync().slice(0, 6))]).toEqual([
      'int32',
      [4, 2, 3],
      [0, 4, 8, 12, 16, 20],
    ]);
    expect(arrayToImg(first, { dataFormat: 'channels_first', scale: false }).data).toEqual(img.data);
    tf.dispose([values, back, first]);
  });

  test('a picture of one value is black', () => {
    expect(Array.from(arrayToImg([[[7], [7]]]).data)).toEqual([0, 0]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'two channels',
      () => arrayToImg([[[1, 2]]]),
      'arrayToImg: x must be one picture with 1, 3 or 4 channels. Received: shape (1, 1, 2).',
    ],
    ['a batch', () => arrayToImg([[[[1]]]]), 'Received: shape (1, 1, 1, 1).'],
    [
      'values above 255',
      () => arrayToImg([[[256]]], { scale: false }),
      'x must hold numbers from 0 to 255. Received: 256. Leave out scale: false',
    ],
    ['negative values', () => arrayToImg([[[-1]]], { scale: false }), 'Received: -1.'],
    ['NaN', () => arrayToImg([[[Number.NaN]]]), 'x must hold finite numbers. Received: NaN.'],
    [
      'an unknown dataFormat',
      () => arrayToImg([[[1]]], { dataFormat: 'first' as never }),
      "unknown dataFormat. Received: 'first'.",
    ],
    [
      'an object that is no picture',
      () => imgToArray({} as never),
      'imgToArray: img must be a picture, as of loadImg. Received: img={}.',
    ],
    [
      'an unknown dtype',
      () => imgToArray(arrayToImg([[[1]]]), { dtype: 'float16' as never }),
      "dtype must be 'float32' or 'int32'",
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('saveImg', () => {
  const values = (channels: number, levels = 256): tf.Tensor3D =>
    tf.tidy(
      () =>
        tf
          .range(0, 15 * channels, 1)
          .mul(37)
          .mod(levels)
          .round()
          .reshape([3, 5, channels]) as tf.Tensor3D,
    );

  test.each([
    ['png', 1, 'grayscale'],
    ['png', 3, 'rgb'],
    ['png', 4, 'rgba'],
    ['bmp', 1, 'grayscale'],
    ['bmp', 3, 'rgb'],
    ['bmp', 4, 'rgba'],
    ['gif', 1, 'grayscale'],
    ['gif', 3, 'rgb'],
  ] as const)('%s with %i channel(s): nothing is lost', async (format, channels, colorMode) => {
    const x = values(channels);
    await saveImg(join(folder, `picture.${format}`), x, { scale: false });
    const img = await loadImg(join(folder, `picture.${format}`), { colorMode });
    expect(Array.from(img.data)).toEqual(Array.from(x.dataSync()));
    x.dispose();
  });

  test('what it writes, Python can read', async () => {
    const x = values(3);
    for (const name of ['a.png', 'a.bmp', 'a.gif', 'a.jpg']) await saveImg(join(folder, name), x, { scale: false });
    x.dispose();
    const signatures = ['a.png', 'a.bmp', 'a.gif', 'a.jpg'].map((name) =>
      readFileSync(join(folder, name)).toString('latin1', 0, 4),
    );
    expect(signatures).toEqual(['\x89PNG', 'BM\x66\x00', 'GIF8', '\xff\xd8\xff\xe0']);
  });

  test('JPEG: close, closer with a higher quality, without opacity', async () => {
    const smooth = tf.tidy(() => tf.range(0, 256, 1).reshape([16, 16, 1]).tile([1, 1, 4]) as tf.Tensor3D);
    const errorAt = async (quality: number): Promise<number> => {
      await saveImg(join(folder, 'a.jpeg'), smooth, { scale: false, quality });
      const img = await loadImg(join(folder, 'a.jpeg'), { colorMode: 'grayscale' });
      return Math.max(...img.data.map((value, i) => Math.abs(value - i)));
    };
    const [low, high] = [await errorAt(5), await errorAt(95)];
    expect(high).toBeLessThanOrEqual(4);
    expect(low).toBeGreaterThan(high);
    smooth.dispose();
  });

  test('GIF with more than 256 colours: close to them', async () => {
    const x = tf.tidy(
      () =>
        tf
          .range(0, 3 * 1024, 1)
          .mul(255 / 3072)
          .reshape([32, 32, 3]) as tf.Tensor3D,
    );
    await saveImg(join(folder, 'a.gif'), x, { scale: false });
    const img = await loadImg(join(folder, 'a.gif'));
    expect(Math.max(...x.dataSync().map((value, i) => Math.abs(value - (img.data[i] as number))))).toBeLessThan(24);
    x.dispose();
  });

  test('the format given goes before the ending of the path', async () => {
    await saveImg(join(folder, 'a.png'), [[[0]]], { fileFormat: 'bmp' });
    expect(readFileSync(join(folder, 'a.png')).toString('latin1', 0, 2)).toBe('BM');
  });

  test('a file that cannot be written leaves nothing behind', async () => {
    const missing = join(folder, 'missing', 'a.png');
    await expect(saveImg(missing, [[[0]]])).rejects.toThrow(`saveImg: '${missing}' cannot be written (ENOENT`);
    mkdirSync(join(folder, 'a.png'));
    await expect(saveImg(join(folder, 'a.png'), [[[0]]])).rejects.toThrow("a.png' cannot be written (");
    expect(readdirSync(folder)).toEqual(['a.png']);
    await saveImg(join(folder, 'b.png'), [[[0]]]);
    expect(readdirSync(folder).sort()).toEqual(['a.png', 'b.png']);
  });

  test.each<[string, () => Promise<void>, string]>([
    [
      'an unknown ending',
      () => saveImg(join(folder, 'a.tiff'), [[[0]]]),
      "saveImg: unknown fileFormat. Received: 'tiff'.",
    ],
    ['no ending', () => saveImg(join(folder, 'a'), [[[0]]]), "saveImg: unknown fileFormat. Received: ''."],
    [
      'a quality of 0',
      () => saveImg('a.jpg', [[[0]]], { quality: 0 }),
      'quality must be a number from 1 to 100. Received: quality=0.',
    ],
    ['no path', () => saveImg(undefined as never, [[[0]]]), 'saveImg: path must be a string.'],
    ['two channels', () => saveImg('a.png', [[[0, 1]]]), 'saveImg: x must be one picture'],
  ])('refuses %s', async (_, save, message) => {
    await expect(save()).rejects.toThrow(message);
  });
});

test('without the packages: what to do', () => {
  const script = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) {
      if (['pngjs', 'jpeg-js', 'gifenc'].includes(name)) {
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
      }
      return resolve.call(this, name, ...rest);
    };
    const { utils } = require('./src');
    (async () => {
      for (const ending of ['png', 'jpg', 'gif']) {
        await utils.saveImg('never.' + ending, [[[0]]]).catch((error) => console.log(error.message));
      }
    })();`;
  expect(execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' })).toBe(
    [
      ['a PNG file', 'pngjs'],
      ['a JPEG file', 'jpeg-js'],
      ['writing a GIF file', 'gifenc'],
    ]
      .map(
        ([what, name]) =>
          `saveImg: ${what} needs the npm package '${name}', which is not installed. Run \`npm install ${name}\`.\n`,
      )
      .join(''),
  );
});
