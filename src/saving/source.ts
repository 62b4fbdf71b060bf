/** Where a file is read from: a path, bytes, a `Blob`, or an address. */
import { formatValue, ValueError } from '../base/errors';
import { host } from '../host';
import type { FileSource } from '../models';

/** Most bytes of a file that are read, unless a caller says otherwise. */
export const MOST_BYTES = 2 ** 32;

/** The content of a file, and what to call it in messages. */
export interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a file. What a file says is never a source itself.
 *
 * @param who name of the caller: `loadModel`.
 * @param most bytes of the file.
 * @throws ValueError for what cannot be read, or is larger than that.
 */
export async function readSource(who: string, source: FileSource, most: number): Promise<FileContent> {
  if (typeof source === 'string') {
    return /^https?:\/\//i.test(source) ? fetchFile(who, new URL(source), most) : readPath(who, source, most);
  }
  const kind = Object.prototype.toString.call(source);
  if (kind === '[object URL]') return readUrl(who, source as URL, most);
  if (kind === '[object Blob]' || kind === '[object File]') {
    const { size } = source as Blob;
    const name = `'${(source as { name?: string }).name ?? 'Blob'}'`;
    if (size > most) throw tooLarge(who, name, size, most);
    return { name, bytes: new Uint8Array(await (source as Blob).arrayBuffer()) };
  }
  const bytes = bytesOf(source);
  if (!bytes) {
    throw new ValueError(
      `${who}: expected a path, a URL, a Blob, or the bytes of a file. Received: ${formatValue(source)}.`,
    );
  }
  if (bytes.length > most) throw tooLarge(who, 'the bytes', bytes.length, most);
  return { name: 'the bytes given', bytes };
}

/** The bytes as a plain array: those of Node have methods of the same names that do otherwise. */
function bytesOf(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const isBuffer = Object.prototype.toString.call(source) === '[object ArrayBuffer]';
  return isBuffer ? new Uint8Array(source as ArrayBuffer) : undefined;
}

function tooLarge(who: string, name: string, size: number, most: number): ValueError {
  return new ValueError(`${who}: ${name}: expected at most ${most} bytes. Received: ${size}. Give a larger maxBytes.`);
}

async function readPath(who: string, path: string, most: number): Promise<FileContent> {
  const { files } = host;
  if (!files) {
    throw new ValueError(
      `${who}: there are no files here. Received: the path '${path}'. Give a URL, a Blob, or the bytes of the file.`,
    );
  }
  const size = files.size(path);
  if (size !== undefined && size > most) throw tooLarge(who, `'${path}'`, size, most);
  try {
    return { name: `'${path}'`, bytes: bytesOf(await files.read(path, most)) as Uint8Array };
  } catch (error) {
    throw new ValueError(`${who}: the file '${path}' cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function readUrl(who: string, url: URL, most: number): Promise<FileContent> {
  if (url.protocol === 'file:' && host.files) return readPath(who, host.files.pathOf(url), most);
  return fetchFile(who, url, most);
}

async function fetchFile(who: string, url: URL, most: number): Promise<FileContent> {
  const name = `'${url.href.length > 200 ? `${url.href.slice(0, 200)}...` : url.href}'`;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ValueError(`${who}: ${name} cannot be fetched: ${(error as Error).message}.`, { cause: error });
  }
  if (!response.ok) throw new ValueError(`${who}: ${name} cannot be fetched. Received: status ${response.status}.`);
  return { name, bytes: await readBody(who, name, response, most) };
}

/** The body of a response, no more of it than may be. */
async function readBody(who: string, name: string, response: Response, most: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  if (announced > most) {
    await reader?.cancel();
    throw tooLarge(who, name, announced, most);
  }
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    pieces.push(part.value);
    size += part.value.length;
    if (size > most) {
      await reader?.cancel();
      throw tooLarge(who, name, size, most);
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
