/** The command that tells what is in a file. */

import { ready } from '../../src/backend/engine';
import { inspect } from '../../src/cli/inspect';
import { main } from '../../src/cli/main';

let [out, err] = ['', ''];
beforeAll(() => ready());
beforeEach(() => {
  [out, err] = ['', ''];
  const into = (add: (text: string) => void) => (text: unknown) => {
    add(String(text));
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(into((text) => (out += text)));
  jest.spyOn(process.stderr, 'write').mockImplementation(into((text) => (err += text)));
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

const FOLDER = 'test/fixtures/files';

test('a whole model', async () => {
  expect(await main(['inspect', `${FOLDER}/cnn.keras`])).toBe(0);
  expect(out).toContain('cnn.keras: .keras, Keras 3.15.1, saved 20');
  expect(out).toContain('Total params: 81');
  expect(out).toContain('Optimizer: Adam');
  expect(out).toMatch(/^layers\/conv2d\/vars\/0 +float32 +\(3, 3, 1, 3\) +-0\.\d{4}/m);
  expect(out).toMatch(/^optimizer\/vars\/0 +int64 +\(\) +6\.000 +6\.000 +6\.000$/m);
});

test.each([
  ['averaged.h5', { format: 'legacy .h5', kerasVersion: '3.15.1', optimizer: 'SGD' }, 'Sequential'],
  ['keras2.h5', { format: 'legacy .h5', kerasVersion: '2.0.5', optimizer: 'Adam' }, 'Functional'],
  ['subclassed.weights.h5', { format: '.weights.h5', kerasVersion: null, optimizer: null }, undefined],
])('%s as JSON', async (file, about, className) => {
  expect(await inspect(`${FOLDER}/${file}`, true)).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject(about);
  expect(report.model?.className).toBe(className);
  expect(report.weights.length).toBeGreaterThan(5);
});

test('what cannot be', async () => {
  expect(await main(['inspect'])).toBe(2);
  expect(err).toContain('keras-ts: inspect needs a file');
  expect(await main(['inspect', 'a', 'b'])).toBe(2);
  expect(await main(['inspect', 'package.json'])).toBe(1);
  expect(err).toContain("keras-ts: inspect: 'package.json': expected a .keras archive");
});
