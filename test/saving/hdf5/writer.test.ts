/** The writer: what it writes is read by our reader and, where there is a Python with h5py, by that. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ValueError } from '../../../src/base/errors';
import {
  type H5Attribute,
  type H5Data,
  type H5Dataset,
  type H5Dtype,
  type H5Group,
  readHdf5,
  sizeOfHdf5,
  writeHdf5,
} from '../../../src/saving/hdf5';
import * as fc from '../../fastCheck';
import { type Description, describeTree, digest, fileOf, find, findData, fixture } from './files';

const PYTHON = join(__dirname, '..', '..', '..', '.venv', 'bin', 'python');
const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'fixtures', 'hdf5.py');
const withPython = existsSync(PYTHON) ? test : test.skip;

type Attributes = Record<string, H5Attribute>;

function group(children: Record<string, H5Group | H5Dataset> = {}, attributes: Attributes = {}): H5Group {
  return {
    kind: 'group',
    attributes: new Map(Object.entries(attributes)),
    children: new Map(Object.entries(children)),
  };
}

function array(dtype: H5Dtype, shape: number[], data: H5Data, attributes: Attributes = {}): H5Dataset {
  return { kind: 'dataset', dtype, shape, attributes: new Map(Object.entries(attributes)), data: () => data };
}

function written(root: H5Group): Uint8Array {
  const bytes = new Uint8Array(Buffer.concat([...writeHdf5(root)]));
  expect(sizeOfHdf5(root)).toBe(bytes.length);
  return bytes;
}

/** What h5py finds in files. */
function describedByPython(files: readonly Uint8Array[]): Description[] {
  const folder = mkdtempSync(join(tmpdir(), 'hdf5-'));
  try {
    const paths = files.map((bytes, i) => {
      const path = join(folder, `${i}.h5`);
      writeFileSync(path, bytes);
      return path;
    });
    return JSON.parse(execFileSync(PYTHON, [SCRIPT, 'describe', ...paths], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything that the writer knows. */
function everything(): H5Group {
  const halves = Float32Array.of(
    0,
    -0,
    1 / 3,
    65519,
    65520,
    -1e30,
    2 ** -24,
    2 ** -25,
    3 * 2 ** -25,
    NaN,
    Infinity,
    1 + 2 ** -11,
  );
  const types = group({
    float16: array('float16', [12], halves),
    bfloat16: array('bfloat16', [3, 4], halves, { unit: 'm' }),
    float32: array('float32', [2, 1], Float32Array.of(0.1, -0)),
    float64: array('float64', [], Float64Array.of(Math.PI)),
    int8: array('int8', [2], Int8Array.of(-128, 127)),
    uint8: array('uint8', [2], Uint8Array.of(0, 255)),
    int16: array('int16', [1], Int16Array.of(-32768)),
    uint16: array('uint16', [1], Uint16Array.of(65535)),
    int32: array('int32', [1], Int32Array.of(-(2 ** 31))),
    uint32: array('uint32', [1], Uint32Array.of(2 ** 32 - 1)),
    int64: array('int64', [], BigInt64Array.of(-(2n ** 63n))),
    uint64: array('uint64', [1], BigUint64Array.of(2n ** 64n - 1n)),
    bool: array('bool', [2], Uint8Array.of(1, 0)),
    string: array('string', [2, 2], ['a', '', 'Größe 日本', 'x'.repeat(5000)]),
    empty: array('float32', [3, 0], new Float32Array()),
    'no strings': array('string', [0], []),
    'Größe 日本': array('string', [], ['']),
  });
  const attributes = {
    text: 'Größe',
    'no text': '',
    texts: ['a', '', '日本'],
    none: [],
    whole: 7,
    half: 0.5,
    big: 2n ** 62n,
    wholes: [1, 2],
    floats: [1, 0.5],
    bigs: [1n, -(2n ** 63n)],
    unsigned: 2n ** 64n - 1n,
    Größe: 1,
    long: 'long '.repeat(20_000),
    'many names': Array.from({ length: 4500 }, (_, i) => `name ${i}`), // too many for places in a heap
  };
  const members = Object.fromEntries(
    Array.from({ length: 600 }, (_, i) => [`dense_${i}`, group({}, { name: `dense_${i}` })]),
  );
  return group(
    { types, layers: group({ ...members, deeper: group({ again: group() }) }), nothing: group() },
    attributes,
  );
}

/** Of the file with everything, which h5py has read: where it changes, the tests with Python tell whether it is right. */
const DIGEST = 'a5c57332ee14053329ab5aba020b9f47f9ee3cc7eaad84cc9d15ea7bde53208c';

describe('everything', () => {
  const bytes = written(everything());
  const tree = readHdf5(bytes);

  test('is read again', () => {
    const [halves, brains] = ['float16', 'bfloat16'].map((name) => findData(tree, `types/${name}`)) as Float32Array[];
    expect([...(halves as Float32Array)]).toEqual([
      0,
      -0,
      0.333251953125,
      65504,
      Infinity,
      -Infinity,
      2 ** -24,
      0,
      2 ** -23,
      NaN,
      Infinity,
      1,
    ]);
    expect([...(brains as Float32Array)].slice(2, 5)).toEqual([0.333984375, 65536, 65536]);
    expect(find(tree, 'types/bfloat16').attributes).toEqual(new Map([['unit', 'm']]));
    const [given, read] = [describeTree(everything()), describeTree(tree)] as [Description, Description];
    for (const { types } of [given['children'], read['children']] as { types: { children: Description } }[]) {
      delete types.children['float16'];
      delete types.children['bfloat16'];
    }
    expect(read).toEqual(given);
  });

  test('is the same bytes each time', () => {
    const pieces = writeHdf5(everything());
    expect(Buffer.concat([...pieces]).equals(Buffer.concat([...pieces]))).toBe(true);
    expect(digest(bytes)).toBe(DIGEST);
  });

  withPython('is read by h5py', () => {
    expect(describedByPython([bytes])).toEqual([describeTree(tree)]);
  });
});

const names = Object.keys(fixture.read);

test.each(names)('a file of others, written again: %s', (name) => {
  const bytes = written(readHdf5(fileOf(name)));
  expect(describeTree(readHdf5(bytes))).toEqual(fixture.read[name]);
  expect(Buffer.compare(written(readHdf5(bytes)), bytes)).toBe(0);
});

withPython('files of others, written again and read by h5py', () => {
  const files = names.map((name) => written(readHdf5(fileOf(name))));
  expect(describedByPython(files)).toEqual(Object.values(fixture.read));
});

test('files are no larger than those of Keras', () => {
  for (const name of ['keras.weights', 'keras-legacy']) {
    expect(written(readHdf5(fileOf(name))).length).toBeLessThanOrEqual(fileOf(name).length);
  }
});

test('anything comes back', () => {
  const text = fc.string({ maxLength: 20 }).filter((string) => !string.includes('\0'));
  const name = text.filter((string) => string !== '' && !/^\.\.?$|\//.test(string));
  const attributes = fc.dictionary(
    name,
    fc.oneof(text, fc.array(text), fc.integer(), fc.array(fc.double()), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  );
  const dataset = fc.record({ data: fc.float32Array({ maxLength: 9 }), attributes });
  const { root } = fc.letrec<{ root: H5Group; item: H5Group | H5Dataset }>((tie) => ({
    root: fc
      .record({ children: fc.dictionary(name, tie('item'), { maxKeys: 12 }), attributes })
      .map((one) => group(one.children, one.attributes)),
    item: fc.oneof(
      { maxDepth: 3 },
      dataset.map((one) => array('float32', [one.data.length], one.data, one.attributes)),
      tie('root'),
    ),
  }));
  fc.assert(
    fc.property(root, (tree) => {
      expect(describeTree(readHdf5(written(tree)))).toEqual(describeTree(normal(tree)));
    }),
    { numRuns: 40 },
  );
});

/** As the reader gives it: big integers only where they must be. */
function normal<T extends H5Group | H5Dataset>(item: T): T {
  const attributes = new Map(
    [...item.attributes].map(([name, value]) => {
      const isSmall = typeof value === 'bigint' && Number.isSafeInteger(Number(value));
      return [name, isSmall ? Number(value) : value];
    }),
  );
  if (item.kind === 'dataset') return { ...item, attributes };
  return { ...item, attributes, children: new Map([...item.children].map(([name, child]) => [name, normal(child)])) };
}

test('data are asked for when their turn comes, and not copied', () => {
  const asked: string[] = [];
  const of = (name: string): H5Dataset => {
    const data = (): H5Data => {
      asked.push(name);
      return new Float32Array(2 ** 16);
    };
    return { ...array('float32', [2 ** 16], []), data };
  };
  const root = group({ a: of('a'), b: of('b') });
  const pieces = writeHdf5(root)[Symbol.iterator]();
  expect(asked).toEqual([]);
  const lengths: number[] = [];
  for (let piece = pieces.next(); !piece.done; piece = pieces.next()) {
    lengths.push(piece.value.length);
    if (lengths.length === 2) expect(asked).toEqual(['a']);
  }
  expect(asked).toEqual(['a', 'b']);
  expect(lengths.filter((length) => length === 2 ** 18)).toHaveLength(2);
});

describe('refusals', () => {
  const numbers = Float32Array.of(1, 2);
  test.each<[string, H5Group, string]>([
    [
      'a name with a slash',
      group({ 'a/b': group() }),
      "writeHdf5: /: a member's name must be one part of a path. Received: 'a/b'.",
    ],
    [
      'no name',
      group({ a: group({ '': group() }) }),
      "writeHdf5: /a: a member's name must be one part of a path. Received: ''.",
    ],
    [
      'a name with a zero',
      group({ 'a\0': group() }),
      'text must be without zeros and halves of characters. Received: "a\\u0000".',
    ],
    ['half a character', group({}, { a: '\ud800' }), "writeHdf5: /, attribute 'a': text must be without zeros"],
    [
      'an attribute too long',
      group({}, { names: Array.from({ length: 5000 }, (_, i) => `a rather long name ${i}`) }),
      "writeHdf5: /, attribute 'names' must fit in 64512 bytes. Received: 5000 values in 80",
    ],
    [
      'a list of two kinds',
      group({}, { a: ['a', 1] as never }),
      "attribute 'a' must be a string, a number, or a list of either. Received: a.",
    ],
    [
      'integers too large',
      group({}, { a: [2n ** 63n, -1n] }),
      'integers must fit in 64 bits. Received: [9223372036854775808n, -1n].',
    ],
    [
      'an unknown dtype',
      group({ x: array('complex64' as never, [2], numbers) }),
      'writeHdf5: /x: dtype must be one of float16, ',
    ],
    [
      'a negative size',
      group({ x: array('float32', [-2], numbers) }),
      'writeHdf5: /x: a shape must be at most 32 sizes. Received: [-2].',
    ],
    [
      'strings that are numbers',
      group({ x: array('string', [2], numbers) }),
      'writeHdf5: /x: data must be a list of 2 strings.',
    ],
    [
      'another dtype of bfloat16',
      group({ x: array('bfloat16', [2], numbers, { dtype: 'float8' }) }),
      "writeHdf5: /x: attribute 'dtype' of bfloat16 must say so. Received: 'float8'.",
    ],
  ])('%s, before anything is written', (_, root, message) => {
    expect(() => writeHdf5(root)).toThrow(message);
  });

  test.each<[string, H5Dataset, string]>([
    [
      'too few numbers',
      array('float32', [3], numbers),
      'writeHdf5: /x: data of float32 must be a Float32Array of 3. Received: Float32Array of 2.',
    ],
    [
      'numbers of another type',
      array('int32', [2], numbers),
      'data of int32 must be a Int32Array of 2. Received: Float32Array of 2.',
    ],
    ['a list', array('float32', [2], [1, 2] as never), 'Received: a list.'],
  ])('%s, when it is their turn', (_, x, message) => {
    const writing = (): unknown => [...writeHdf5(group({ x }))];
    expect(writing).toThrow(ValueError);
    expect(writing).toThrow(message);
  });

  test('groups in groups without end', () => {
    const root = group();
    root.children.set('again', root);
    expect(() => writeHdf5(root)).toThrow('writeHdf5: groups must be at most 256 deep. Received: /again/again');
  });
});
