import * as tf from '@tensorflow/tfjs';
import { BatchNormalization } from '../../src/layers/normalization/batchNormalization';
import { layerTest } from '../layerTest';
import { filled } from '../ops/backends';

layerTest('normalization');

test('moving averages move in training only, and not where the layer is frozen', () => {
  const layer = BatchNormalization({ momentum: 0.5 });
  const x = tf.tensor([[0], [4]]);
  const averages = (): unknown => layer.nonTrainableWeights.slice(-2).map(({ value }) => value.arraySync());
  layer(x);
  expect(averages()).toEqual([[0], [1]]);
  layer(x, { training: true }); // mean 2, variance 4
  expect(averages()).toEqual([[1], [2.5]]);
  layer(x, { training: true });
  expect(averages()).toEqual([[1.5], [3.25]]);
  layer.trainable = false;
  layer(x, { training: true });
  expect(averages()).toEqual([[1.5], [3.25]]);
});

test('training gives mean 0 and variance 1', () => {
  const y = BatchNormalization({ epsilon: 1e-6 })(filled([8, 5, 5, 3]).mul(10).add(7), { training: true });
  const { mean, variance } = tf.moments(y, [0, 1, 2]);
  for (const value of mean.dataSync()) expect(value).toBeCloseTo(0, 4);
  for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 4);
});

test('bad arguments and inputs are refused', () => {
  expect(() => BatchNormalization({ axis: 1.5 })).toThrow(
    'BatchNormalization: axis must be a whole number. Received: axis=1.5.',
  );
  expect(() => BatchNormalization({ renorm: true })).toThrow(
    'renorm must be false: there is no batch renormalization here',
  );
  expect(() => BatchNormalization({ renormClipping: { rmax: 3 } })).toThrow('renormClipping must be null');
  expect(() => BatchNormalization({ momentum: '0.9' as never })).toThrow(
    "momentum must be a number from 0 to 1. Received: momentum='0.9'.",
  );
  expect(() => BatchNormalization({ axis: 2, name: 'b' })(tf.zeros([2, 3]))).toThrow(
    "BatchNormalization 'b': axis 2 is out of bounds. Received: an input of shape (2, 3).",
  );
  expect(() => BatchNormalization().build([null, null])).toThrow('axis -1 of the input must be known.');
  const layer = BatchNormalization();
  layer(tf.zeros([2, 3]));
  expect(() => layer(tf.zeros([2, 4]))).toThrow('expected axis -1 of the input to have size 3, found 4');
});
