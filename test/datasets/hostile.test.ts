/** Data files that unpack to far more than they are: each is refused within 300 MB of memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { padded, runApart, writeGzip, zipOf } from '../hostile';

const MOST = 300;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function idxHeader(...shape: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  for (const [i, dim] of shape.entries()) header.writeUInt32BE(dim, 4 + 4 * i);
  return header;
}

/** A `.npy` file's header, with what is said of its shape. */
function npyHeader(shape: string, descr = '|u1'): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const header = Buffer.from(`\x93NUMPY\x01\x00..${text}\n`, 'latin1');
  header.writeUInt16LE(header.length - 10, 8);
  return header;
}

const SMALL = { y_train: [npyHeader('(1,)'), Buffer.from([1])] };

async function npzRefusal(shape: string, size: number, descr?: string): Promise<{ printed: string; peak: number }> {
  const path = join(folder, 'm.npz');
  const packed = await zipOf({ 'x_train.npy': padded(npyHeader(shape, descr), size), 'y_train.npy': SMALL.y_train });
  expect(packed.length).toBeLessThan(size / 500);
  writeFileSync(path, packed);
  return runApart(
    `await require('./src/datasets/npz').readNpz(${JSON.stringify(path)}, { x_train: 3, y_train: 1 }); console.log('read');`,
  );
}

const MORE = 'bytes, as the header says; the data ends at byte 400000000. Received: 400000000 bytes.';
test.each([
  ['(3 3, 28, 28)', 4e8, '|u1', "expected a shape, a tuple of whole numbers at byte 10. Received: {'descr'"],
  ['(33, 28, 28)', 4e8, '|u1', 'expected the end of the data at byte 26000. Received: 399974000 bytes more.'],
  ['(999999, 28, 28)', 4e8, '|u1', `expected 783999344 ${MORE}`],
  ['(999999999999, 999, 9)', 4e8, '<i8', MORE],
  [
    '(600000, 28, 28)',
    6e5 * 784 + 128,
    '|u1',
    'of shape (n, 28, 28) with at most n = 262144 at byte 8. Received: 600000.',
  ],
  ['(400000000,)', 4e8 + 128, '|u1', 'expected images of shape (n, 28, 28) at byte 8. Received: shape (400000000,).'],
])('an .npz that unpacks to 400 MB: %s', async (shape, size, descr, message) => {
  const { printed, peak } = await npzRefusal(shape, size, descr);
  expect(printed).toContain('ValueError: m.npz, x_train.npy: ');
  expect(printed).toContain(message);
  expect(peak).toBeLessThan(MOST);
});

test('as many images as MNIST has, as integers of 64 bits, are read a piece at a time', async () => {
  const { printed, peak } = await npzRefusal('(70000, 28, 28)', 7e4 * 784 * 8 + 128, '<i8');
  expect(printed).toBe('read');
  expect(peak).toBeLessThan(400); // unpacked they have 439 MB
});

test.each([
  ['2^32 - 1 images', [2 ** 32 - 1, 28, 28], 'at most n = 262144 at byte 4. Received: 4294967295.'],
  ['large images', [10, 2 ** 32 - 1, 28], 'expected images of shape (n, 28, 28) at byte 4.'],
  ['ten images', [10, 28, 28], 'expected the end of the data at byte 7856.'],
])('IDX, gzipped, that unpacks to 400 MB and says %s', async (_, shape, message) => {
  const path = join(folder, 'images.gz');
  await writeGzip(path, padded(idxHeader(...shape), 4e8));
  const { printed, peak } = await runApart(`await require('./src/datasets/idx').readIdx(${JSON.stringify(path)}, 3);`);
  expect(printed).toContain('ValueError: images.gz: ');
  expect(printed).toContain(message);
  expect(peak).toBeLessThan(MOST);
});

test('IDX that says far more than there is takes no memory for it', async () => {
  const path = join(folder, 'images.gz');
  writeFileSync(path, gzipSync(Buffer.concat([idxHeader(262144, 28, 28), Buffer.alloc(1e6)])));
  const { printed, peak } = await runApart(`await require('./src/datasets/idx').readIdx(${JSON.stringify(path)}, 3);`);
  expect(printed).toContain('expected 205520912 bytes, as the header says; the data ends at byte 1000016.');
  expect(peak).toBeLessThan(200);
});

describe('pickles of 30 MB', () => {
  const read = (code: string): Promise<{ printed: string; peak: number }> =>
    runApart(`require('./src/datasets/pickle').readPickle('p', Buffer.concat([${code}]));`);
  const named = (text: string): string => `Buffer.from('\\x80\\x02${text}', 'latin1')`;

  test.each(['}', ']', ')', 'N', '(', ']q\\x01', 'K\\x01\\x85'])('of nothing but %s', async (step) => {
    const { printed, peak } = await read(`${named('')}, Buffer.alloc(3e7, Buffer.from('${step}', 'latin1'))`);
    expect(printed).toMatch(
      /^ValueError: p: expected the end after at most 262144 operations of a pickle at byte \d+\./,
    );
    expect(peak).toBeLessThan(MOST);
  });

  test('that ask for one long string over and over', async () => {
    const long = "Buffer.from([0x54, 0, 0x2d, 0x31, 1]), Buffer.alloc(2e7, 'a')";
    const asKey = `${named('}')}, ${long}, ${named('q\\x01N')}.subarray(2), Buffer.alloc(3e5, ${named('sh\\x01N')}.subarray(2))`;
    const { printed, peak } = await read(asKey);
    expect(printed).toMatch(/^ValueError: p: expected strings that are used once at byte \d+\./);
    expect(peak).toBeLessThan(MOST);
  });
});
