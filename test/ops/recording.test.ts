/** The layers as TensorFlow graphs: recorded at two batch sizes, run at any, equal to what they compute eagerly. */
import * as tf from '@tensorflow/tfjs';
import { GraphSession, generalize, record } from '../../src/backend/graph';
import { Conv1D } from '../../src/layers/convolutional/conv1d';
import { Conv2D } from '../../src/layers/convolutional/conv2d';
import { DepthwiseConv2D } from '../../src/layers/convolutional/depthwiseConv2d';
import { Dense } from '../../src/layers/core/dense';
import type { Layer } from '../../src/layers/layer';
import { BatchNormalization } from '../../src/layers/normalization/batchNormalization';
import { AveragePooling2D } from '../../src/layers/pooling/averagePooling2d';
import { GlobalAveragePooling2D } from '../../src/layers/pooling/globalAveragePooling2d';
import { MaxPooling2D } from '../../src/layers/pooling/maxPooling2d';
import { expectClose, filled } from './backends';

const relu = { activation: 'relu' } as const;

test.each<[string, number[], Layer[]]>([
  [
    'a plain network',
    [8, 8, 3],
    [Conv2D(4, 3, relu), MaxPooling2D(2), Conv2D(2, 2), GlobalAveragePooling2D(), Dense(2)],
  ],
  ['dilation, groups, padding', [8, 8, 4], [Conv2D(4, 3, { dilationRate: 2, padding: 'same', groups: 2, ...relu })]],
  ['depthwise, normalized', [8, 8, 3], [DepthwiseConv2D(3, { strides: 2 }), BatchNormalization(), AveragePooling2D(2)]],
  [
    'channels first',
    [2, 7, 7],
    [Conv2D(3, 3, { dataFormat: 'channels_first', strides: 2 }), BatchNormalization({ axis: 1 })],
  ],
  ['one axis', [9, 2], [Conv1D(3, 3, { padding: 'causal', dilationRate: 2 }), BatchNormalization(), Dense(2, relu)]],
  [
    'what TensorFlow gets wrong',
    [7, 2, 1],
    [Conv2D(2, 1, { strides: [1, 2] }), Conv2D(1, [2, 1], { strides: [3, 1] })],
  ],
])('%s', (_, shape, layers) => {
  const call = (x: tf.Tensor): tf.Tensor => layers.reduce((x, layer) => layer(x, { training: true }), x);
  tf.dispose(call(filled([2, ...shape])));
  const step = (x: tf.Tensor): tf.Tensor[] => {
    const weights = layers.flatMap((layer) => layer.trainableWeights).map(({ value }) => value);
    const { value, grads } = tf.variableGrads(() => call(x).square().mean() as tf.Scalar, weights);
    return [value, ...weights.map(({ name }) => grads[name] as tf.Tensor)];
  };
  const recordings = [4, 6].map((batch) => {
    const x = filled([batch, ...shape]);
    return record([x], () => step(x));
  });
  const session = new GraphSession();
  const [first, second] = recordings as [(typeof recordings)[0], (typeof recordings)[0]];
  const compiled = session.add(generalize(first, second, [4, 6]));
  for (const batch of [1, 4, 9]) {
    const x = filled([batch, ...shape], batch);
    const found = session.run(compiled, [x]);
    const wanted = step(x);
    expect(found).toHaveLength(wanted.length);
    for (const [i, tensor] of found.entries()) expectClose(tensor, wanted[i] as tf.Tensor, 1e-5);
  }
});
