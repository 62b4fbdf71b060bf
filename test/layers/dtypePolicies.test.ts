/** Dtype policies go through layers and configs as Keras writes them: `scripts/fixtures/dtypePolicies.py`. */
import * as tf from '@tensorflow/tfjs';
import { layers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import keras from '../fixtures/dtypePolicies.json';

beforeAll(() => ready());

let warn: jest.SpyInstance;
beforeEach(() => {
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => warn.mockRestore());

/** The policies in a config, by the names of the layers. */
function policies(config: { layers: readonly { config: Record<string, unknown> }[] }): [unknown, unknown][] {
  return config.layers.map(({ config: { name, dtype } }) => [name, dtype]);
}

test.each(Object.entries(keras))('%s: read and written back', (_, { config }) => {
  const model = Sequential.fromConfig(config as never);
  expect(policies(model.getConfig() as never)).toEqual(policies(config));
  expect(model.getConfig()['dtype']).toEqual(config.dtype);
  const x = tf.ones([2, ...(model.inputShape as number[]).slice(1)]);
  expect(tf.tidy(() => (model.__call__(x) as tf.Tensor).dtype)).toMatch(/float32|int32/);
});

test('a float type that is computed in float32 is told once', () => {
  jest.isolateModules(() => {
    const fresh = require('../../src') as typeof import('../../src');
    for (let i = 0; i < 2; i++) fresh.layers.Dense(1, { dtype: 'mixed_float16' });
    fresh.layers.Dense(1, { dtype: 'float64' });
    fresh.layers.Dense(1, { dtype: 'int64' });
  });
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(/dtype 'mixed_float16' is kept and written back, and computed in float32/),
    expect.stringMatching(/dtype 'float64' .* about 7 digits, not 16/),
  ]);
});

test.each(['float8', 'toString', 3, { class_name: 'DTypePolicy', config: { name: 'half' } }])(
  'refused: %j',
  (dtype) => {
    expect(() => layers.Dense(1, { dtype: dtype as never })).toThrow(/Dense: dtype must be one of float32, float16/);
  },
);
