/**
 * `npm run fixtures [-- area ...]`: computes with real Keras what the tests compare with, all of it or some areas.
 * Each `scripts/fixtures/<area>.py` writes `test/fixtures/<area>.json`, which are part of the repository.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { pythonWithKeras } from './python-env';

const EXIT_USAGE = 2;
const QUIET = { KERAS_BACKEND: 'tensorflow', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };

/** The areas: the names of `scripts/fixtures/<area>.py`. */
function fixtureAreas(): string[] {
  return readdirSync('scripts/fixtures')
    .filter((name) => name.endsWith('.py') && !name.startsWith('_'))
    .map((name) => name.slice(0, -'.py'.length))
    .sort();
}

function main(asked: string[]): number {
  const known = fixtureAreas();
  const unknown = asked.filter((area) => !known.includes(area));
  if (unknown.length > 0) {
    console.error(`make-fixtures: unknown area ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
    return EXIT_USAGE;
  }
  const python = pythonWithKeras();
  const failed = (asked.length > 0 ? asked : known).filter((area) => {
    console.log(`${area} ...`);
    const env = { ...process.env, ...QUIET };
    return spawnSync(python, [`scripts/fixtures/${area}.py`], { env, stdio: 'inherit' }).status !== 0;
  });
  if (failed.length > 0) console.error(`make-fixtures: ${failed.join(', ')} failed.`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
