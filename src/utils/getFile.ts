import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { type Checksum, download } from './download';

/** Arguments of `getFile`. */
export interface GetFileOptions {
  /** Name of the file in the cache. Default: the last part of `origin`. */
  fname?: string | null;
  /** Address of the file, http or https. */
  origin: string;
  /** SHA-256 or MD5 of the file, in hexadecimal digits. Default: the file is not checked. */
  fileHash?: string | null;
  /** `'sha256'`, `'md5'` or `'auto'` (default): told by the length of the hash. */
  hashAlgorithm?: 'auto' | 'sha256' | 'md5';
  /** Folder below the cache folder, which it must not leave, or an absolute path. Default: `'datasets'`. */
  cacheSubdir?: string;
  /** Default: `$KERAS_HOME`, else `~/.keras`. */
  cacheDir?: string | null;
  /** Downloads also what is in the cache. Default: false. */
  forceDownload?: boolean;
  /** Seconds without a byte after which the download is given up. Default: 60. */
  timeout?: number;
  /** Tells the progress on standard output. Default: true. */
  verbose?: boolean;
}
type GetFileArguments =
  | [fname: string | null, origin: string, options?: Omit<GetFileOptions, 'fname' | 'origin'>]
  | [options: GetFileOptions];

const SIGNATURE: Signature<GetFileOptions> = {
  who: 'getFile',
  positional: ['fname', 'origin'],
  defaults: {
    fname: null,
    fileHash: null,
    hashAlgorithm: 'auto',
    cacheSubdir: 'datasets',
    cacheDir: null,
    forceDownload: false,
    timeout: 60,
    verbose: true,
  },
};

/**
 * The path of a file of the web: from the cache, or downloaded into it. Only whole files with the right hash get there.
 * Archives are not unpacked.
 *
 * @throws ValueError for a hash that does not fit, or arguments that cannot be
 * @throws Error if the file cannot be downloaded
 * @example
 * ```js
 * const path = await getFile({ origin: 'https://example.com/flowers.zip', fileHash: '6d958be0...' });
 * console.log(path); // /home/me/.keras/datasets/flowers.zip
 * ```
 * @see https://keras.io/api/utils/python_utils/#get_file-function
 */
export async function getFile(...args: GetFileArguments): Promise<string> {
  const { origin, fname, fileHash, hashAlgorithm, ...rest } = resolveOptions(SIGNATURE, args);
  const url = checkUrl('getFile', origin);
  return cachedFile('getFile', url, {
    ...rest,
    fname: checkName(fname ?? posix.basename(new URL(url).pathname), origin),
    checksum: fileHash === null || fileHash === undefined ? undefined : checksumOf(fileHash, hashAlgorithm),
  });
}

/** A file as the cache knows it. */
export interface CachedFile extends Pick<GetFileOptions, 'cacheDir' | 'forceDownload' | 'timeout' | 'verbose'> {
  readonly fname: string;
  readonly cacheSubdir?: string | undefined;
  readonly checksum?: Checksum | undefined;
  readonly size?: number | undefined;
}

/** The path of a file: from the cache if its checksum is right, else downloaded. */
export async function cachedFile(who: string, url: string, file: CachedFile): Promise<string> {
  const { fname, cacheSubdir = 'datasets', checksum, size, timeout = 60, verbose = true } = file;
  if (!(timeout > 0))
    throw new ValueError(`${who}: timeout must be seconds above 0. Received: timeout=${formatValue(timeout)}.`);
  const target = join(folderBelow(who, cacheFolder(file.cacheDir), cacheSubdir), fname);
  if (!file.forceDownload && (await isFile(target))) {
    if (!checksum || (await digestOf(target, checksum.algorithm)) === checksum.digest) return target;
    if (verbose) process.stdout.write(`${target} is damaged or of another version: it is downloaded again.\n`);
  }
  await download({ who, url, target, checksum, size, timeout, verbose });
  return target;
}

/** Where Keras keeps its files. */
function cacheFolder(given: string | null | undefined): string {
  if (given) return given.replace(/^~(?=$|[\\/])/, homedir());
  if (process.env['KERAS_HOME']) return process.env['KERAS_HOME'];
  return join(homedir(), '.keras');
}

/** A folder below another, or an absolute path. */
function folderBelow(who: string, cache: string, subdir: unknown): string {
  const isText = typeof subdir === 'string' && !subdir.includes('\0');
  const folder = isText ? resolve(cache, subdir) : '';
  const way = relative(resolve(cache), folder);
  if (isText && (isAbsolute(subdir) || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)))) return folder;
  throw new ValueError(
    `${who}: cacheSubdir must be a folder below the cache folder, or an absolute path. ` +
      `Received: cacheSubdir=${formatValue(subdir)}.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  await access(path, constants.R_OK);
  return true;
}

async function digestOf(path: string, algorithm: string): Promise<string> {
  const sum = createHash(algorithm);
  for await (const bytes of createReadStream(path)) sum.update(bytes as Buffer);
  return sum.digest('hex');
}

/** An http or https address, as the one given. */
export function checkUrl(who: string, origin: unknown): string {
  if (typeof origin === 'string' && /^https?:\/\/[^/]/i.test(origin) && URL.canParse(origin)) return origin;
  throw new ValueError(`${who}: origin must be an http or https address. Received: origin=${formatValue(origin)}.`);
}

/** Bytes of a name that file systems take. */
const LONGEST_NAME = 255;

function checkName(name: unknown, origin: string): string {
  const bytes = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  if (bytes > LONGEST_NAME) {
    const start = formatValue(String(name).slice(0, 40));
    throw new ValueError(
      `getFile: fname must have at most ${LONGEST_NAME} bytes. Received: ${bytes} bytes that begin with ${start}. ` +
        'Give a shorter fname.',
    );
  }
  if (typeof name === 'string' && name !== '' && !/[\\/\0]|^\.{1,2}$/.test(name)) return name;
  throw new ValueError(
    `getFile: fname must be the name of a file, without folders. Received: fname=${formatValue(name)}, ` +
      `origin='${origin}'. Folders go into cacheDir and cacheSubdir.`,
  );
}

function checksumOf(hash: unknown, algorithm: unknown): Checksum {
  const digits = { sha256: 64, md5: 32 };
  const text = typeof hash === 'string' ? hash.toLowerCase() : '';
  const known = (['sha256', 'md5'] as const).filter((name) => algorithm === 'auto' || algorithm === name);
  const found = known.find((name) => digits[name] === text.length);
  if (found && /^[0-9a-f]+$/.test(text)) return { algorithm: found, digest: text };
  throw new ValueError(
    'getFile: fileHash must be 64 (sha256) or 32 (md5) hexadecimal digits, fitting hashAlgorithm. ' +
      `Received: fileHash=${formatValue(hash)}, hashAlgorithm=${formatValue(algorithm)}.`,
  );
}
