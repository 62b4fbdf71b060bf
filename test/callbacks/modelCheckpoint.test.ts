/** Models saved while they are trained; names of files as Python formats them. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { callbacks, layers, models, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import { formatPath } from '../../src/callbacks/pathFormat';
import type { Model as ModelType } from '../../src/models';

let folder = '';
let printed = '';
beforeAll(() => ready());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-checkpoints-'));
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function line(): ModelType {
  const model = Sequential([layers.Input({ shape: [1] }), layers.Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
  return model;
}

const X = tf.tidy(() => tf.keep(tf.tensor2d([1, 2, 3, 4], [4, 1])));
const FIT = { batchSize: 1, shuffle: false, verbose: 0 } as const;

test.each([
  ['{epoch:02d}-{val_loss:.2f}.keras', '07-1.12.keras'],
  ['{epoch}_{val_loss}_{mae:e}', '7_1.125_2.500000e-05'],
  ['{{x}}{epoch:>4}{epoch:<4}|{epoch:^5}|{epoch:*^5}|{epoch:+d}', '{x}   77   |  7  |**7**|+7'],
  ['{mae:.2g} {big:g} {val_loss:%} {val_loss:08.3f} {mae}', '2.5e-05 1.23457e+08 112.500000% 0001.125 2.5e-05'],
])('%s', (pattern, expected) => {
  // What Python's str.format gives.
  expect(formatPath('test', pattern, { epoch: 7, val_loss: 1.125, mae: 2.5e-5, big: 123456789 })).toBe(expected);
});

test('a path names quantities that are there, in forms that exist', () => {
  expect(() => formatPath('test', '{val_los}', { val_loss: 1 })).toThrow(
    "Received: 'val_los'. Did you mean 'val_loss'?",
  );
  expect(() => formatPath('test', '{a:x}', { a: 1 })).toThrow("Received: 1 in the form 'x'.");
  expect(() => formatPath('test', '{a:d}', { a: 1.5 })).toThrow('is for whole numbers. Received: 1.5.');
});

test('after each epoch, with its number and values in the name', async () => {
  const model = line();
  const checkpoint = callbacks.ModelCheckpoint(join(folder, 'all', '{epoch:02d}-{val_loss:.3f}.keras'), { verbose: 1 });
  const { history } = await model.fit(X, X, { ...FIT, epochs: 2, validationData: [X, X], callbacks: [checkpoint] });
  const names = history['val_loss']?.map((loss, i) => `0${i + 1}-${(loss as number).toFixed(3)}.keras`) as string[];
  expect(readdirSync(join(folder, 'all')).sort()).toEqual(names);
  const path = join(folder, 'all', names[1] as string);
  expect(printed).toContain(`\nEpoch 2: saving model to ${path}\n\nEpoch 2: finished saving model to ${path}\n`);
  const again = await models.loadModel(path);
  expect(again.optimizer?.iterations.value.dataSync()[0]).toBe(8);
  expect(again.getWeights().map((weight) => weight.dataSync())).toEqual(model.getWeights().map((w) => w.dataSync()));
});

test('only the best, from a threshold on', async () => {
  const model = line();
  const path = join(folder, 'best.weights.h5');
  const values = [5, 3, 4, 2];
  const options = { monitor: 'score', mode: 'min', saveBestOnly: true, saveWeightsOnly: true, verbose: 1 } as const;
  const best = callbacks.ModelCheckpoint({ filepath: path, ...options, initialValueThreshold: 4.5 });
  const score: callbacks.CallbackObject = {
    onEpochEnd(epoch, logs) {
      logs['score'] = values[epoch] as number;
    },
  };
  await model.fit(X, X, { ...FIT, epochs: 4, callbacks: [score, best] });
  expect(printed.match(/Epoch \d: score.*/g)).toEqual([
    'Epoch 1: score did not improve from 4.50000',
    `Epoch 2: score improved from 4.50000 to 3.00000, saving model to ${path}`,
    'Epoch 3: score did not improve from 3.00000',
    `Epoch 4: score improved from 3.00000 to 2.00000, saving model to ${path}`,
  ]);
  expect(best.best).toBe(2);
});

test('after so many batches, whichever epoch they are in', async () => {
  const model = line();
  const path = join(folder, '{epoch}-{batch}.weights.h5');
  const some = callbacks.ModelCheckpoint(path, { saveFreq: 3, saveWeightsOnly: true });
  await model.fit(X, X, { ...FIT, epochs: 3, callbacks: [some] });
  expect(readdirSync(folder).sort()).toEqual(['1-3', '2-2', '3-1', '3-4'].map((name) => `${name}.weights.h5`));
});

test('what cannot be', async () => {
  expect(() => callbacks.ModelCheckpoint('a.weights.h5')).toThrow('filepath must end in .keras or .h5.');
  expect(() => callbacks.ModelCheckpoint('a.keras', { saveWeightsOnly: true })).toThrow('must end in .weights.h5');
  expect(() => callbacks.ModelCheckpoint('a.keras', { saveFreq: 0 })).toThrow("saveFreq must be 'epoch' or a positive");
  const missing = callbacks.ModelCheckpoint(join(folder, '{val_acc}.keras'));
  await expect(line().fit(X, X, { ...FIT, callbacks: [missing] })).rejects.toThrow("Received: 'val_acc'.");
});
