/** One installation at a time on one machine; the lock of a process that died is taken over. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;
const HEARTBEAT_MS = 5_000;
const STALE_MS = 60_000;

interface Owner {
  pid: number;
  host: string;
  token: string;
}

/**
 * Waits for the lock `directory/name` and takes it; gives the function that lets it go.
 *
 * The lock file is linked into place, so it is never seen half-written. Its holder touches it; one that is not touched
 * any more, or whose process on this machine is gone, is set aside. Should two processes ever get in, they do the same
 * work twice and no more: everything is built aside and renamed into place.
 */
export async function acquireLock(directory: string, name: string, onWait: () => void): Promise<() => void> {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  const owner: Owner = { pid: process.pid, host: hostname(), token: `${process.pid}-${Date.now()}-${Math.random()}` };
  const own = `${path}.${owner.token}`;
  writeFileSync(own, JSON.stringify(owner));
  try {
    let waiting = false;
    while (!tryLink(own, path)) {
      if (!removeStale(path)) {
        if (!waiting) onWait();
        waiting = true;
        await sleep(POLL_MS);
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    if (readOwner(path)?.token === owner.token) rmSync(path, { force: true });
  };
}

/** Whether a process of this machine is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Sets a dead owner's lock aside. True when it is worth trying again at once. */
function removeStale(path: string): boolean {
  const owner = readOwner(path);
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY);
  if (age === Number.POSITIVE_INFINITY) return true;
  const dead = owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
  if (!dead && age < STALE_MS) return false;
  const aside = `${path}.stale-${process.pid}-${Date.now()}`;
  try {
    renameSync(path, aside);
    if (readOwner(aside)?.token !== owner?.token) tryLink(aside, path); // a new owner's lock: put it back
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return true;
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The cache was removed under us; the renames at the end will tell.
  }
}
