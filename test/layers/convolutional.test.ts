import * as tf from '@tensorflow/tfjs';
import { Conv1D } from '../../src/layers/convolutional/conv1d';
import { Conv2D } from '../../src/layers/convolutional/conv2d';
import { DepthwiseConv2D } from '../../src/layers/convolutional/depthwiseConv2d';
import { layerTest } from '../layerTest';
import { expectClose, filled } from '../ops/backends';

layerTest('convolutional');

test('the ways to write it are the same', () => {
  const config = Conv2D(4, 3, { name: 'a', activation: 'relu' }).getConfig();
  expect(Conv2D(4, { name: 'a', kernelSize: 3, activation: 'relu' }).getConfig()).toEqual(config);
  expect(new Conv2D({ name: 'a', filters: 4, kernelSize: [3, 3], activation: 'relu' }).getConfig()).toEqual(config);
});

test('a layer of its own, made from Conv2D', () => {
  class Wide extends Conv2D {
    static override readonly className = 'Wide';
  }
  const layer = new Wide(2, 3);
  expect(layer(tf.zeros([1, 4, 4, 1])).shape).toEqual([1, 2, 2, 2]);
  expect(layer.className).toBe('Wide');
});

test('ints are taken as floats', () => {
  const layer = Conv2D(1, 2, { kernelInitializer: 'ones' });
  const y = layer(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32'));
  expect([y.dtype, ...y.dataSync()]).toEqual(['float32', 10]);
});

test('strides of the depthwise layer may differ, and meet dilation', () => {
  const layer = DepthwiseConv2D(2, { strides: [1, 2], dilationRate: 2 });
  const x = filled([1, 6, 7, 2]);
  const y = layer(x);
  const dilated = DepthwiseConv2D(2, { dilationRate: 2 });
  dilated.buildFor(x.shape);
  dilated.setWeights(layer.getWeights());
  expectClose(y, dilated(x).stridedSlice([0, 0, 0, 0], [1, 6, 7, 2], [1, 1, 2, 1]));
});

test.each([
  [() => Conv2D(0, 3), 'Conv2D: filters must be a positive integer. Received: filters=0.'],
  [() => Conv2D(3, 0), 'Conv2D: kernelSize must be a positive integer or a pair of them. Received: kernelSize=0.'],
  [() => Conv2D(3, [3, 3, 3]), 'Received: kernelSize=[3, 3, 3].'],
  [() => Conv1D(3, [3, 3]), 'Conv1D: kernelSize must be a positive integer or a list of one.'],
  [
    () => Conv2D(3, 3, { strides: [0, 1] }),
    'Conv2D: strides must be a positive integer or a pair of them. Received: strides=[0, 1].',
  ],
  [() => Conv2D(3, 3, { dilationRate: 1.5 }), 'dilationRate must be a positive integer'],
  [
    () => Conv2D(3, 3, { padding: 'full' as never }),
    "Conv2D: padding must be one of 'valid', 'same'. Received: padding='full'.",
  ],
  [() => Conv2D(3, 3, { padding: 'causal' }), "Received: padding='causal'."],
  [() => Conv1D(3, 3, { padding: 'full' as never }), "one of 'valid', 'same', 'causal'"],
  [() => Conv2D(3, 3, { dataFormat: 'nhwc' as never }), "dataFormat must be 'channels_last' or 'channels_first'."],
  [() => Conv2D(4, 3, { groups: 3 }), 'Conv2D: groups must divide filters. Received: groups=3, filters=4.'],
  [() => Conv2D(4, 3, { groups: 0 }), 'Conv2D: groups must be a positive integer.'],
  [
    () => Conv2D(4, 3, { strides: 2, dilationRate: [1, 2] }),
    'strides > 1 cannot be used together with dilationRate > 1. Received: strides=[2, 2], dilationRate=[1, 2].',
  ],
  [() => DepthwiseConv2D(3, { depthMultiplier: 0 }), 'DepthwiseConv2D: depthMultiplier must be a positive integer.'],
  [() => Conv2D(4, 3, { groups: 2 }).build([null, 8, 8, 3]), 'groups must divide the channels of the input.'],
  [
    () => Conv2D(4, 3).build([null, 8, 8, null]),
    'the number of channels must be known. Received: an input of shape (None, 8, 8, None)',
  ],
  [
    () => Conv2D(4, 3).build([null, 2, 8, 1]),
    'the output size would be zero or negative. Received: an input of shape (None, 2, 8, 1), a window of size [3, 3]',
  ],
  [() => Conv2D(4, 3, { dilationRate: 4 }).build([null, 8, 8, 1]), 'dilationRate=[4, 4]'],
  [
    () => Conv2D(4, 3, { name: 'c' })(tf.zeros([8, 8, 1])),
    "Conv2D 'c': expected ndim=4, found ndim=3. Received: an input of shape (8, 8, 1).",
  ],
  [() => Conv1D(4, 3).build([null, 8, 8, 1]), 'expected ndim=3, found ndim=4.'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(expect.objectContaining({ name: 'ValueError' }));
});

test('another number of channels is refused once there are weights', () => {
  const layer = Conv2D(1, 1, { name: 'c' });
  layer(tf.zeros([1, 2, 2, 3]));
  expect(() => layer(tf.zeros([1, 2, 2, 4]))).toThrow(
    "Conv2D 'c': expected axis -1 of the input to have size 3, found 4.",
  );
});
