/**
 * Keras's guides and examples, as users of keras-ts write them, against the same programs in Python. Where both draw random
 * numbers, they draw the same ones. Compiled steps are compared with what compiled Keras shows: none of these programs
 * keeps state in Python objects, which Keras would freeze.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Parts, shownBy } from '../scripts/guides/common';
import { GraphSession } from '../src/backend/graph';
import fixture from './fixtures/guides.json';
import { noticesOf } from './models/compiledSupport';

const FOLDER = join(__dirname, '..', 'scripts', 'guides');
const KERAS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = fixture;

/** Largest difference, relative to Keras's number; those that are almost 0 may differ by a rounding of 1. */
const RELATIVE = 1e-5;
const ABSOLUTE = 5e-7;

/** What does not do yet what it should, and why. */
const WAITING: Readonly<Record<string, string>> = {};

/** Differences between what keras-ts and what Keras shows: names, texts and structures are equal, numbers nearly. */
function differences(ours: unknown, keras: unknown, path = ''): string[] {
  if (typeof ours === 'number' && typeof keras === 'number') {
    const isNear = Math.abs(ours - keras) <= RELATIVE * Math.abs(keras) + ABSOLUTE;
    return isNear ? [] : [`${path}: ${ours}, Keras ${keras}`];
  }
  if (!isStructure(ours) || !isStructure(keras)) return ours === keras ? [] : [`${path}: ${ours}, Keras ${keras}`];
  const [names, expected] = [Object.keys(ours).sort(), Object.keys(keras).sort()];
  if (names.join() !== expected.join()) return [`${path}: ${names}, Keras ${expected}`];
  return names.flatMap((name) => differences(ours[name], keras[name], `${path}.${name}`));
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Runs a part; what it shows, how many steps ran in sessions, and the notices that steps run uncompiled. */
async function run(part: Parts[string], runEagerly: boolean) {
  const sessions = jest.spyOn(GraphSession.prototype, 'run');
  try {
    let shown: unknown;
    const notices = await noticesOf(async () => {
      shown = await shownBy(part, { runEagerly });
    });
    return { shown, notices, compiledSteps: sessions.mock.calls.length };
  } finally {
    sessions.mockRestore();
  }
}

const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts') && name !== 'common.ts')
  .map((name) => name.replace('.ts', ''));

test('each guide is there in TypeScript, in Python, and in the fixture', () => {
  const inPython = readdirSync(FOLDER).filter((name) => name.endsWith('.py') && name !== 'common.py');
  expect(inPython.map((name) => name.replace('.py', ''))).toEqual(names);
  expect(Object.keys(KERAS)).toEqual([...names].sort());
});

describe.each(names)('%s', (name) => {
  const { parts } = require(join(FOLDER, name)) as { parts: Parts };
  const keras = KERAS[name] ?? {};

  test('has the parts of the program in Python', () => {
    expect(Object.keys(parts)).toEqual(Object.keys(keras));
  });

  for (const [title, part] of Object.entries(parts)) {
    // Parts that take no options do not train by `fit`.
    const modes = part.length === 0 ? ['once'] : ['eagerly', 'compiled'];
    for (const mode of modes) {
      const isWaiting = `${name}: ${title}, ${mode}` in WAITING;
      (isWaiting ? test.failing : test)(`${title}, ${mode}`, async () => {
        const { shown, notices, compiledSteps } = await run(part, mode === 'eagerly');
        expect(differences(shown, keras[title])).toEqual([]);
        expect(notices).toEqual([]);
        if (mode === 'compiled') expect(compiledSteps).toBeGreaterThan(0);
        if (mode === 'eagerly') expect(compiledSteps).toBe(0);
      });
    }
  }
});

test('what is waiting is there', () => {
  const titles = names.flatMap((name) => Object.keys(KERAS[name] ?? {}).map((title) => `${name}: ${title}`));
  for (const key of Object.keys(WAITING)) expect(titles).toContain(key.replace(/, (eagerly|compiled|once)$/, ''));
});
