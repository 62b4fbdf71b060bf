import { rename, rm } from 'node:fs/promises';

/**
 * Has a file written beside its place, under another name, and gives it its own in the end. If anything fails, that file
 * is deleted, and what was in its place stays as it was.
 */
export async function wholeOrNothing(target: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${target}.${process.pid}-${crypto.randomUUID()}.part`;
  try {
    await write(partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}
