/** Archives written by Python's zipfile (scripts/fixtures/zip.py), some of them changed by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ValueError } from '../../src/base/errors';
import { readZip, writeZip } from '../../src/base/zip';
import * as fc from '../fastCheck';

const fixture = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'zip.json'), 'utf8')) as Record<
  'contents' | 'archives' | 'others',
  Record<string, string>
>;
const decode = (base64: string | undefined): Uint8Array => new Uint8Array(Buffer.from(base64 as string, 'base64'));
const contents = Object.entries(fixture.contents).map(([name, base64]) => [name, decode(base64)] as const);
const archive = (name: string): Uint8Array => decode(fixture.archives[name] ?? fixture.others[name]);
const joined = (pieces: Iterable<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat([...pieces]));

type Contents = (readonly [name: string, content: Uint8Array])[];
const readAll = (bytes: Uint8Array, options = {}): Contents =>
  [...readZip('a.zip', bytes, options).values()].map((entry) => [entry.name, entry.read()]);

describe('reading', () => {
  test.each(Object.keys(fixture.archives))('%s', (name) => {
    const read = readAll(archive(name));
    expect(read).toEqual(contents);
    for (const [entryName, content] of contents) {
      expect(readZip('a.zip', archive(name)).get(entryName)?.size).toBe(content.length);
    }
  });

  test('no entries at all', () => {
    expect(readAll(archive('empty'))).toEqual([]);
  });

  test('a part of a larger buffer', () => {
    const bytes = archive('deflated');
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    expect(readAll(larger.subarray(7, 7 + bytes.length))).toEqual(contents);
  });

  test('what is stored is not copied', () => {
    const bytes = archive('stored');
    expect(readZip('a.zip', bytes).get('hello.txt')?.read().buffer).toBe(bytes.buffer);
  });
});

/** Members of a list of contents: as pieces that may be gone through again, or once. */
const membersOf = (entries: Contents, once = false): Parameters<typeof writeZip>[0] =>
  entries.map(([name, content]) => {
    const middle = content.length >> 1;
    const pieces = [content.subarray(0, middle), content.subarray(middle)];
    return { name, size: content.length, pieces: once ? pieces.values() : pieces };
  });

describe('writing', () => {
  test('the same bytes as Python, at any time', () => {
    expect(joined(writeZip(membersOf(contents)))).toEqual(archive('stored'));
  });

  test('the same bytes as Python into a file that cannot go back, where pieces come once', () => {
    expect(joined(writeZip(membersOf(contents, true)))).toEqual(archive('sizes after stored data'));
  });

  test('may be gone through again', () => {
    const zip = writeZip(membersOf(contents));
    expect(joined(zip)).toEqual(joined(zip));
  });

  test('what is given is not copied', () => {
    const content = new Uint8Array(5);
    expect([...writeZip([{ name: 'a', size: 5, pieces: [content] }])]).toContain(content);
  });

  test('pieces are asked for one after another', () => {
    const asked: number[] = [];
    const pieces = function* (): Generator<Uint8Array> {
      for (let i = 0; i < 3; i++) {
        asked.push(i);
        yield new Uint8Array(2).fill(i);
      }
    };
    const steps = [...writeZip([{ name: 'a', size: 6, pieces: pieces() }])].map(() => asked.length);
    expect(steps).toHaveLength(7); // header, three pieces, checksum, directory, end
    const zip = writeZip([{ name: 'a', size: 6, pieces: pieces() }])[Symbol.iterator]();
    asked.length = 0;
    zip.next();
    expect(asked).toEqual([]);
    zip.next();
    expect(asked).toEqual([0]);
  });

  test('anything comes back', () => {
    const names = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/[\\/:\0]|\.\./.test(name));
    const files = fc.dictionary(names, fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(files, fc.boolean(), (content, once) => {
        const entries = Object.entries(content);
        expect(readAll(joined(writeZip(membersOf(entries, once))))).toEqual(entries);
      }),
      { numRuns: 50 },
    );
  });

  const [none, one] = [new Uint8Array(), new Uint8Array(1)];
  const member = (name: string, size = 1, content = one) => ({ name, size, pieces: [content] });
  test.each<[string, () => Parameters<typeof writeZip>[0], string]>([
    [
      'a name that is twice',
      () => [member('a'), member('a')],
      "writeZip: names in a zip archive must differ. Received: 'a' twice.",
    ],
    [
      'a name that leads out of a folder',
      () => [member('a/../../b')],
      "writeZip: a name must be that of a file in a folder. Received: 'a/../../b', which leads out of the folder.",
    ],
    [
      'too many members',
      () => Array.from({ length: 65535 }, (_, i) => member(String(i), 0, none)),
      'writeZip: a zip archive must have at most 65534 members, 4294967294 bytes, and 65535 bytes of a name. Received: 65535 members',
    ],
    ['4 GiB', () => [member('a', 2 ** 31), member('b', 2 ** 31)], 'Received: 2 members, 4294967'],
    ['a name too long', () => [member('x'.repeat(65536))], 'Received: 1 members'],
    ['a size that is none', () => [member('a', -1)], 'writeZip: a: size must be a number of bytes. Received: -1.'],
  ])('refuses %s before anything is written', (_, members, message) => {
    expect(() => writeZip(members())).toThrow(message);
  });

  test.each([
    [2, '1 bytes'],
    [0, 'more'],
  ])('refuses pieces that are not of the size that was told: %d', (size, received) => {
    const message = `writeZip: pieces of a must have ${size} bytes in all. Received: ${received}.`;
    expect(() => joined(writeZip([member('a', size)]))).toThrow(message);
    expect(() => joined(writeZip([{ name: 'a', size, pieces: [one].values() }]))).toThrow(message);
  });
});

describe('damage', () => {
  /** What reading gives: the right contents, or the message of the refusal. */
  const outcome = (bytes: Uint8Array): string => {
    try {
      const read = readAll(bytes);
      const isRight = read.every(([name, content], i) => {
        const [rightName, rightContent] = contents[i] ?? [];
        return name === rightName && Buffer.compare(content, rightContent as Uint8Array) === 0;
      });
      return isRight && read.length === contents.length ? 'right' : 'other contents';
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      return error.message;
    }
  };

  /** Of those with bytes behind them, nothing is lost when they are cut off. */
  const whole = Object.keys(fixture.archives).filter((name) => !/behind|around/.test(name));

  test.each(whole)('wherever it is cut off: %s', (name) => {
    const bytes = archive(name);
    const outcomes = Array.from(bytes, (_, length) => outcome(bytes.subarray(0, length)));
    expect(outcomes.filter((text) => !/^a\.zip: expected .* at byte \d+\. Received: /.test(text))).toEqual([]);
  });

  const unlike = whole.filter((name) => !/^something|^places|stored data/.test(name));

  test.each(unlike)('whatever byte is changed: %s', (name) => {
    const bytes = archive(name);
    const outcomes = Array.from(bytes, (byte, at) =>
      [0x01, 0x80, 0xff].map((change) => {
        const changed = bytes.slice();
        changed[at] = byte ^ change;
        return outcome(changed);
      }),
    ).flat();
    const refusals = outcomes.filter((text) => text !== 'right');
    expect(refusals.filter((text) => !/^a\.zip: expected .* at byte \d+\. Received: /s.test(text))).toEqual([]);
    expect(refusals.length / outcomes.length).toBeGreaterThan(0.5); // dates, attributes and the like do no harm
  });

  const [stored, deflated] = [archive('stored'), archive('deflated')];
  const find = (bytes: Uint8Array, text: string, from = 0): number => Buffer.from(bytes).indexOf(text, from, 'latin1');
  /** Where the directory begins, the end record, and its second entry, which is empty. */
  const directory = find(stored, 'PK\x01\x02');
  const end = find(stored, 'PK\x05\x06');
  const packedAt = find(deflated, 'PK\x01\x02');
  const third = (bytes: Uint8Array): number => find(bytes, 'folder/long.txt', find(bytes, 'PK\x01\x02')) - 46;
  type Change = [at: number, bits: 16 | 32, value: number];
  const changed = (bytes: Uint8Array, ...changes: Change[]): Uint8Array => {
    const copy = Buffer.from(bytes);
    for (const [at, bits, value] of changes)
      bits === 16 ? copy.writeUInt16LE(value, at) : copy.writeUInt32LE(value, at);
    return new Uint8Array(copy);
  };
  const long = contents[2]?.[1].length as number;
  const longPacked = Buffer.from(deflated).readUInt32LE(third(deflated) + 20);
  const longStart = Buffer.from(deflated).readUInt32LE(third(deflated) + 42) + 30 + 'folder/long.txt'.length;

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'a.zip: expected a zip archive at byte 0. Received: the end.'],
    ['a page', Buffer.from('<html>'), "a.zip: expected a zip archive at byte 0. Received: '<htm'."],
    ['no directory', stored.subarray(0, 60), "expected the zip archive's directory before the end at byte 60."],
    ['a directory elsewhere', changed(stored, [end + 16, 32, directory + 1]), `to end here at byte ${end}.`],
    ['a directory that begins earlier', changed(stored, [end + 16, 32, directory - 1]), 'expected the header of'],
    [
      'more entries than there are',
      changed(stored, [end + 10, 16, 5]),
      `expected an entry of the zip archive's directory at byte ${end}.`,
    ],
    ['fewer entries than there are', changed(stored, [end + 10, 16, 3]), 'the end of the directory after 3 entries at'],
    ['a part of an archive', changed(stored, [end + 4, 16, 2]), 'an archive in one part at byte'],
    ['an entry that is twice', archive('twice'), 'expected a.txt once at byte'],
    [
      'an absolute name',
      archive('/etc/passwd'),
      'expected a name in a folder at byte 92. Received: "/etc/passwd", an absolute path.',
    ],
    ...['../up', 'a/../../b', 'a\\..\\b'].map((name): [string, Uint8Array, string] => [
      name,
      archive(name),
      `${JSON.stringify(name)}, which leads out of the folder.`,
    ]),
    ...['C:\\a', '\\a'].map((name): [string, Uint8Array, string] => [
      name,
      archive(name),
      `${JSON.stringify(name)}, an absolute path.`,
    ]),
    ['another method', archive('bzip2'), 'expected a stored or deflated entry at byte'],
    [
      'encryption',
      changed(stored, [directory + 8, 16, 1]),
      `expected hello.txt without encryption at byte ${directory + 8}. Received: flags 0x1.`,
    ],
    [
      'an entry that begins elsewhere',
      changed(stored, [directory + 42, 32, 4]),
      'expected the header of hello.txt at byte 4. Received: something else.',
    ],
    [
      'an entry in place of another',
      changed(stored, [third(stored) + 42, 32, 0]),
      'expected the header of folder/long.txt at byte 0.',
    ],
    [
      'an entry that reaches into the next',
      changed(stored, [directory + 20, 32, 50], [directory + 24, 32, 50]),
      'expected more of hello.txt, 50 bytes from byte 39 on, at byte 44. Received: the start of something else.',
    ],
    [
      'a size of its own for what is stored',
      changed(stored, [directory + 24, 32, 6]),
      `expected 5 bytes of hello.txt at byte ${directory + 24}. Received: 6.`,
    ],
    [
      'a size in 64 bits that is not there',
      changed(stored, [directory + 24, 32, 0xffffffff]),
      `expected a size of hello.txt in 64 bits, as Zip64 has it at byte ${directory + 24}. Received: none.`,
    ],
    [
      'a size that no data unpacks to',
      changed(deflated, [third(deflated) + 24, 32, 1032 * longPacked + 1]),
      `expected at most ${1032 * longPacked} bytes of folder/long.txt, packed in ${longPacked} at byte ${third(deflated) + 24}.`,
    ],
    [
      'data that unpacks to more',
      changed(deflated, [third(deflated) + 24, 32, long - 1]),
      `expected intact deflate data of folder/long.txt at byte ${longStart}. Received: more than ${long - 1} bytes.`,
    ],
    [
      'data that unpacks to less',
      changed(deflated, [third(deflated) + 24, 32, long + 1]),
      `expected intact deflate data of folder/long.txt at byte ${longStart}. Received: ${long} bytes, not ${long + 1}.`,
    ],
    [
      'data that is no deflate data',
      changed(deflated, [longStart, 32, 0xffffffff]),
      `expected intact deflate data of folder/long.txt at byte ${longStart}. Received: invalid block type.`,
    ],
    [
      'another checksum',
      changed(deflated, [packedAt + 16, 32, 7]),
      'expected hello.txt with checksum 7 at byte 39. Received: checksum 907060870.',
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(outcome(bytes)).toContain(message);
  });

  test('what unpacks to more than is asked for is refused before it is unpacked', () => {
    const message = `a.zip: expected at most 100 bytes of folder/long.txt at byte ${third(deflated) + 24}. Received: ${long}.`;
    expect(() => readZip('a.zip', deflated, { largest: 100 }).get('folder/long.txt')?.read()).toThrow(message);
    expect(readAll(stored, { largest: 100 })).toEqual(contents); // takes no memory
    const sum = contents.reduce((bytes, [, { length }]) => bytes + length, 0);
    expect(readAll(deflated, { total: sum })).toEqual(contents);
    expect(() => readZip('a.zip', deflated, { total: sum - 1 })).toThrow(
      `a.zip: expected at most ${sum - 1} bytes of all packed entries at byte ${packedAt}. Received: ${sum}.`,
    );
  });

  test('an entry of another method harms nothing that is not read', () => {
    const other = readZip('a.zip', archive('bzip2'));
    expect([...other.keys()]).toEqual(['hello.txt']);
    expect(() => other.get('hello.txt')?.read()).toThrow(ValueError);
  });
});
