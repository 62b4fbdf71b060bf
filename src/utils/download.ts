import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ValueError } from '../base/errors';
import { Progbar } from '../callbacks/progbar';
import { wholeOrNothing } from './wholeOrNothing';

/** What the content of a file must sum up to. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'md5';
  /** In hexadecimal digits. */
  readonly digest: string;
}

/** A file on a server, and where it goes. */
export interface Download {
  /** Name in messages. */
  readonly who: string;
  readonly url: string;
  /** Path of the file to write. */
  readonly target: string;
  readonly checksum?: Checksum | undefined;
  /** Number of bytes it must have, if known. */
  readonly size?: number | undefined;
  /** Seconds without a byte after which it is given up. */
  readonly timeout: number;
  /** Whether the progress is told on standard output. */
  readonly verbose: boolean;
}

/**
 * Downloads a file. It appears at `target` only whole and with the right checksum.
 *
 * @throws Error for a server that cannot be reached, fails, is too slow, or breaks off
 * @throws ValueError for another size or checksum
 */
export async function download(file: Download): Promise<void> {
  await makeFolder(file.who, dirname(file.target));
  await wholeOrNothing(file.target, (partial) => receive(file, partial));
}

async function makeFolder(who: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new Error(
      `${who}: the cache folder ${folder} cannot be made (${error.message}). Name another with cacheDir or KERAS_HOME.`,
      { cause: error },
    );
  });
}

async function receive(file: Download, partial: string): Promise<void> {
  const { who, url, timeout } = file;
  const abort = new AbortController();
  const late = new Error(`nothing came for ${timeout} s`);
  const timer = setTimeout(() => abort.abort(late), timeout * 1000);
  let received = 0;
  try {
    const response = await request(file, abort.signal);
    const total = expectedSize(file, response);
    await write(file, partial, response, total, (count) => {
      received = count;
      timer.refresh();
    });
  } catch (error) {
    if (error instanceof ValueError || error instanceof AnswerError) throw error;
    const at = received > 0 ? ` broke off after ${received} bytes` : ' failed';
    throw new Error(`${who}: the download of ${url}${at}: ${reasonOf(error)}.`, { cause: error });
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** A server that answers, but not with the file. */
class AnswerError extends Error {}

async function request({ who, url }: Download, signal: AbortSignal): Promise<Response> {
  // As stored: a packed file must not be unpacked on the way.
  const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
  // 203 is a whole file too, 204 none and 206 a part of one.
  if (response.status !== 200 && response.status !== 203) {
    const answer = `${response.status} ${response.statusText}`.trim();
    const why = response.ok ? ', not with a whole file' : '';
    throw new AnswerError(`${who}: the download of ${url} failed: the server answered ${answer}${why}.`);
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^text\/html\b/.test(type) && !/\.html?$/.test(new URL(url).pathname)) {
    throw new AnswerError(`${who}: the download of ${url} failed: expected a file. Received: a web page (${type}).`);
  }
  return response;
}

/** The number of bytes to come; `null` if nobody says it. */
function expectedSize({ who, url, size }: Download, response: Response): number | null {
  const text = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const told = text === null ? null : Number(text);
  if (size !== undefined && told !== null && told !== size) {
    throw new ValueError(`${who}: expected ${size} bytes of ${url}. Received: content-length ${told}.`);
  }
  return size ?? told;
}

async function write(
  { who, url, checksum, verbose }: Download,
  partial: string,
  response: Response,
  total: number | null,
  onBytes: (received: number) => void,
): Promise<void> {
  if (verbose) process.stdout.write(`Downloading data from ${url}\n`);
  const bar = Progbar(total, { verbose: verbose ? 1 : 0 });
  const sum = createHash(checksum?.algorithm ?? 'sha256');
  const output = await open(partial, 'wx');
  let received = 0;
  try {
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      received += bytes.length;
      onBytes(received);
      if (total !== null && received > total) break;
      sum.update(bytes);
      await output.write(bytes);
      bar.update(received, {}, received === total);
    }
    await output.sync();
  } finally {
    await output.close();
  }
  if (received === 0 && !total) {
    throw new AnswerError(`${who}: the download of ${url} failed: expected a file. Received: no bytes.`);
  }
  if (total === null) bar.update(received, {}, true);
  if (total !== null && received !== total) {
    const got = received > total ? 'more' : String(received);
    throw new ValueError(`${who}: expected ${total} bytes of ${url}. Received: ${got}.`);
  }
  const digest = sum.digest('hex');
  if (checksum && digest !== checksum.digest) {
    throw new ValueError(
      `${who}: expected ${url} with ${checksum.algorithm} ${checksum.digest}. Received: ${digest}. ` +
        'The file is damaged or was changed; nothing of it was kept.',
    );
  }
}

/** The innermost reason: `fetch failed` alone tells nothing. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (cause !== undefined && (cause as Error).message) return reasonOf(cause);
  const { errors } = error as AggregateError;
  return message || (errors?.[0] as Error | undefined)?.message || String(error);
}
