/**
 * Ten thousand damaged files; and with `HDF5_FOLDER=folder npm run test:deep -- hdf5`, the files in a folder: each is read,
 * or refused with a clear error, and a table tells which.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ValueError } from '../../../src/base/errors';
import { readHdf5 } from '../../../src/saving/hdf5';
import { DAMAGED, damageAll } from './damage';
import { describeTree } from './files';

const FOLDER = process.env.HDF5_FOLDER;
const TIMES = Math.ceil(10_000 / DAMAGED.length);

test.each(DAMAGED)(`${TIMES} kinds of damage: %s`, (name) => {
  const { right, refused, other } = damageAll(name, TIMES);
  console.log(`${name}: ${right} right, ${refused} refused, ${other} with other content`);
  expect(right + refused + other).toBe(TIMES);
});

(FOLDER === undefined ? test.skip : test)('the files of a folder', () => {
  const lines = readdirSync(FOLDER as string, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(h5|hdf5)$/.test(name))
    .sort()
    .map((name) => {
      const began = performance.now();
      const outcome = outcomeOfFile(join(FOLDER as string, name), name);
      return `${(performance.now() - began).toFixed(0).padStart(6)} ms  ${outcome}`;
    });
  console.log(lines.join('\n'));
  expect(lines.filter((line) => line.includes('BROKEN'))).toEqual([]);
});

function outcomeOfFile(path: string, name: string): string {
  try {
    describeTree(readHdf5(new Uint8Array(readFileSync(path)), { name }));
    return `read     ${name}`;
  } catch (error) {
    return error instanceof ValueError ? `refused  ${error.message}` : `BROKEN   ${name}: ${String(error)}`;
  }
}
