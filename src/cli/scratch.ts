/**
 * Directories built aside and renamed into place, so that nothing is ever half-made. Two processes that make the same one
 * at once do the work twice and no more: the rename decides.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { damageOf } from './manifest';

const PREFIX = `tmp-${hostname()}-`;

/** Makes an empty directory in the cache; its name tells whose it is. */
export function makeScratch(cache: string): string {
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, `${PREFIX}${process.pid}-`));
}

/** Removes what processes of this machine that were killed have left. */
export function removeAbandoned(cache: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Whether a process of this machine is running. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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

/** Removes a directory of the cache that is not as it was made. Gives what was wrong. */
export async function removeDamaged(place: string): Promise<string | undefined> {
  const looked = inodeOf(place);
  if (looked === undefined) return undefined;
  const damage = await damageOf(place);
  if (damage === undefined || inodeOf(place) !== looked) return undefined; // another process has put a new one there
  const aside = makeScratch(dirname(place));
  try {
    renameSync(place, join(aside, 'damaged'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // another process was first
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return damage;
}

/** Makes a file beside its place, hidden, and renames it there: whoever looks sees the old one or the new one. */
export function replaceFile(place: string, make: (path: string) => void): void {
  const aside = join(dirname(place), `.${basename(place)}.${process.pid}`);
  rmSync(aside, { force: true });
  try {
    make(aside);
    renameSync(aside, place);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

function inodeOf(place: string): number | undefined {
  return statSync(place, { throwIfNoEntry: false })?.ino;
}
