/** What a folder of the cache held when it was made: sizes and SHA-256 of its files, kept in it. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Name of the list in the folder. */
const MANIFEST = 'keras-ts.json';
const CHUNK_BYTES = 2 ** 20;

/** Size and hash of a file. */
interface Entry {
  bytes: number;
  sha256: string;
}
type Manifest = { files: Record<string, Entry> };

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Notes what a folder holds. */
export async function writeManifest(folder: string): Promise<void> {
  const files: Manifest['files'] = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || entry.name === MANIFEST) continue;
    files[relative(folder, path)] = { bytes: statSync(path).size, sha256: await sha256(path) };
  }
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify({ files } satisfies Manifest, null, 1)}\n`);
}

/** What is not as it was noted, one file of it: `libtensorflow_cc.so.2 has 5 bytes, not 686113096`. */
export async function damageOf(folder: string): Promise<string | undefined> {
  const files = readManifest(folder);
  if (files === undefined) return `${MANIFEST} is missing or cannot be read`;
  const entries = Object.entries(files);
  for (const [name, { bytes }] of entries) {
    const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size;
    if (size === undefined) return `${name} is missing`;
    if (size !== bytes) return `${name} has ${size} bytes, not ${bytes}`;
  }
  for (const [name, entry] of entries) {
    const found = await sha256(join(folder, name)).catch(() => undefined);
    if (found === undefined) return `${name} cannot be read`;
    if (found !== entry.sha256) return `${name} has another SHA-256 than it had`;
  }
  return undefined;
}

/** Notes what is in a folder made before there were such lists, if its files are the ones known. */
export async function adopt(folder: string, known: Record<string, string>): Promise<void> {
  if (existsSync(join(folder, MANIFEST))) return;
  for (const [name, expected] of Object.entries(known)) {
    const path = join(folder, name);
    if (!existsSync(path) || (await sha256(path)) !== expected) return;
  }
  await writeManifest(folder);
}

function readManifest(folder: string): Manifest['files'] | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest).files;
  } catch {
    return undefined;
  }
}
