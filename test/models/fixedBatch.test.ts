/** Models whose `Input` gives the batch size: their steps are recorded at that size. Shapes as in Keras 3.15.1. */
import * as tf from '@tensorflow/tfjs';
import { Input, Layer, layers, Model, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Shape } from '../../src/base/errors';
import { filled } from '../ops/backends';
import { noticesOf } from './compiledSupport';

beforeAll(() => ready());

/** Relies on batches of 4: compares the first half of a batch with the second one. */
class Halves extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    const [a, b] = tf.split(x.reshape([2, 2, 3]), 2) as [tf.Tensor, tf.Tensor];
    return tf.concat([a.sub(b), b]).reshape([4, 3]);
  }

  override computeOutputShape(): Shape {
    return [4, 3];
  }
}

test('shapes, in each way to give the size', () => {
  const model = Sequential([Input({ shape: [2], batchSize: 4 }), layers.Flatten(), layers.Dense(1)]);
  expect(model.outputShape).toEqual([4, 1]);
  expect(Sequential.fromConfig(model.getConfig()).outputShape).toEqual([4, 1]);
  const added = Sequential();
  added.add(Input({ batchShape: [16, 4] }));
  added.add(layers.Dense(2));
  expect(added.outputShape).toEqual([16, 2]);
  const input = Input({ batchShape: [3, 5] });
  expect(Model(input, layers.Dense(2)(input)).outputShape).toEqual([3, 2]);
});

async function losses(runEagerly: boolean, count: number, batchSize: number): Promise<number[]> {
  const input = Input({ batchShape: [4, 3] });
  const model = Model(input, layers.Dense(1, { kernelInitializer: 'ones' })(new Halves()(input)));
  model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
  const { history } = await model.fit(filled([count, 3]), filled([count, 1], 3), {
    batchSize,
    epochs: 4,
    shuffle: false,
    verbose: 0,
  });
  return history['loss'] as number[];
}

test('a layer that relies on the size trains, compiled', async () => {
  const runs = jest.spyOn(GraphSession.prototype, 'run');
  let compiled: number[] = [];
  const notices = await noticesOf(async () => {
    compiled = await losses(false, 24, 4);
  });
  expect(notices).toEqual([]);
  expect(runs.mock.calls.length).toBeGreaterThan(0);
  runs.mockRestore();
  const eager = await losses(true, 24, 4);
  compiled.forEach((loss, i) => {
    expect(loss).toBeCloseTo(eager[i] as number, 5);
  });
});

test('batches of another size run where layers can, as in Keras, else the layer says what is wrong', async () => {
  const model = Sequential([Input({ batchShape: [16, 4] }), layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const { history } = await model.fit(tf.ones([40, 4]), tf.ones([40, 1]), { batchSize: 16, epochs: 8, verbose: 0 });
  expect(history['loss']).toHaveLength(8);
  expect(((await model.predict(tf.ones([8, 4]), { verbose: 0 })) as tf.Tensor).shape).toEqual([8, 1]);
  await expect(losses(false, 26, 4)).rejects.toThrow(/Halves 'halves.*': .*Received: inputs of shape \(2, 3\)/s);
});
