/** The reader, compared with what h5py finds in the same files. */
import { ValueError } from '../../../src/base/errors';
import { readHdf5 } from '../../../src/saving/hdf5';
import { describeTree, fileOf, find, findData, fixture } from './files';

const read = (name: string, bytes = fileOf(name)): ReturnType<typeof readHdf5> =>
  readHdf5(bytes, { name: `${name}.h5` });

test.each(Object.entries(fixture.read))('%s', (name, expected) => {
  const tree = read(name);
  expect(describeTree(tree)).toEqual(expected);
  expect(describeTree(tree)).toEqual(expected); // data may be read again
});

test('members come in the order of their names, as h5py gives them', () => {
  const group = find(read('groups'), 'layers');
  const names = group.kind === 'group' ? [...group.children.keys()] : [];
  expect(names).toHaveLength(180);
  expect(names).toEqual([...names].sort());
});

test('numbers worked by hand', () => {
  const tree = read('types');
  const halves = findData(tree, 'float16');
  expect([...halves].slice(0, 2)).toEqual([0, -0]);
  expect([...halves].slice(2)).toEqual([0.333251953125, 65504, -65504, 2 ** -14, 2 ** -24, Infinity, -Infinity, NaN]);
  expect(findData(tree, 'int64')).toEqual(BigInt64Array.of(-(2n ** 63n), 0n, 1n, 2n ** 63n - 1n));
  expect(findData(tree, 'uint64')).toEqual(BigUint64Array.of(0n, 0n, 1n, 2n ** 64n - 1n));
  expect(findData(tree, 'bool')).toEqual(Uint8Array.of(1, 0, 1));
  expect(findData(tree, 'big/int16')).toEqual(Int16Array.of(-32768, 2, 3, 32767));
  expect(findData(tree, 'scalars/string')).toEqual(['Größe 日本']);
  expect(tree.attributes.get('one int64')).toBe(2n ** 63n - 1n);
  expect(tree.attributes.get('of int32')).toEqual([-(2 ** 31), 7, 2 ** 31 - 1]);
  expect(tree.attributes.get('none')).toEqual([]);
});

test('bfloat16 comes by its name, and its attribute is no attribute', () => {
  for (const [name, path] of [
    ['keras.weights', 'layers/dense/vars/0'],
    ['keras-legacy', 'model_weights/dense/sequential/dense/kernel'],
  ] as const) {
    const item = find(read(name), path);
    expect(item).toMatchObject({ kind: 'dataset', dtype: 'bfloat16', shape: [32, 2] });
    expect(item.attributes.size).toBe(0);
  }
});

test('numbers are a view of the file where they are aligned, and a copy elsewhere', () => {
  const bytes = fileOf('types');
  const view = findData(read('types', bytes), 'float64');
  expect((view as Float64Array).buffer).toBe(bytes.buffer);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  const copy = findData(read('types', moved.subarray(3)), 'float64');
  expect(copy).toEqual(view);
  expect((copy as Float64Array).buffer).not.toBe(moved.buffer);
});

test.each(Object.keys(fixture.read))('a Buffer is read as other bytes are, and stays as it is: %s', (name) => {
  const bytes = Buffer.concat([Buffer.from('odd'), fileOf(name)]);
  const copy = Buffer.from(bytes);
  const tree = read(name, bytes.subarray(3));
  expect(describeTree(tree)).toEqual(fixture.read[name]);
  expect(bytes.equals(copy)).toBe(true);
});

test('bytes behind the file are passed over', () => {
  const longer = new Uint8Array(Buffer.concat([fileOf('types'), Buffer.from('more')]));
  expect(describeTree(read('types', longer))).toEqual(fixture.read['types']);
});

describe('refusals', () => {
  /** Of what is in no file of Keras: what there must be instead, and what there is. */
  const REFUSALS: Readonly<Record<string, string>> = {
    'soft-link': "/: expected a member of this file at byte 1138. Received: 'y', a soft link.",
    'external-link': "/: expected a member of this file at byte 861. Received: 'y', an external link.",
    'soft-link-latest': "/: expected a member of this file at byte 92. Received: 'y', a soft link.",
    'external-link-latest': "/: expected a member of this file at byte 92. Received: 'y', an external link.",
    'external-storage': '/x: expected an array in this file at byte 800. Received: one in external files.',
    virtual: '/x: expected an array in this file at byte 906. Received: a virtual one, of parts of others.',
    compound: '/x: expected elements that are numbers, booleans or strings at byte 864. Received: a compound.',
    reference: '/x: expected elements that are numbers, booleans or strings at byte 864. Received: a reference.',
    enumeration: 'Received: that of BLUE, RED.',
    list: '/x: expected elements that are numbers, booleans or strings at byte 864. Received: a list of any length.',
    array: 'Received: an array.',
    complex: 'Received: a compound.',
    opaque: '/opaque: expected opaque elements of 2 bytes (bfloat16) at byte 864. Received: 3 bytes.',
    null: '/x: expected an array at byte 828. Received: a space with nothing in it (Empty).',
    'named-type': '/t: expected a group or an array at byte 800. Received: a named type.',
    LZF: '/x: expected chunks packed with gzip, shuffle or fletcher32 alone at byte 944. Received: LZF.',
    scaleoffset:
      '/x: expected chunks packed with gzip, shuffle or fletcher32 alone at byte 1008. Received: scaleoffset.',
    'group-twice': '/b: expected an object of its own at byte 800. Received: one that has another name, too.',
    circle: '/a/b: expected an object of its own at byte 96. Received: one that has another name, too.',
    bomb: '/x: expected 68719476736 bytes, as shape (16777216, 1024) has, at byte 800. Received: 0 that are stored.',
    growing: 'Received: an extensible array, as for an array without limit on one axis.',
    'growing-both-ways': 'Received: a B-tree of version 2, as for an array without limit on several axes.',
  };

  test('are of every file', () => {
    expect(Object.keys(REFUSALS).map((name) => `refused-${name}.h5`)).toEqual(expect.arrayContaining(fixture.refused));
  });

  test.each(Object.entries(REFUSALS))('%s', (name, message) => {
    const reading = (): unknown => describeTree(readHdf5(fileOf(`refused-${name}`), { name: 'a.h5' }));
    expect(reading).toThrow(ValueError);
    expect(reading).toThrow(message);
    expect(reading).toThrow(/^a\.h5, \/.*: expected .* at byte \d+\. Received: .*\.$/);
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'HDF5 file, /: expected an HDF5 file at byte 0. Received: nothing.'],
    ['a zip archive', Buffer.from('PK\x03\x04 and more'), 'expected an HDF5 file at byte 0. Received: another.'],
    ['the signature alone', fileOf('types').subarray(0, 8), 'expected 1 bytes more of the superblock at byte 8.'],
  ])('%s', (_, bytes, message) => {
    expect(() => readHdf5(bytes)).toThrow(message);
  });

  test.each(['types', 'latest', 'user-block'])('a file that is cut off, wherever that is: %s', (name) => {
    const bytes = fileOf(name);
    for (let length = 0; length < bytes.length; length += 1 + (length >> 4)) {
      expect(() => readHdf5(bytes.subarray(0, length))).toThrow(ValueError);
    }
    expect(() => readHdf5(bytes.subarray(0, -1))).toThrow(
      /a file of \d+ bytes, as many as there are.* it is cut off\.$/,
    );
  });

  test('more bytes in arrays than the caller allows', () => {
    const bytes = fileOf('old-keras'); // two arrays of 9 float32, two of 3
    expect(() => readHdf5(bytes, { maxBytes: 96 })).not.toThrow();
    expect(() => readHdf5(bytes, { name: 'a.h5', maxBytes: 95 })).toThrow(
      /^a\.h5, .*: expected arrays of at most 95 bytes in all, as maxBytes allows at byte \d+\. Received: 96 up to here\.$/,
    );
  });

  /** A copy with a number of 64 bits put in place of another: the only one there is behind a place. */
  const changed = (name: string, from: bigint, to: bigint, behind = 0): Uint8Array => {
    const bytes = Buffer.from(fileOf(name));
    const old = Buffer.alloc(8);
    old.writeBigUInt64LE(from);
    const at = bytes.indexOf(old, behind);
    expect(at).toBeGreaterThan(0);
    bytes.writeBigUInt64LE(to, at);
    return new Uint8Array(bytes);
  };

  test('a shape of more than is stored takes no memory', () => {
    const { rss } = process.memoryUsage();
    const bytes = changed('old-keras', 3n, 2n ** 31n);
    expect(() => describeTree(readHdf5(bytes, { name: 'a.h5' }))).toThrow(/that are stored|on axis/);
    expect(process.memoryUsage().rss - rss).toBeLessThan(2 ** 28);
  });

  test('two arrays with the same bytes', () => {
    const tree = readHdf5(fileOf('old-keras'));
    const [kernel, bias] = ['kernel:0', 'bias:0'].map(
      (name) => findData(tree, `conv2d_1/conv2d_1_1/${name}`) as Float32Array,
    ) as [Float32Array, Float32Array];
    const bytes = changed('old-keras', BigInt(bias.byteOffset), BigInt(kernel.byteOffset));
    expect(() => readHdf5(bytes, { name: 'a.h5' })).toThrow(
      /^a\.h5, .*: expected data apart from all else at byte \d+\. Received: bytes of data of \/conv2d_1\/.*\.$/,
    );
  });
});
