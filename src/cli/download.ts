/** The download of the wheel, by pip, from whatever index pip is set up for; what comes must be the wheel known by its SHA-256. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './manifest';
import { TENSORFLOW_VERSION, WHEEL_PYTHON, type Wheel } from './platform';
import { failure, InstallError, lastLines, run } from './process';
import type { Progress } from './progress';

const PYTHONS = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];
const POLL_MS = 250;
const STALL_MS = 60_000;
const MEGABYTE = 1e6;
/** What no second try will change: nothing there, or nobody who answers (pip has tried that several times). */
const FINAL = /No matching distribution|Could not find a version|no such option|externally-managed/;
const CHECK_INDEX =
  'Check that pip reaches a package index (`pip config list` shows which one), or give the wheel: `--wheel FILE`.';

/** A download that was cut, stalled, or gave something else: a second one may be better. */
export class BadDownload extends InstallError {
  override readonly name = 'BadDownload';
}

/** A Python, which has pip where that is needed. */
export async function findPython(withPip: boolean): Promise<string> {
  for (const python of PYTHONS) {
    if ((await run(python, withPip ? ['-m', 'pip', '--version'] : ['--version'])).code === 0) return python;
  }
  throw new InstallError(
    `no Python${withPip ? ' with pip' : ''} (tried ${PYTHONS.join(', ')})`,
    'Install Python 3 and pip (Debian, Ubuntu: apt-get install python3-pip; macOS: xcode-select --install).',
  );
}

/** What a person types to get the wheel. */
export function pipCommand(wheel: Wheel): string {
  return `pip download ${wheelOptions(wheel).join(' ')} ${requirement(wheel)}`;
}

/**
 * Downloads the wheel into an empty directory; gives its path.
 *
 * @throws BadDownload where another try may help, InstallError else
 */
export async function downloadWheel(
  python: string,
  wheel: Wheel,
  directory: string,
  progress: Progress,
  stall = STALL_MS,
): Promise<string> {
  progress.step(`downloading ${requirement(wheel)}`);
  const pinned = join(directory, 'requirements.txt');
  writeFileSync(pinned, `${requirement(wheel)} --hash=sha256:${wheel.sha256[0]}\n`);
  const args = ['-m', 'pip', 'download', '--require-hashes', '--no-cache-dir', '--no-input', '--retries', '2'];
  args.push('--disable-pip-version-check', '--progress-bar', 'off', '--dest', directory, ...wheelOptions(wheel));
  const watch = watchDownload(directory, progress, stall);
  const { code, output } = await run(python, [...args, '-r', pinned], {
    env: { TMPDIR: directory, PYTHONUNBUFFERED: '1' }, // pip keeps there what it is downloading
    onOutput: watch.onOutput,
    signal: watch.signal,
  }).finally(watch.end);
  if (watch.signal.aborted) {
    throw new BadDownload(`the download of ${requirement(wheel)} stalled: nothing for ${stall / 1000} s`, CHECK_INDEX);
  }
  if (code !== 0) throw failure(output, () => refused(wheel, output));
  const name = readdirSync(directory).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new BadDownload('pip left no wheel', CHECK_INDEX);
  const file = join(directory, name);
  const found = await sha256(file);
  if (found !== wheel.sha256[0]) throw notTheWheel(wheel, found);
  return file;
}

function requirement(wheel: Wheel): string {
  return `${wheel.project}==${TENSORFLOW_VERSION}`;
}

function wheelOptions(wheel: Wheel): string[] {
  const options = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', WHEEL_PYTHON];
  options.push('--abi', `cp${WHEEL_PYTHON.replace('.', '')}`);
  for (const tag of wheel.tags) options.push('--platform', tag);
  return options;
}

/** What pip's last words mean. */
function refused(wheel: Wheel, output: string): InstallError {
  const got = /\bGot\s+([0-9a-f]{64})/.exec(output)?.[1];
  if (got !== undefined) return notTheWheel(wheel, got);
  const Kind = FINAL.test(output) ? InstallError : BadDownload;
  return new Kind(
    `pip could not download ${wheel.project} ${TENSORFLOW_VERSION}: ${lastLines(output, 2)}`,
    CHECK_INDEX,
  );
}

function notTheWheel(wheel: Wheel, found: string): BadDownload {
  return new BadDownload(
    `what the package index gives for ${requirement(wheel)} is not the wheel that was published: ` +
      `its SHA-256 is ${found}, expected ${wheel.sha256[0]}`,
    `A proxy or a mirror changes it, or the download was cut. ${CHECK_INDEX}`,
  );
}

/** Tells how far a download is, and aborts its signal when nothing has come for `stall` milliseconds. */
function watchDownload(directory: string, progress: Progress, stall: number) {
  const stalled = new AbortController();
  let total: number | undefined; // in megabytes, as pip tells it
  let bytes = -1;
  let changed = Date.now();
  const poll = setInterval(
    () => {
      const now = bytesIn(directory);
      if (now !== bytes) changed = Date.now();
      bytes = now;
      if (total !== undefined) progress.update(`${Math.min(Math.round(bytes / MEGABYTE), total)} of ${total} MB`);
      if (Date.now() - changed > stall) stalled.abort();
    },
    Math.min(POLL_MS, stall),
  );
  return {
    signal: stalled.signal,
    onOutput(text: string): void {
      const told = /\((\d+(?:\.\d+)?) MB\)/.exec(text)?.[1];
      if (told !== undefined) total = Math.round(Number(told));
    },
    end: () => clearInterval(poll),
  };
}

/** Size of a directory's files. Those that vanish meanwhile count nothing. */
function bytesIn(directory: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // a folder of pip's went while it was read
  }
  return bytes;
}
