/** Directories built aside and renamed into place, so that nothing is ever half-made. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from './lock';

const PREFIX = 'tmp-';

/** Makes an empty directory in the cache; its name tells whose it is. */
export function makeScratch(cache: string): string {
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, `${PREFIX}${process.pid}-`));
}

/** Removes what processes that were killed have left. */
export function removeAbandoned(cache: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Renames a finished directory to its place; where another process was first, theirs stays. */
export function publish(finished: string, place: string): void {
  mkdirSync(dirname(place), { recursive: true });
  try {
    renameSync(finished, place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    rmSync(finished, { recursive: true, force: true });
  }
}
