/** Files of this library, loaded by real Keras where `.venv` has it (`npm run fixtures` makes that): the way back. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { models } from '../../src';
import { ready } from '../../src/backend/engine';
import fixture from '../fixtures/files.json';

const PYTHON = join('.venv', process.platform === 'win32' ? 'Scripts' : 'bin', 'python');

interface Found {
  keras: unknown;
  h5: unknown;
  weights: unknown;
  iterations: number;
  losses: number[];
}

function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbers);
  const { values } = value as { values?: number[] };
  return values ?? Object.values(value as object).flatMap(numbers);
}

function worst(found: unknown, expected: unknown): number {
  const [a, b] = [numbers(found), numbers(expected)];
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)) / (1 + Math.abs(b[i] as number))));
}

(existsSync(PYTHON) ? test : test.skip)(
  'real Keras loads them, predicts the same and goes on with the same numbers',
  async () => {
    await ready();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const folder = mkdtempSync(join(tmpdir(), 'keras-ts-real-'));
    try {
      for (const { name, file } of fixture.resumed) {
        const model = await models.loadModel(join('test/fixtures/files', file));
        await model.save(join(folder, `${name}.keras`));
        await model.save(join(folder, `${name}.h5`));
        await model.saveWeights(join(folder, `${name}.weights.h5`));
        model.dispose();
      }
      writeFileSync(join(folder, 'cases.json'), JSON.stringify(fixture.resumed));
      const options = { encoding: 'utf8', stdio: 'pipe' } as const;
      const output = execFileSync(PYTHON, ['test/saving/loadFiles.py', folder], options);
      const results = JSON.parse(output.slice(output.indexOf('RESULTS') + 'RESULTS'.length)) as Record<string, Found>;
      const report = fixture.resumed.map(({ name, predictions, iterations, history }) => {
        const found = results[name] as Found;
        const gaps = [found.keras, found.h5, found.weights].map((each) => worst(each, predictions));
        return [
          name,
          gaps.every((gap) => gap <= 1e-6),
          found.iterations === iterations,
          worst(found.losses, history.loss) < 1e-5,
        ];
      });
      expect(report).toEqual(fixture.resumed.map(({ name }) => [name, true, true, true]));
    } finally {
      jest.restoreAllMocks();
      rmSync(folder, { recursive: true });
    }
  },
);
