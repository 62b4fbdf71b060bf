/** Saving that is killed at any moment leaves a whole file: the new one or the one before. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { models } from '../../src';
import { ready } from '../../src/backend/engine';

const KILLS = 5;

test('the file is whole after each kill', async () => {
  await ready();
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-killed-'));
  let seed = 7;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const saved = await killedAfter(folder, 1 + (seed % 4), (seed >>> 8) % 25);
      const model = await models.loadModel(join(folder, 'model.keras'));
      const values = model.weights.map(({ value }) => new Set(value.dataSync()));
      model.dispose();
      // All weights are of one saving, and that is the last that was told of, or one after it.
      const [count] = [...(values[0] as Set<number>)];
      expect(values).toEqual([new Set([count]), new Set([count])]);
      expect(count).toBeGreaterThanOrEqual(saved);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Starts saving, and kills it some milliseconds after so many files; returns how many were told of. */
function killedAfter(folder: string, files: number, milliseconds: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/saving/saveAgain.ts', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let saved = 0;
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      const before = saved;
      saved = Number(text.toString().trim().split('\n').at(-1));
      if (before < files && saved >= files) setTimeout(() => child.kill('SIGKILL'), milliseconds);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(saved);
      else reject(new Error(`saveAgain ended by itself, with code ${code}`));
    });
  });
}
