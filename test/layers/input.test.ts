import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { resetNames } from '../../src/base/names';
import type { SerializedObject } from '../../src/base/registry';
import { Dense, deserialize, Input, InputLayer, type InputOptions, Layer, serialize } from '../../src/layers';

interface InputCase {
  options: InputOptions;
  serialized: SerializedObject;
}

const { inputs } = JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'layers.json'), 'utf8')) as {
  inputs: InputCase[];
};

beforeEach(() => resetNames());

test('the same JSON as Keras, in and out', () => {
  for (const { options, serialized } of inputs) {
    const { history } = Input(options);
    expect(serialize(history?.layer as Layer)).toEqual(serialized);
    expect(serialize(deserialize(serialized))).toEqual(serialized);
  }
});

test('a symbolic tensor that knows where it comes from', () => {
  const x = Input([28, null], { dtype: 'int32', batchSize: 3 });
  expect([x.shape, x.dtype, x.name, x.rank]).toEqual([[3, 28, null], 'int32', 'input_layer', 3]);
  const { layer, nodeIndex, tensorIndex } = x.history as NonNullable<typeof x.history>;
  expect([nodeIndex, tensorIndex]).toEqual([0, 0]);
  expect(layer).toBeInstanceOf(InputLayer);
  expect(layer).toBeInstanceOf(Layer);
  expect(layer.inboundNodes[0]?.inputTensors).toEqual([]);
  expect(layer.output).toBe(x);
  const { built, weights } = layer as InputLayer;
  expect([built, weights, layer.className]).toEqual([true, [], 'InputLayer']);
});

test('names are counted as in Keras, and may be given', () => {
  expect([Input([1]), Input([1]), Input({ shape: [1], name: 'pixels' })].map(({ name }) => name)).toEqual([
    'input_layer',
    'input_layer_1',
    'pixels',
  ]);
});

test('build by hand marks a layer as built, once', () => {
  const layer = Dense(2);
  layer.build([null, 3] as never);
  expect(layer.built).toBe(true);
  layer.setWeights([
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    [0, 0],
  ]);
  expect((layer([[1, 2, 3]]) as tf.Tensor).arraySync()).toEqual([[4, 5]]);
});
