import * as tf from '@tensorflow/tfjs';
import { Dense } from '../../src/layers/core/dense';
import { layerTest } from '../layerTest';

layerTest('dense');

test('the ways to write it are the same', () => {
  expect(Dense(3, { name: 'a', activation: 'relu' }).getConfig()).toEqual(
    new Dense({ name: 'a', units: 3, activation: 'relu' }).getConfig(),
  );
});

test('bad arguments and inputs are refused', () => {
  expect(() => Dense(0)).toThrow('Dense: units must be a positive integer. Received: units=0.');
  expect(() => Dense(2.5)).toThrow('Received: units=2.5.');
  expect(() => Dense({ units: 2, quantizationConfig: {} as never })).toThrow('Dense: quantizationConfig must be null.');
  // @ts-expect-error a misspelt option
  expect(() => Dense(2, { activaton: 'relu' })).toThrow("Did you mean 'activation'?");
  expect(() => Dense(2)(tf.zeros([3]))).toThrow(/expected ndim of at least 2, found 1\. .*\(3,\)/);
  expect(() => Dense(2).build([null, null])).toThrow(
    'the last axis of the input must be known. Received: shape (None, None)',
  );
  const layer = Dense(2, { name: 'twice' });
  layer(tf.zeros([1, 3]));
  expect(() => layer(tf.zeros([1, 4]))).toThrow(
    "Dense 'twice': expected axis -1 of the input to have size 3, found 4.",
  );
});

test('labels and penalties', () => {
  const layer = Dense(1, { kernelInitializer: 'ones', kernelRegularizer: 'l2', activityRegularizer: 'l2' });
  layer([[1], [3]]);
  // 0.01 * (1 + 9) / 2 from the output, 0.01 from the kernel
  expect(layer.losses.map((loss) => loss.dataSync()[0])).toEqual([expect.closeTo(0.05), expect.closeTo(0.01)]);
});
