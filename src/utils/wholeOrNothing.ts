import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Has a file written beside its place, under another name, and gives it its own in the end. If anything fails, that file
 * is deleted, and what was in its place stays as it was.
 */
export async function wholeOrNothing(target: string, write: (partial: string) => Promise<void>): Promise<void> {
  // The name of the target is cut: with what is added it may be longer than file systems take.
  const start = basename(target).slice(0, 40);
  const partial = join(dirname(target), `${start}.${process.pid}-${crypto.randomUUID()}.part`);
  try {
    await write(partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}
