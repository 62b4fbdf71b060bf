/** The command that tells what is in a file. */

import { ready } from '../../src/backend/engine';
import { inspect } from '../../src/cli/inspect';
import { main } from '../../src/cli/main';
import { catchOutput, said } from './said';

beforeAll(() => ready());
catchOutput();

const FOLDER = 'test/fixtures/files';

test('a whole model', async () => {
  expect(await main(['inspect', `${FOLDER}/cnn.keras`])).toBe(0);
  expect(said.out).toContain('cnn.keras: .keras, Keras 3.15.1, saved 20');
  expect(said.out).toContain('Total params: 81');
  expect(said.out).toContain('Optimizer: Adam');
  expect(said.out).toMatch(/^layers\/conv2d\/vars\/0 +float32 +\(3, 3, 1, 3\) +-0\.\d{4}/m);
  expect(said.out).toMatch(/^optimizer\/vars\/0 +int64 +\(\) +6\.000 +6\.000 +6\.000$/m);
});

test.each([
  ['averaged.h5', { format: 'legacy .h5', kerasVersion: '3.15.1', optimizer: 'SGD' }, 'Sequential'],
  ['keras2.h5', { format: 'legacy .h5', kerasVersion: '2.0.5', optimizer: 'Adam' }, 'Functional'],
  ['subclassed.weights.h5', { format: '.weights.h5', kerasVersion: null, optimizer: null }, undefined],
])('%s as JSON', async (file, about, className) => {
  expect(await inspect(`${FOLDER}/${file}`, true)).toBe(0);
  const report = JSON.parse(said.out);
  expect(report).toMatchObject(about);
  expect(report.model?.className).toBe(className);
  expect(report.weights.length).toBeGreaterThan(5);
});

test('what cannot be', async () => {
  expect(await main(['inspect'])).toBe(2);
  expect(said.err).toContain('keras-ts: inspect needs a file');
  expect(await main(['inspect', 'a', 'b'])).toBe(2);
  expect(await main(['inspect', 'package.json'])).toBe(1);
  expect(said.err).toContain("keras-ts: inspect: 'package.json': expected a .keras archive");
});
