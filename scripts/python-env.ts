/** Python environments for the scripts, in folders of this repository. Made once; the library and its tests need none. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';
const KERAS: Requirement = {
  packages: ['keras==3.15.1', 'tensorflow-cpu==2.19.1', 'scipy', 'pillow<13'],
  probe:
    'import importlib.metadata as m, scipy, PIL; ' +
    'assert (m.version("keras"), m.version("tensorflow-cpu")) == ("3.15.1", "2.19.1")',
};

/** Packages, and Python code that fails where they are missing. */
export interface Requirement {
  readonly packages: readonly string[];
  readonly probe: string;
}

/** Path of the Python in a folder; makes the environment and installs packages where they are missing. */
export function preparePython(folder: string, requirements: readonly Requirement[]): string {
  const python = join(folder, BIN, 'python');
  if (!existsSync(python)) run(`Making ${folder} ...`, 'python3', ['-m', 'venv', folder]);
  for (const { packages, probe } of requirements) {
    if (spawnSync(python, ['-c', probe]).status === 0) continue;
    const options = ['--quiet', '--disable-pip-version-check'];
    const saying = `Installing ${packages.join(', ')} in ${folder} ...`;
    run(saying, python, ['-m', 'pip', 'install', ...options, ...packages]);
  }
  return python;
}

/** Path of a Python with real Keras: what the fixtures are made with, and what the benchmark compares with. */
export function pythonWithKeras(): string {
  return preparePython('.venv', [KERAS]);
}

/** Says what it does, and does it; both on standard error, since standard output is for results. */
function run(saying: string, program: string, args: readonly string[]): void {
  process.stderr.write(`${saying}\n`);
  execFileSync(program, args, { stdio: ['ignore', process.stderr, process.stderr] });
}
