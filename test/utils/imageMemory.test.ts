/** Large pictures in small files: they are read, or refused, within 300 MB of memory, none of it for JavaScript's objects. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from '../../src';
import { pngChunk, pngOf, runApart } from '../hostile';

const MOST = 300;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'large-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads a picture in a process of its own, and tells its size and some values, or why it is refused. */
async function readApart(bytes: Uint8Array, mode = 'RGB', body = ''): Promise<string> {
  const path = join(folder, 'picture');
  writeFileSync(path, bytes);
  const { printed, peak } = await runApart(`
    const bytes = require('node:fs').readFileSync(${JSON.stringify(path)});
    const wanted = { mode: '${mode}', maxPixels: 5e7 };
    const img = await require('./src/utils/images').decode('picture', bytes, wanted);
    console.log(img.width, img.height, img.data.length, ...img.data.subarray(0, 6), ...img.data.subarray(-3));
    ${body}`);
  expect(peak).toBeLessThan(MOST);
  return printed;
}

/** Rows of a picture, each the same bytes behind its filter. */
function* rows(count: number, length: number, fill: (at: number) => number): Generator<Uint8Array, void> {
  const row = Uint8Array.from({ length: length + 1 }, (_, i) => (i === 0 ? 0 : fill(i - 1)));
  for (let i = 0; i < count; i++) yield row;
}

/** The zeros of a picture of one value, as they are unpacked. */
function* zeros(length: number): Generator<Uint8Array, void> {
  const piece = Buffer.alloc(2 ** 20);
  for (let left = length; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
}

describe('PNG', () => {
  test('6000 x 6000 in colour of 16 bits, in less than a megabyte', async () => {
    const file = await pngOf(
      [6000, 6000, 16, 2, 0],
      rows(6000, 36000, (at) => at % 250),
    );
    expect(file.length).toBeLessThan(1e6);
    expect(await readApart(file)).toBe('6000 6000 108000000 0 2 4 6 8 10 244 246 248');
  });

  test('7000 x 7000, interlaced, of a palette', async () => {
    const others = [pngChunk('PLTE', Buffer.from([9, 8, 7])), pngChunk('tRNS', Buffer.from([6]))];
    const packed = await pngOf([7000, 7000, 1, 3, 1], zeros(6.2e6), others);
    expect(await readApart(packed, 'RGBA')).toBe('7000 7000 196000000 9 8 7 6 9 8 8 7 6');
  });

  test('a million pixels in a row, or one above the other', async () => {
    expect(await readApart(await pngOf([1e6, 50, 8, 0, 0], zeros(5e7 + 50)), 'L')).toMatch(/^1000000 50 50000000 0 /);
    const resize = `const box = { left: 0, top: 0, width: img.width, height: img.height };
      console.log(require('./src/utils/images/resize').resize(img, 16, 16, 'lanczos', box).data.length);`;
    const tall = await readApart(await pngOf([2, 1e6, 16, 6, 0], zeros(17e6)), 'RGBA', resize);
    expect(tall).toMatch(/^2 1000000 8000000 0 .*\n1024$/);
    expect(await readApart(await pngOf([2e6, 1, 16, 2, 0], zeros(1e6)))).toBe(
      'ValueError: picture: expected a width and height of at most 1000000 pixels at byte 16. Received: 2000000 x 1.',
    );
  });

  test('millions of chunks of no byte', async () => {
    const empty = pngChunk('IDAT', Buffer.alloc(0));
    const file = await pngOf(
      [1, 1, 8, 0, 0],
      rows(1, 1, () => 7),
      [Buffer.concat(Array(2e6).fill(empty))],
    );
    expect(await readApart(file, 'L')).toBe('1 1 1 7 7');
  });

  test('less data than could ever be so many pixels', async () => {
    const file = await pngOf([7000, 7000, 8, 2, 0], zeros(1000));
    expect(await readApart(file)).toMatch(
      /^ValueError: picture: expected a PNG picture with 147007000 bytes of pixels/,
    );
  });
});

/** A JPEG file of gray, or of three colours, all zeros: each code of its tables is a single bit, 0. */
function jpeg(width: number, height: number, kind: number, scans: readonly Buffer[], colors = 3): Buffer {
  const segment = (marker: number, ...content: number[]): Buffer =>
    Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content]);
  const table = (what: number): Buffer => segment(0xc4, what, 1, ...Array(15).fill(0), 0);
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const components = Array.from({ length: colors }, (_, i) => [i + 1, 0x11, 0]).flat();
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array(64).fill(1)),
    segment(kind, 8, ...size, colors, ...components),
    table(0x00),
    table(0x10),
    ...scans,
    Buffer.from([0xff, 0xd9]),
  ]);
}

function scan(colors: readonly number[], parts: readonly [number, number, number], length: number): Buffer {
  const header = [0xff, 0xda, 0, 6 + 2 * colors.length, colors.length, ...colors.flatMap((id) => [id, 0]), ...parts];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length)]);
}

const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;
const ALL = [1, 2, 3];

describe('JPEG', () => {
  /** Blocks of 7000 x 7000 pixels. */
  const blocks = 875 ** 2;

  test('7000 x 7000 in one scan', async () => {
    const data = jpeg(7000, 7000, BASELINE, [scan(ALL, [0, 63, 0], Math.ceil((blocks * 3 * 2) / 8))]);
    expect(await readApart(data)).toMatch(/^7000 7000 147000000 128 128 128 128 /);
  });

  test('too few data for the size', async () => {
    expect(await readApart(jpeg(7000, 7000, BASELINE, [scan(ALL, [0, 63, 0], 1e5)]))).toMatch(
      /^ValueError: picture: expected an intact JPEG picture at byte 0\. Received: too few bytes for its size at byte \d+\./,
    );
  });

  test('several scans: coefficients are kept up to half as much as a picture in colour takes', async () => {
    const gray = [scan([1], [0, 0, 0], Math.ceil(blocks / 8))];
    expect(await readApart(jpeg(7000, 7000, PROGRESSIVE, gray, 1), 'L')).toMatch(/^7000 7000 49000000 128 128 /);
    const colored = [scan(ALL, [0, 0, 0], Math.ceil((blocks * 3) / 8))];
    const { length } = jpeg(7000, 7000, PROGRESSIVE, []);
    expect(await readApart(jpeg(7000, 7000, PROGRESSIVE, colored))).toContain(
      `ValueError: picture: expected at most 154194304 bytes of coefficients of a JPEG picture in several scans at byte ${length - 2}. ` +
        'Received: 294000000. Give a maxPixels of 98000000 to read it.',
    );
    // The same in a baseline picture, color by color.
    const each = ALL.map((id) => scan([id], [0, 63, 0], Math.ceil((blocks * 2) / 8)));
    expect(await readApart(jpeg(7000, 7000, BASELINE, each))).toContain('Received: 294000000.');
    const small = ALL.map((id) => scan([id], [0, 63, 0], 1));
    expect(await readApart(jpeg(15, 8, BASELINE, small))).toMatch(/^15 8 360 128 /);
  });

  test('scans without end', async () => {
    const again = scan([1], [0, 0, 0], 1);
    expect(await readApart(jpeg(8, 8, PROGRESSIVE, Array(1e5).fill(again), 1))).toMatch(
      /Received: more than 100 scans at byte/,
    );
  });
});

test('GIF and BMP of 7000 x 7000', async () => {
  const gif = Buffer.alloc(32);
  gif.write('GIF89a', 'latin1');
  gif.set([7000 & 255, 7000 >> 8, 7000 & 255, 7000 >> 8, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x2c, 0, 0, 0, 0], 6);
  gif.set([7000 & 255, 7000 >> 8, 7000 & 255, 7000 >> 8], 24);
  expect(await readApart(Buffer.concat([gif.subarray(0, 29), lzwOfZeros(49e6)]))).toBe(
    '7000 7000 147000000 1 2 3 1 2 3 1 2 3',
  );

  const stride = 876;
  const bmp = Buffer.alloc(62 + stride * 7000);
  bmp.write('BM', 'latin1');
  for (const [at, value] of Object.entries({ 10: 62, 14: 40, 18: 7000, 22: 7000, 46: 2 }))
    bmp.writeUInt32LE(value, Number(at));
  bmp.writeUInt16LE(1, 28);
  bmp.set([3, 2, 1], 54);
  expect(await readApart(bmp)).toBe('7000 7000 147000000 1 2 3 1 2 3 1 2 3');
});

/** As many zeros as GIF packs them: runs that grow by one until the table is full, then the longest over and over. */
function lzwOfZeros(count: number): Buffer {
  const bytes: number[] = [];
  let [held, heldBits, bits, next] = [0, 0, 3, 6];
  const put = (code: number): void => {
    held |= code << heldBits;
    for (heldBits += bits; heldBits >= 8; heldBits -= 8, held >>= 8) bytes.push(held & 255);
  };
  put(4);
  put(0);
  let [left, run] = [count - 1, 2];
  while (left > 0) {
    const length = Math.min(run, left);
    // The code of a run of n zeros: 0 itself, then in the order in which they came.
    put(length === 1 ? 0 : 4 + length);
    if (next < 4096) next++;
    if (next === 2 ** bits && bits < 12) bits++;
    left -= length;
    run = Math.min(run + 1, Math.min(next, 4095) - 4);
  }
  put(5);
  if (heldBits > 0) bytes.push(held & 255);
  const blocks: Buffer[] = [Buffer.from([2])];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(Buffer.from([block.length, ...block]));
  }
  return Buffer.concat([...blocks, Buffer.from([0, 0x3b])]);
}

describe('maxPixels', () => {
  const file = (): Promise<Buffer> =>
    pngOf(
      [10, 10, 8, 0, 0],
      rows(10, 10, () => 3),
    );

  test('is kept to, and can be raised', async () => {
    const bytes = await file();
    expect((await utils.loadImg(bytes, { maxPixels: 100 })).width).toBe(10);
    await expect(utils.loadImg(bytes, { maxPixels: 99 })).rejects.toThrow(
      'picture: expected a width and height above 0, with at most 99 pixels at byte 16. Received: 10 x 10. Give maxPixels to read larger ones.',
    );
    const large = await pngOf(
      [7072, 7072, 1, 0, 0],
      rows(7072, 884, () => 255),
    );
    await expect(utils.loadImg(large, { colorMode: 'grayscale' })).rejects.toThrow('Received: 7072 x 7072.');
    expect((await utils.loadImg(large, { colorMode: 'grayscale', maxPixels: 6e7 })).data.at(-1)).toBe(255);
  });

  test('of a folder', async () => {
    const home = join(folder, 'pictures');
    await utils.saveImg(join(folder, 'a.png'), [[[1, 2, 3]]]);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(home);
    writeFileSync(join(home, 'large.png'), await file());
    const read = async (maxPixels: number): Promise<void> => {
      const options = { labels: null, imageSize: 2, maxPixels, verbose: false };
      for await (const batch of await utils.imageDatasetFromDirectory(home, options))
        (batch as { dispose(): void }).dispose();
    };
    await read(100);
    await expect(read(99)).rejects.toThrow('large.png: expected a width and height above 0, with at most 99 pixels');
    await expect(read(0)).rejects.toThrow(
      'imageDatasetFromDirectory: maxPixels must be a whole number above 0. Received: maxPixels=0.',
    );
  });

  test.each([0, -1, 1.5, Number.NaN, '9'])('%s is none', async (maxPixels) => {
    await expect(utils.loadImg(await file(), { maxPixels: maxPixels as number })).rejects.toThrow(
      'loadImg: maxPixels must be a whole number above 0.',
    );
  });
});
