import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { datasets } from '../../src';
import { CIFAR10 } from '../../src/datasets/origins';
import { type Loopback, startLoopback } from './loopback';

const { cifar10 } = datasets;
const archives = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'cifar.json'), 'utf8')) as Record<
  string,
  string
>;
const archive = (name = 'protocol 2, order C'): Buffer => Buffer.from(archives[name] as string, 'base64');
const STEMS = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'];

let folder: string;
let before: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cifar-'));
  before = tf.memory().numTensors;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(before);
});

/** Values of the pictures of scripts/fixtures/cifar.py, row by row, red, green and blue together. */
function expectedPictures(batch: number): number[] {
  const values: number[] = [];
  for (let i = 0; i < 2; i++) {
    for (let pixel = 0; pixel < 1024; pixel++) {
      for (let color = 0; color < 3; color++) values.push((7 * (color * 1024 + pixel) + 13 * i + batch) % 256);
    }
  }
  return values;
}

function expectCifar({ train, test: unseen }: datasets.Cifar10): void {
  expect([train.x.shape, train.y.shape, unseen.x.shape, unseen.y.shape]).toEqual([
    [10, 32, 32, 3],
    [10, 1],
    [2, 32, 32, 3],
    [2, 1],
  ]);
  expect([train.x, train.y, unseen.x, unseen.y].map(({ dtype }) => dtype)).toEqual(Array(4).fill('int32'));
  const expected = Int32Array.from([0, 1, 2, 3, 4].flatMap(expectedPictures));
  expect(Buffer.from(train.x.dataSync().buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  expect(Array.from(unseen.x.dataSync().slice(0, 99))).toEqual(expectedPictures(5).slice(0, 99));
  expect(Array.from(train.y.dataSync())).toEqual([0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
  expect(Array.from(unseen.y.dataSync())).toEqual([5, 4]);
  tf.dispose([train.x, train.y, unseen.x, unseen.y]);
}

/** A member of a tar archive. */
function member(name: string, content: Buffer, changes: (header: Buffer) => void = () => {}, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 'latin1');
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${type}`, 156);
  header.write('ustar\x0000', 257, 'latin1');
  changes(header);
  header.fill(0x20, 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
const END = Buffer.alloc(1024);

/** The binary edition of the same pictures. */
function records(batch: number): Buffer {
  const labels = [batch, 9 - batch];
  return Buffer.concat(
    labels.map((label, i) =>
      Buffer.from([label, ...Array.from({ length: 3072 }, (_, j) => (7 * j + 13 * i + batch) % 256)]),
    ),
  );
}
const binaryMembers = (): Buffer[] => STEMS.map((stem, i) => member(`cifar-10-batches-bin/${stem}.bin`, records(i)));

/** The pickles in an archive of the fixture. */
function pickles(name?: string): Buffer[] {
  const tar = gunzipSync(archive(name));
  const found: Buffer[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    found.push(tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

async function load(content: Buffer): Promise<datasets.Cifar10> {
  writeFileSync(join(folder, 'c.tar.gz'), content);
  return cifar10.loadData({ path: join(folder, 'c.tar.gz') });
}
async function refusal(content: Buffer): Promise<string> {
  return load(content).then(
    (data) => {
      tf.dispose([data.train.x, data.train.y, data.test.x, data.test.y]);
      return 'read';
    },
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('files at hand', () => {
  test.each(Object.keys(archives))('the archive, pickled by Python with %s', async (name) => {
    expectCifar(await load(archive(name)));
    expectCifar(await load(gunzipSync(archive(name))));
  });

  test('the binary archive, with other members between', async () => {
    const [first, ...others] = binaryMembers() as [Buffer];
    const readme = member('cifar-10-batches-bin/readme.html', Buffer.from('hello'));
    const folderMember = member('cifar-10-batches-bin/', Buffer.alloc(0), undefined, '5');
    expectCifar(await load(gzipSync(Buffer.concat([folderMember, first, readme, ...others, END]))));
  });

  test('folders, and folders that hold them', async () => {
    mkdirSync(join(folder, 'cifar-10-batches-py'));
    pickles().forEach((bytes, i) => {
      writeFileSync(join(folder, 'cifar-10-batches-py', STEMS[i] as string), bytes);
    });
    expectCifar(await cifar10.loadData({ path: folder }));
    expectCifar(await cifar10.loadData({ path: join(folder, 'cifar-10-batches-py') }));
    rmSync(join(folder, 'cifar-10-batches-py', 'data_batch_4'));
    await expect(cifar10.loadData({ path: folder })).rejects.toThrow(
      `cifar10.loadData: expected a file data_batch_4. Received: path='${folder}' without it.`,
    );
    STEMS.forEach((stem, i) => {
      writeFileSync(join(folder, `${stem}.bin`), records(i));
    });
    rmSync(join(folder, 'cifar-10-batches-py'), { recursive: true });
    expectCifar(await cifar10.loadData({ path: folder }));
  });

  test('the names of the classes', () => {
    expect(cifar10.classNames).toHaveLength(10);
    expect([cifar10.classNames[0], cifar10.classNames[9]]).toEqual(['airplane', 'truck']);
  });

  test('no such path, unknown options', async () => {
    await expect(cifar10.loadData({ path: join(folder, 'none') })).rejects.toThrow(
      `cifar10.loadData: path must be an existing folder or a .tar.gz file. Received: path='${folder}/none'.`,
    );
    await expect(cifar10.loadData({ folder } as never)).rejects.toThrow("cifar10.loadData: unknown argument 'folder'");
    await expect(cifar10.loadData({ path: folder })).rejects.toThrow(
      `expected a file data_batch_1 or data_batch_1.bin. Received: path='${folder}' without it.`,
    );
  });
});

describe('archives that are refused', () => {
  const bad = (changes: (header: Buffer) => void, type?: string): Buffer =>
    gzipSync(Buffer.concat([member('cifar-10-batches-bin/data_batch_1.bin', records(0), changes, type), END]));
  const only = (...members: Buffer[]): Buffer => gzipSync(Buffer.concat([...members, END]));
  const named = (name: string): Buffer => member(name, records(0));
  const lacking =
    "cifar10.loadData: expected a file cifar-10-batches-py/data_batch_1 or cifar-10-batches-bin/data_batch_1.bin. Received: path='";
  const crc = gzipSync(Buffer.concat([...binaryMembers(), END]));
  crc[crc.length - 6] = (crc[crc.length - 6] as number) ^ 1;

  test.each<[string, () => Buffer, string]>([
    [
      'an empty file',
      () => Buffer.alloc(0),
      'c.tar.gz: expected more of the tar archive at byte 0. Received: the end.',
    ],
    [
      'a page',
      () => Buffer.from('<html>'.repeat(200)),
      'c.tar.gz: expected the header of a member of a tar archive at byte 0.',
    ],
    [
      'gzip of something else',
      () => gzipSync(Buffer.alloc(2000, 'x')),
      'expected the header of a member of a tar archive at byte 0.',
    ],
    ['cut gzip', () => archive().subarray(0, 500), 'c.tar.gz: expected intact gzip data at byte'],
    ['gzip with a wrong checksum', () => crc, 'c.tar.gz: expected intact gzip data at byte'],
    [
      'cut tar',
      () => gunzipSync(archive()).subarray(0, 9000),
      'c.tar.gz: expected more of the tar archive at byte 9000. Received: the end.',
    ],
    [
      'no end',
      () => gzipSync(Buffer.concat(binaryMembers())),
      'expected more of the tar archive at byte 43008. Received: the end.',
    ],
    [
      'a wrong checksum',
      () => Buffer.concat([Buffer.from('C'), gunzipSync(archive()).subarray(1)]),
      'expected the header of a member of a tar archive at byte 0.',
    ],
    [
      'a size that is no number',
      () => bad((header) => header.fill(0x81, 124, 136)),
      'expected the size of a member in octal digits at byte 124.',
    ],
    [
      'a size below 0',
      () => bad((header) => header.fill(0xfe, 125, 136).fill(0xff, 124, 125)),
      'expected the header of a member of a tar archive at byte 0.',
    ],
    [
      'a size of words',
      () => bad((header) => header.write('sixthousand', 124)),
      'expected the header of a member of a tar archive at byte 0.',
    ],
    [
      'a huge size',
      () => bad((header) => header.write('77777777777', 124)),
      'c.tar.gz: expected cifar-10-batches-bin/data_batch_1.bin of at most 33554432 bytes at byte 124. Received: 8589934591.',
    ],
    [
      'a symbolic link in place of a file',
      () => bad((header) => header.write('/etc/passwd', 157), '2'),
      'expected cifar-10-batches-bin/data_batch_1.bin once, as a plain file at byte 0. Received: a link or a folder.',
    ],
    ['a hard link', () => bad((header) => header.write('x', 157), '1'), 'Received: a link or a folder.'],
    [
      'a file that is twice',
      () => only(...binaryMembers(), binaryMembers()[2] as Buffer),
      'expected cifar-10-batches-bin/data_batch_3.bin once, as a plain file at byte 43008. Received: a second one.',
    ],
    [
      'a file that is twice, the second under a name that is given aside',
      () =>
        only(
          ...binaryMembers(),
          member('pax', Buffer.from('46 path=cifar-10-batches-bin/data_batch_3.bin\n'), undefined, 'x'),
          member('a.txt', records(0)),
        ),
      'expected cifar-10-batches-bin/data_batch_3.bin once, as a plain file at byte 44032. Received: a second one.',
    ],
    [
      'a size that is given aside, and huge',
      () =>
        only(
          member('pax', Buffer.from('18 size=999999999\n'), undefined, 'x'),
          member('cifar-10-batches-bin/data_batch_1.bin', records(0)),
        ),
      'of at most 33554432 bytes at byte 1148. Received: 999999999.',
    ],
    [
      'a name without end',
      () => only(member('pax', Buffer.alloc(0), (header) => header.write('00777777777', 124), 'x')),
      'expected the header of a member of a tar archive at byte 0.',
    ],
    ['a path that leads out', () => only(named('../cifar-10-batches-bin/data_batch_1.bin')), lacking],
    ['an absolute path', () => only(named('/cifar-10-batches-bin/data_batch_1.bin')), lacking],
    [
      'a path with a detour',
      () => only(named('cifar-10-batches-bin/../cifar-10-batches-bin/data_batch_1.bin')),
      lacking,
    ],
    ['other files', () => only(named('a.txt')), lacking],
    [
      'a missing batch',
      () => only(...binaryMembers().slice(0, 5)),
      'expected a file cifar-10-batches-bin/test_batch.bin. Received:',
    ],
    [
      'a batch of odd length',
      () => only(member('cifar-10-batches-bin/data_batch_1.bin', records(0).subarray(1)), ...binaryMembers().slice(1)),
      'c.tar.gz, data_batch_1.bin: expected records of 3073 bytes up to the end at byte 6145. Received: 6145 bytes.',
    ],
    [
      'an empty batch',
      () => only(member('cifar-10-batches-bin/data_batch_1.bin', Buffer.alloc(0)), ...binaryMembers().slice(1)),
      'Received: 0 bytes.',
    ],
    [
      'a label above 9',
      () => only(member('cifar-10-batches-bin/data_batch_1.bin', Buffer.alloc(3073, 10)), ...binaryMembers().slice(1)),
      'data_batch_1.bin: expected a label from 0 to 9 at byte 0. Received: 10.',
    ],
  ])('%s', async (_, make, message) => {
    const received = await refusal(make());
    expect(received).toContain(message);
    expect(received).toMatch(/^ValueError: /);
    expect(readdirSync(folder)).toEqual(['c.tar.gz']);
  });

  test('one that unpacks without end', async () => {
    const piece = gzipSync(Buffer.alloc(2 ** 26));
    const start = gzipSync(member('a.bin', Buffer.alloc(0), (header) => header.write('77777777777', 124)));
    expect(await refusal(Buffer.concat([start, ...Array(5).fill(piece)]))).toMatch(
      /c\.tar\.gz: expected the end of the archive at byte 268\d{6}\. Received: still more\.$/,
    );
  });
});

describe('pickles that are refused', () => {
  const withBatch = (bytes: Buffer): Buffer => {
    const [, ...others] = pickles();
    const members = [bytes, ...others].map((content, i) => member(`cifar-10-batches-py/${STEMS[i]}`, content));
    return gzipSync(Buffer.concat([...members, END]));
  };
  const evil = join(tmpdir(), 'cifar-was-here');
  const text = (code: string): Buffer => Buffer.from(code, 'latin1');
  const dict = (content: string): Buffer => text(`\x80\x02}(${content}u.`);
  const whole = pickles()[0] as Buffer;
  const replaced = (from: string, to: string): Buffer => {
    const at = whole.indexOf(from, 0, 'latin1');
    expect(at).toBeGreaterThan(0);
    return Buffer.concat([whole.subarray(0, at), text(to), whole.subarray(at + from.length)]);
  };

  test.each<[string, () => Buffer, string]>([
    [
      'one that would run a program',
      () => text(`cos\nsystem\n(S'touch ${evil}'\ntR.`),
      'expected nothing but the parts of a NumPy array at byte 0. Received: a reference to os system.',
    ],
    [
      'one that would evaluate code',
      () => text('\x80\x04\x8c\x08builtins\x8c\x04eval\x93.'),
      'at byte 18. Received: a reference to builtins eval.',
    ],
    [
      'one that calls what is allowed in another way',
      () => text('\x80\x02cnumpy\nndarray\n)R.'),
      'expected the parts of a NumPy array at byte 18. Received: another call.',
    ],
    [
      'an instance',
      () => text('\x80\x02(i__main__\nX\n.'),
      'expected an operation that makes plain data at byte 3. Received: operation 0x69.',
    ],
    ['an object by its number', () => text('\x80\x02K\x01Q.'), 'Received: operation 0x51.'],
    [
      'an empty file',
      () => Buffer.alloc(0),
      'data_batch_1: expected 1 bytes of a pickle at byte 0. Received: the end.',
    ],
    ['a cut file', () => whole.subarray(0, 3000), 'bytes of a pickle at byte'],
    [
      'a length beyond the end',
      () => text('\x80\x02B\xff\xff\xff\xff'),
      'expected 4294967295 bytes of a pickle at byte 2. Received: the end.',
    ],
    ['a name without an end', () => text('\x80\x02cnumpy'), 'expected the end of a line at byte 2. Received: the end.'],
    ['nothing to take', () => text('\x80\x02a.'), 'expected a value before this operation at byte 2. Received: none.'],
    ['no mark', () => text('\x80\x02]e.'), 'expected a mark before this operation at byte 3. Received: none.'],
    [
      'a note that was never made',
      () => text('\x80\x02h\x07.'),
      'expected a value noted before at byte 2. Received: number 7.',
    ],
    ['items for no list', () => text('\x80\x02}K\x01a.'), 'expected a list at byte 5. Received: something else.'],
    [
      'pairs for no dict',
      () => text('\x80\x02](K\x01K\x02u.'),
      'expected a dict, and strings with their values at byte 8.',
    ],
    ['a state for no object', () => text('\x80\x02]Nb.'), 'expected an array or its dtype at byte 4.'],
    [
      'a list',
      () => text('\x80\x02].'),
      "expected 'data', an array of bytes of shape (n, 3072), at byte 0. Received: keys none.",
    ],
    ['no data', () => dict('U\x06labels]'), 'Received: keys labels.'],
    [
      'another dtype',
      () => replaced('X\x02\0\0\0u1', 'X\x02\0\0\0f4'),
      "expected 'data', an array of bytes of shape (n, 3072), at byte 0.",
    ],
    ['another width', () => replaced('K\x02M\0\x0c\x86', 'K\x04M\0\x06\x86'), 'Received: shape (4, 1536).'],
    [
      'a shape larger than the data',
      () => replaced('K\x02M\0\x0c\x86', 'K\x03M\0\x0c\x86'),
      "expected 'data', an array of bytes",
    ],
    [
      'too few labels',
      () => replaced('K\x00K\x09e', 'K\x00e'),
      "data_batch_1: expected 'labels', a list of 2 numbers, at byte 0. Received: 1.",
    ],
    [
      'a label above 9',
      () => replaced('K\x00K\x09e', 'K\x00K\x0ae'),
      'expected a label from 0 to 9 for picture 1, in the pickle at byte 0. Received: 10.',
    ],
    [
      'a label that is a list in itself',
      () => replaced('K\x00K\x09e', 'K\x00]q\xf0h\xf0ae'),
      'expected a label from 0 to 9 for picture 1, in the pickle at byte 0. Received: something else.',
    ],
  ])('%s', async (_, make, message) => {
    expect(await refusal(withBatch(make()))).toContain(message);
    expect(existsSync(evil)).toBe(false);
  });
});

describe('downloads', () => {
  let server: Loopback;
  beforeAll(async () => {
    server = await startLoopback();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.asked.length = 0;
    server.answer = (_, response) => void response.end(archive());
  });

  const fetched = (): Promise<datasets.Cifar10> =>
    cifar10.loadData({ origin: server.origin, cacheDir: folder, verbose: false, timeout: 500 });

  test('once, under the name that Keras gives it', async () => {
    const sha256 = createHash('sha256').update(archive()).digest('hex');
    const size = jest.replaceProperty(CIFAR10, 'size', archive().length);
    const sum = jest.replaceProperty(CIFAR10, 'sha256', sha256);
    expectCifar(await fetched());
    expectCifar(await fetched());
    size.restore();
    sum.restore();
    expect(server.asked).toEqual(['/cifar-10-python.tar.gz']);
    expect(readdirSync(join(folder, 'datasets'))).toEqual(['cifar-10-batches-py-target_archive']);
  });

  test('another file is refused: its size before it comes, its checksum before it is kept', async () => {
    server.answer = (_, response) => void response.writeHead(200, { 'content-length': 5000 }).end();
    await expect(fetched()).rejects.toThrow(
      /expected 170498071 bytes of http\S+cifar-10-python\.tar\.gz\. Received: content-length 5000\./,
    );
    const size = jest.replaceProperty(CIFAR10, 'size', 100);
    server.answer = (_, response) => void response.write(Buffer.alloc(1e6)); // and never ends
    await expect(fetched()).rejects.toThrow(/expected 100 bytes of http\S+\. Received: more\./);
    server.answer = (_, response) => void response.end(Buffer.alloc(100));
    await expect(fetched()).rejects.toThrow(
      /with sha256 6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce\. Received: /,
    );
    size.restore();
    expect(readdirSync(join(folder, 'datasets'))).toEqual([]);
  });

  test('an origin that is no address', async () => {
    await expect(cifar10.loadData({ origin: 'mirror' })).rejects.toThrow(
      "origin must be an http or https address. Received: origin='mirror'.",
    );
  });
});
