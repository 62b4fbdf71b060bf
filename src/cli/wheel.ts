/** The TensorFlow wheel: downloaded by pip from whatever index pip is set up for, of which two libraries and C headers are kept. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TENSORFLOW_VERSION, WHEEL_PYTHON, type Wheel } from './platform';
import { InstallError, lastLines, run } from './process';
import type { Progress } from './progress';

const PYTHONS = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];
const POLL_MS = 250;
const MEGABYTE = 1e6;

/** Headers that the addon's sources include, directly or not: `include/` of the wheel is 170 MB. */
const HEADERS = ['absl/', 'tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'];

const UNPACK = `
import sys, zipfile
wheel, target, libraries, headers = sys.argv[1], sys.argv[2], sys.argv[3].split(','), sys.argv[4].split(',')
wanted = ['tensorflow/' + name for name in libraries]
with zipfile.ZipFile(wheel) as archive:
    names = archive.namelist()
    missing = [name for name in wanted if name not in names]
    if missing:
        sys.exit('the wheel lacks ' + ', '.join(missing))
    starts = tuple('tensorflow/include/' + start for start in headers)
    archive.extractall(target, wanted + [name for name in names if name.startswith(starts)])
`;

/**
 * Fills `directory` with `tensorflow/<libraries>` and `tensorflow/include`.
 *
 * @throws InstallError where there is no Python with pip, or the download fails
 */
export async function fetchWheel(wheel: Wheel, directory: string, progress: Progress): Promise<void> {
  const python = await findPython();
  const downloads = join(directory, 'download');
  mkdirSync(downloads, { recursive: true });
  progress.step(`downloading ${wheel.project} ${TENSORFLOW_VERSION}`);
  await download(python, wheel, downloads, progress);
  const file = readdirSync(downloads).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new InstallError('pip left no wheel', 'Run the command again.');
  progress.step('unpacking the library');
  const args = ['-c', UNPACK, join(downloads, file), directory, wheel.libraries.join(','), HEADERS.join(',')];
  const { code, output } = await run(python, args);
  if (code !== 0) {
    throw new InstallError(`the wheel could not be unpacked: ${lastLines(output, 1)}`, 'It needs 1 GB of disk space.');
  }
  rmSync(downloads, { recursive: true });
}

/** A Python that has pip. */
async function findPython(): Promise<string> {
  for (const python of PYTHONS) {
    if ((await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  throw new InstallError(
    `no Python with pip (tried ${PYTHONS.join(', ')})`,
    'Install Python 3 and pip (Debian, Ubuntu: apt-get install python3-pip; macOS: xcode-select --install).',
  );
}

async function download(python: string, wheel: Wheel, directory: string, progress: Progress): Promise<void> {
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'];
  args.push('--disable-pip-version-check', '--progress-bar', 'off', '--retries', '2', '--dest', directory);
  args.push('--implementation', 'cp', '--python-version', WHEEL_PYTHON);
  args.push('--abi', `cp${WHEEL_PYTHON.replace('.', '')}`);
  for (const tag of wheel.tags) args.push('--platform', tag);
  let total: number | undefined; // in megabytes, as pip tells it
  const poll = setInterval(() => {
    if (total !== undefined) progress.update(`${Math.min(megabytes(directory), total)} of ${total} MB`);
  }, POLL_MS);
  try {
    const { code, output } = await run(python, [...args, `${wheel.project}==${TENSORFLOW_VERSION}`], {
      env: { TMPDIR: directory, PYTHONUNBUFFERED: '1' }, // pip keeps there what it is downloading
      onOutput: (text) => {
        const told = /\((\d+(?:\.\d+)?) MB\)/.exec(text)?.[1];
        if (told !== undefined) total = Math.round(Number(told));
      },
    });
    if (code === 0) return;
    throw new InstallError(
      `pip could not download ${wheel.project} ${TENSORFLOW_VERSION}: ${lastLines(output, 2)}`,
      'Check that pip reaches a package index (`pip config list` shows which one).',
    );
  } finally {
    clearInterval(poll);
  }
}

/** Size of a directory's files in whole megabytes. */
function megabytes(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return Math.round(bytes / MEGABYTE);
}
