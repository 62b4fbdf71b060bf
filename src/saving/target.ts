/** Where a file is written to: a path, or whatever takes pieces. */
import { formatValue, ValueError } from '../base/errors';
import { host } from '../host';
import type { FileSink, FileTarget, WriteOptions } from '../models';

/** The path of a target, if it has one. */
export function pathOfTarget(who: string, target: FileTarget): string | undefined {
  if (typeof target === 'string') return target;
  if (Object.prototype.toString.call(target) === '[object URL]') {
    const url = target as URL;
    if (url.protocol === 'file:' && host.files) return host.files.pathOf(url);
    throw new ValueError(`${who}: expected a path, or a URL that begins with file:. Received: ${url.href}.`);
  }
  if (typeof (target as Partial<FileSink> | null)?.write === 'function') return undefined;
  throw new ValueError(`${who}: expected a path, or an object with write(piece). Received: ${formatValue(target)}.`);
}

/**
 * Writes a file: on a disk whole or not at all, under another name until it is complete.
 *
 * @param pieces its content, asked for piece by piece.
 * @throws ValueError where it cannot be written; what was there before stays.
 */
export async function writeTarget(
  who: string,
  target: FileTarget,
  pieces: Iterable<Uint8Array>,
  { overwrite = true }: WriteOptions = {},
): Promise<void> {
  const path = pathOfTarget(who, target);
  if (path === undefined) {
    for (const piece of pieces) await (target as FileSink).write(piece);
    return;
  }
  const { files } = host;
  if (!files) {
    throw new ValueError(
      `${who}: there are no files here. Received: the path '${path}'. Give an object with write(piece), and make a Blob of the pieces.`,
    );
  }
  if (!overwrite && files.size(path) !== undefined) {
    throw new ValueError(`${who}: the file '${path}' is there already. Give another path, or overwrite: true.`);
  }
  try {
    files.writeWhole(path, pieces);
  } catch (error) {
    if (!('code' in (error as object))) throw error;
    throw new ValueError(`${who}: the file '${path}' cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
