/** Real Keras, in `.venv`: what the fixtures are made with. Made once; the library and its tests never need it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.venv';
const PACKAGES = ['keras==3.15.1', 'tensorflow-cpu==2.19.1', 'scipy', 'pillow<13'];
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';
const PROBE = 'import importlib.metadata as m, scipy; print(m.version("keras"), m.version("tensorflow-cpu"))';
const VERSIONS = '3.15.1 2.19.1';

/** Path of the Python that has real Keras; makes the environment where it is missing. */
export function pythonWithKeras(): string {
  const python = join(FOLDER, BIN, 'python');
  if (isComplete(python)) return python;
  console.log(`Making ${FOLDER} with ${PACKAGES.join(', ')} ...`);
  if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
  return python;
}

function isComplete(python: string): boolean {
  return existsSync(python) && spawnSync(python, ['-c', PROBE], { encoding: 'utf8' }).stdout?.trim() === VERSIONS;
}

/** Names of the fixture scripts: the areas of `scripts/fixtures/<area>.py`. */
export function fixtureAreas(): string[] {
  return readdirSync('scripts/fixtures')
    .filter((name) => name.endsWith('.py') && !name.startsWith('_'))
    .map((name) => name.slice(0, -'.py'.length))
    .sort();
}
