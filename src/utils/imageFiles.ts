import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { numpyRandom, permutation } from '../backend/mersenneTwister';
import { formatValue, ValueError } from '../base/errors';

const WHO = 'imageDatasetFromDirectory';
const ENDINGS: readonly string[] = ['.bmp', '.gif', '.jpeg', '.jpg', '.png'];

/** Picture files, the number of the class of each, and the names of the classes; no classes without labels. */
export interface LabelledFiles {
  readonly paths: readonly string[];
  readonly labels: readonly number[] | undefined;
  readonly classNames: readonly string[] | undefined;
}

/** Finds all pictures in a folder, in the order of their names, the classes being its folders or given. */
export async function findFiles(
  directory: string,
  labels: 'inferred' | readonly number[] | null,
  classNames: readonly string[] | null,
  followLinks: boolean,
): Promise<LabelledFiles> {
  const found = typeof directory === 'string' ? await stat(directory).catch(() => undefined) : undefined;
  if (!found?.isDirectory()) {
    throw new ValueError(
      `${WHO}: directory must be an existing folder. Received: directory=${formatValue(directory)}.`,
    );
  }
  if (labels === 'inferred') return inferred(directory, classNames, followLinks);
  if (classNames) {
    throw new ValueError(
      `${WHO}: classNames may be given only with labels='inferred'. Received: classNames=${formatValue(classNames)}.`,
    );
  }
  const paths = await walk(directory, followLinks);
  if (labels === null) return { paths, labels: undefined, classNames: undefined };
  if (labels.length !== paths.length) {
    throw new ValueError(
      `${WHO}: labels must be as many as the pictures, ${paths.length}. Received: ${labels.length} labels.`,
    );
  }
  // As in Keras, the labels stay as they are, whatever classes they name.
  const names = [...new Set(labels)].sort((a, b) => a - b).map(String);
  return { paths, labels, classNames: names };
}

async function inferred(
  directory: string,
  given: readonly string[] | null,
  followLinks: boolean,
): Promise<LabelledFiles> {
  const folders: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.name.startsWith('.') && (await isFolder(directory, entry, true))) folders.push(entry.name);
  }
  folders.sort(byCodePoint);
  if (given?.some((name) => !folders.includes(name))) {
    throw new ValueError(
      `${WHO}: classNames must be names of the folders ${folders.join(', ')}. Received: classNames=${formatValue(given)}.`,
    );
  }
  const classNames = given ?? folders;
  const paths: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classNames.entries()) {
    for (const path of await walk(join(directory, name), followLinks)) {
      paths.push(path);
      labels.push(label);
    }
  }
  return { paths, labels, classNames };
}

/** The pictures of a folder and of those in it, folder by folder, all in the order of their names. */
async function walk(folder: string, followLinks: boolean): Promise<string[]> {
  const paths: string[] = [];
  for (const each of (await foldersIn(folder, followLinks)).sort(byCodePoint)) {
    const entries = (await readdir(each, { withFileTypes: true })).sort((a, b) => byCodePoint(a.name, b.name));
    for (const entry of entries) {
      const isPicture = ENDINGS.some((ending) => entry.name.toLowerCase().endsWith(ending));
      if (isPicture && !(await isFolder(each, entry, true))) paths.push(join(each, entry.name));
    }
  }
  return paths;
}

async function foldersIn(folder: string, followLinks: boolean, outer: readonly string[] = []): Promise<string[]> {
  const { dev, ino } = await stat(folder);
  const place = `${dev}:${ino}`;
  if (outer.includes(place)) return []; // a link to a folder that holds it
  const folders = [folder];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!(await isFolder(folder, entry, followLinks))) continue;
    folders.push(...(await foldersIn(join(folder, entry.name), followLinks, [...outer, place])));
  }
  return folders;
}

async function isFolder(parent: string, entry: Dirent, followLinks: boolean): Promise<boolean> {
  if (!entry.isSymbolicLink() || !followLinks) return entry.isDirectory();
  const target = await stat(join(parent, entry.name)).catch(() => undefined);
  return target?.isDirectory() ?? false;
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Files in the order that NumPy's `RandomState(seed).shuffle` gives, as Keras mixes them before it splits them. */
export function shuffleFiles({ paths, labels, classNames }: LabelledFiles, seed: number): LabelledFiles {
  const order = [...permutation(numpyRandom(seed), paths.length)];
  return {
    paths: order.map((i) => paths[i] as string),
    labels: labels && order.map((i) => labels[i] as number),
    classNames,
  };
}

/** The first files, or the last ones, which are kept for validation. */
export function splitFiles(files: LabelledFiles, fraction: number, subset: 'training' | 'validation'): LabelledFiles {
  const at = files.paths.length - Math.floor(fraction * files.paths.length);
  const [from, to] = subset === 'training' ? [0, at] : [at, files.paths.length];
  return { ...files, paths: files.paths.slice(from, to), labels: files.labels?.slice(from, to) };
}
