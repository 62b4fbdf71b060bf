/** The TensorFlow wheel, of which two libraries and C headers are kept: from pip's package index, or a file at hand. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BadDownload, downloadWheel, findPython, pipCommand } from './download';
import { sha256 } from './manifest';
import { TENSORFLOW_VERSION, type Wheel } from './platform';
import { failure, InstallError, lastLines, run } from './process';
import type { Progress } from './progress';

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

/** Where a wheel comes from, other than the index. */
export interface WheelSource {
  /** A wheel at hand (see `checkWheel`), in place of a download. */
  file?: string;
  /** A download without a byte for so long has stalled, in milliseconds. */
  stall?: number;
}

/**
 * Fills `directory` with `tensorflow/<libraries>` and `tensorflow/include`. A bad download is made once more.
 *
 * @throws InstallError where there is no Python with pip, the download fails, or the file is not the wheel
 */
export async function fetchWheel(
  wheel: Wheel,
  directory: string,
  progress: Progress,
  { file, stall }: WheelSource = {},
): Promise<void> {
  const python = await findPython(file === undefined);
  if (file !== undefined) return unpack(python, file, wheel, directory, progress);
  const downloads = join(directory, 'download');
  const get = async (): Promise<void> => {
    rmSync(downloads, { recursive: true, force: true });
    mkdirSync(downloads, { recursive: true });
    const downloaded = await downloadWheel(python, wheel, downloads, progress, stall);
    await unpack(python, downloaded, wheel, directory, progress);
  };
  try {
    await get();
  } catch (error) {
    if (!(error instanceof BadDownload)) throw error;
    progress.say(`${error.message}. Once more:`);
    await get();
  }
  rmSync(downloads, { recursive: true });
}

/**
 * Refuses a file that is not the wheel.
 *
 * @throws InstallError that tells how to get it
 */
export async function checkWheel(file: string, wheel: Wheel): Promise<void> {
  const mend = `On a machine with a network: ${pipCommand(wheel)}`;
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new InstallError(`--wheel: expected a file. Received: ${file}`, mend);
  }
  const found = await sha256(file);
  if (wheel.sha256.includes(found)) return;
  throw new InstallError(
    `--wheel: expected the wheel of ${wheel.project} ${TENSORFLOW_VERSION} for this machine. ` +
      `Received: ${basename(file)} (${statSync(file).size} bytes, SHA-256 ${found})`,
    mend,
  );
}

async function unpack(
  python: string,
  file: string,
  wheel: Wheel,
  directory: string,
  progress: Progress,
): Promise<void> {
  progress.step('unpacking the library');
  const args = ['-c', UNPACK, file, directory, Object.keys(wheel.libraries).join(','), HEADERS.join(',')];
  const { code, output } = await run(python, args);
  if (code === 0) return;
  rmSync(join(directory, 'tensorflow'), { recursive: true, force: true });
  throw failure(
    output,
    () => new BadDownload(`the wheel could not be unpacked: ${lastLines(output, 1)}`, 'Run the command again.'),
  );
}
