import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatShape, formatValue, refuse, ValueError } from '../base/errors';
import { readLimited } from './file';
import { arrayOf, readPickle } from './pickle';
import { readTar } from './tar';

/** Pictures of 32x32 pixels, red, then green, then blue, and their labels. */
export interface Batch {
  readonly pixels: Uint8Array;
  readonly labels: readonly number[];
}

export const PIXELS = 32 * 32;
const COLORS = 3;
const VALUES = PIXELS * COLORS;
const CLASSES = 10;
/** A batch of the real files, of 10,000 pictures, has 31,035,704 bytes at most. */
const LARGEST = 2 ** 25;

/** The two editions of the data: the same pictures, for Python and for others. */
interface Edition {
  readonly folder: string;
  readonly names: readonly string[];
  readonly read: (file: string, bytes: Buffer) => Batch;
}
const STEMS = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`).concat('test_batch');
const EDITIONS: readonly Edition[] = [
  { folder: 'cifar-10-batches-py', names: STEMS, read: readPickled },
  { folder: 'cifar-10-batches-bin', names: STEMS.map((stem) => `${stem}.bin`), read: readRecords },
];

/**
 * The five training batches and the test batch of CIFAR-10, from their folder or its archive (`.tar.gz`), in the Python
 * or the binary edition.
 *
 * @throws ValueError for files that are missing, cut off or of another kind, naming file and byte
 */
export async function readBatches(who: string, path: string): Promise<Batch[]> {
  const found = typeof path === 'string' ? await stat(path).catch(() => undefined) : undefined;
  if (!found) {
    throw new ValueError(
      `${who}: path must be an existing folder or a .tar.gz file. Received: path=${formatValue(path)}.`,
    );
  }
  return found.isDirectory() ? readFolder(who, path) : readArchive(who, path);
}

async function readFolder(who: string, path: string): Promise<Batch[]> {
  for (const { folder, names, read } of EDITIONS) {
    const home = [path, join(path, folder)].find((place) => existsSync(join(place, names[0] as string)));
    if (home === undefined) continue;
    const missing = names.find((name) => !existsSync(join(home, name)));
    if (missing !== undefined) throw lacking(who, path, missing);
    const batches: Batch[] = [];
    for (const name of names) batches.push(read(name, await readLimited(join(home, name), LARGEST)));
    return batches;
  }
  throw lacking(who, path, EDITIONS.map(({ names }) => names[0]).join(' or '));
}

async function readArchive(who: string, path: string): Promise<Batch[]> {
  const pathsOf = ({ folder, names }: Edition): string[] => names.map((name) => `${folder}/${name}`);
  const members = await readTar(who, path, EDITIONS.flatMap(pathsOf), LARGEST);
  const edition = EDITIONS.find((each) => pathsOf(each).some((name) => members.has(name)));
  if (!edition) throw lacking(who, path, EDITIONS.map((each) => pathsOf(each)[0]).join(' or '));
  return pathsOf(edition).map((name) => {
    const bytes = members.get(name);
    if (!bytes) throw lacking(who, path, name);
    return edition.read(`${basename(path)}, ${basename(name)}`, bytes);
  });
}

function lacking(who: string, path: string, name: string): ValueError {
  return new ValueError(`${who}: expected a file ${name}. Received: path='${path}' without it.`);
}

/** The Python edition: a pickled dict with `data`, uint8 of shape (n, 3072), and `labels`, a list of n numbers. */
function readPickled(file: string, bytes: Buffer): Batch {
  const content = readPickle(file, bytes);
  const dict = content instanceof Map ? content : new Map<string, never>();
  const data = arrayOf(dict.get('data'));
  const [n = 0, width] = data?.shape ?? [];
  if (data?.shape.length !== 2 || n === 0 || width !== VALUES) {
    const received = data ? `shape ${formatShape(data.shape)}` : `keys ${[...dict.keys()].join(', ') || 'none'}`;
    return refuse(file, 0, `'data', an array of bytes of shape (n, ${VALUES}),`, received);
  }
  const labels = dict.get('labels');
  if (!Array.isArray(labels) || labels.length !== n) {
    return refuse(file, 0, `'labels', a list of ${n} numbers,`, Array.isArray(labels) ? `${labels.length}` : 'none');
  }
  const wrong = labels.findIndex((label) => !isLabel(label));
  if (wrong >= 0)
    refuse(
      file,
      0,
      `a label from 0 to 9 for picture ${wrong}, in the pickle`,
      typeof labels[wrong] === 'number' ? `${labels[wrong]}` : 'something else',
    );
  return { pixels: data.isFortran ? transpose(data.data, n) : data.data, labels: labels as number[] };
}

/** The binary edition: for each picture the label, then its bytes. */
function readRecords(file: string, bytes: Buffer): Batch {
  const length = 1 + VALUES;
  if (bytes.length === 0 || bytes.length % length !== 0) {
    refuse(file, bytes.length, `records of ${length} bytes up to the end`, `${bytes.length} bytes`);
  }
  const n = bytes.length / length;
  const pixels = new Uint8Array(n * VALUES);
  const labels = Array.from({ length: n }, (_, i) => {
    const label = bytes[i * length] as number;
    if (!isLabel(label)) refuse(file, i * length, 'a label from 0 to 9', String(label));
    pixels.set(bytes.subarray(i * length + 1, (i + 1) * length), i * VALUES);
    return label;
  });
  return { pixels, labels };
}

function isLabel(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < CLASSES;
}

/** Rows one after another, from columns one after another. */
function transpose(columns: Uint8Array, n: number): Uint8Array {
  const rows = new Uint8Array(columns.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < VALUES; j++) rows[i * VALUES + j] = columns[j * n + i] as number;
  return rows;
}
