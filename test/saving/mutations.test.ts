/** Changed files: a clear error or a model, and never other weights where the archive's checksums are of the old ones. */
import { readFileSync } from 'node:fs';
import { models } from '../../src';
import { ready } from '../../src/backend/engine';
import { mutate } from './mutations';

const FILE = 'test/fixtures/files/averaged.keras';
const [FIRST, COUNT] = [Number(process.env.FC_SEED ?? 1) * 100_000, 300];

async function weightsOf(bytes: Uint8Array): Promise<number[][]> {
  const model = await models.loadModel(bytes, { maxBytes: 2 ** 24 });
  const values = model.weights.map(({ value }) => Array.from(value.dataSync()));
  model.dispose();
  return values;
}

test(`${COUNT} changed files`, async () => {
  await ready();
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const original = new Uint8Array(readFileSync(FILE));
  const weights = await weightsOf(original);
  let refused = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const { kind, bytes, isSealed } = mutate(original, seed);
    try {
      const found = await weightsOf(bytes);
      if (isSealed) expect([seed, kind, found]).toEqual([seed, kind, weights]);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValueError' || !error.message.startsWith('loadModel: ')) {
        throw new Error(`seed ${seed}, ${kind}: ${String(error)}`, { cause: error });
      }
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(COUNT / 3);
  jest.restoreAllMocks();
});
