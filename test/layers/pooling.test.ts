import * as tf from '@tensorflow/tfjs';
import { AveragePooling2D } from '../../src/layers/pooling/averagePooling2d';
import { GlobalAveragePooling2D } from '../../src/layers/pooling/globalAveragePooling2d';
import { MaxPooling2D } from '../../src/layers/pooling/maxPooling2d';
import { layerTest } from '../layerTest';

layerTest('pooling');

test('the ways to write it are the same', () => {
  const config = MaxPooling2D({ name: 'a', poolSize: [2, 2] }).getConfig();
  for (const layer of [
    MaxPooling2D(2, { name: 'a' }),
    new MaxPooling2D([2, 2], { name: 'a' }),
    MaxPooling2D({ name: 'a' }),
  ]) {
    expect(layer.getConfig()).toEqual(config);
  }
});

test('ints are taken as floats', () => {
  const y = MaxPooling2D()(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32'));
  expect([y.dtype, ...y.dataSync()]).toEqual(['float32', 4]);
  const mean = GlobalAveragePooling2D()(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32'));
  expect(Array.from(mean.dataSync())).toEqual([2.5]);
});

test('bad arguments and inputs are refused', () => {
  // @ts-expect-error Keras, too, asks for a size
  expect(() => AveragePooling2D()).toThrow("AveragePooling2D: missing required argument 'poolSize'.");
  expect(() => MaxPooling2D(0)).toThrow(
    'MaxPooling2D: poolSize must be a positive integer or a pair of them. Received: poolSize=0.',
  );
  expect(() => MaxPooling2D(2, { strides: -1 })).toThrow('MaxPooling2D: strides must be');
  expect(() => MaxPooling2D(2, { padding: 'causal' as never })).toThrow("padding must be one of 'valid', 'same'.");
  expect(() => MaxPooling2D(5, { name: 'p' })(tf.zeros([1, 4, 4, 1]))).toThrow(
    "MaxPooling2D 'p': the output size would be zero or negative. Received: an input of shape (1, 4, 4, 1), a window of size [5, 5]",
  );
  expect(() => MaxPooling2D()(tf.zeros([4, 4, 1]))).toThrow('expected ndim=4, found ndim=3');
  expect(() => GlobalAveragePooling2D()(tf.zeros([4, 4, 1]))).toThrow('expected ndim=4, found ndim=3');
});
