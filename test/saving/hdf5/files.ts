/** Files of h5py and Keras (scripts/fixtures/hdf5.py), and trees told in the way in which the script tells them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { H5Attribute, H5Data, H5Dataset, H5Group } from '../../../src/saving/hdf5';

export type Description = Record<string, unknown>;

const FIXTURES = join(__dirname, '..', '..', 'fixtures');

/** What h5py finds in the files that are read, by their names without `.h5`, and the names of those that are refused. */
export const fixture = JSON.parse(readFileSync(join(FIXTURES, 'hdf5.json'), 'utf8')) as {
  read: Record<string, Description>;
  refused: string[];
};

export function fileOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, 'hdf5', name.endsWith('.h5') ? name : `${name}.h5`)));
}

export function digest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function describeData(data: H5Data): unknown {
  return Array.isArray(data) ? data : digest(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function describeAttribute(value: H5Attribute): unknown {
  if (typeof value === 'string' && value.length >= 1000) return digest(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Array.isArray(value)
    ? Array.from<unknown>(value).map((item) => (typeof item === 'bigint' ? `${item}n` : item))
    : value;
}

function describeAttributes(attributes: H5Group['attributes']): Description {
  return Object.fromEntries([...attributes].map(([name, value]) => [name, describeAttribute(value)]));
}

/** All that a tree holds, numbers of arrays by their digest. */
export function describeTree(item: H5Group | H5Dataset): Description {
  const attributes = describeAttributes(item.attributes);
  if (item.kind === 'dataset') {
    return { attributes, dtype: item.dtype, shape: item.shape, data: describeData(item.data()) };
  }
  const children = [...item.children].map(([name, child]) => [name, describeTree(child)]);
  return { attributes, children: Object.fromEntries(children) };
}

/** The item at a path in a tree. */
export function find(root: H5Group, path: string): H5Group | H5Dataset {
  let item: H5Group | H5Dataset = root;
  for (const name of path.split('/').filter(Boolean)) {
    const child: H5Group | H5Dataset | undefined = item.kind === 'group' ? item.children.get(name) : undefined;
    if (child === undefined) throw new Error(`no ${path}`);
    item = child;
  }
  return item;
}

/** The array at a path in a tree. */
export function findData(root: H5Group, path: string): H5Data {
  const item = find(root, path);
  if (item.kind !== 'dataset') throw new Error(`${path} is a group`);
  return item.data();
}
