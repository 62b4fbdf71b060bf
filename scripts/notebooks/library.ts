/** The built library, which notebooks import by name, and the native engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Written last by the build. */
const LAST_BUILT = join('dist', 'index.d.ts');

/** Something that has to be mended first; the message is all there is to say. */
export class Failure extends Error {}

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isStale(): boolean {
  const built = changedAt(LAST_BUILT);
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name));
  return sources.some((path) => path.endsWith('.ts') && changedAt(path) > built);
}

/** Builds the library where its sources are newer, and installs TensorFlow where it is missing. */
export function prepareLibrary({ build = true } = {}): void {
  execFileSync(process.execPath, ['scripts/keras-ts.js', 'install-tensorflow'], { stdio: 'inherit' });
  if (!build || !isStale()) return;
  console.log('Building the library ...');
  if (spawnSync('npm run --silent build', { shell: true, stdio: 'inherit' }).status === 0) return;
  rmSync(LAST_BUILT, { force: true });
  throw new Failure('notebooks: the library could not be built.');
}
