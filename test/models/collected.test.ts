/** What models hold is given back: when they are compiled anew, when the session is cleared, when nobody has them. */
import { spawnSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { layers, metrics, optimizers, Sequential, utils } from '../../src';
import { native } from '../../src/backend/native';

const options = () => ({ optimizer: 'adam' as const, loss: 'mse' as const, metrics: ['mae', 'mse'] as const });

function net() {
  return Sequential([layers.Input({ shape: [3] }), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)]);
}

async function train(model: Sequential, epochs = 2): Promise<number[]> {
  const [x, y] = tf.tidy(() => [
    tf.range(0, 96).sin().reshape([32, 3]),
    tf.range(0, 64).cos().reshape([32, 2]),
  ]) as tf.Tensor[];
  const { history } = await model.fit(x as tf.Tensor, y as tf.Tensor, {
    batchSize: 2,
    epochs,
    verbose: 0,
    shuffle: false,
  });
  tf.dispose([x, y] as tf.Tensor[]);
  return history.loss as number[];
}

/** Tensors of TensorFlow.js and of the native library, and sessions. */
function held(): { tensors: number; native: number | undefined; sessions: number | undefined } {
  const binding = native()?.binding;
  return {
    tensors: tf.memory().numTensors,
    native: binding?.getNumOfTensors(),
    sessions: binding?.getNumOfSavedModels(),
  };
}

test('compile() again frees the slots and metrics of the one before; dispose() frees all', async () => {
  const before = held();
  const model = net();
  const weights = tf.memory().numTensors - before.tensors;
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    model.compile(options());
    await train(model);
    counts.push(tf.memory().numTensors);
  }
  expect(new Set(counts).size).toBe(1);
  expect(counts[0]).toBeGreaterThan(before.tensors + weights);
  model.dispose();
  expect(held()).toEqual(before);
});

test('an optimizer and a metric that the caller made go on where they are given again', async () => {
  const model = net();
  const [adam, mae] = [optimizers.Adam(0.01), metrics.MeanAbsoluteError()];
  model.compile({ optimizer: adam, loss: 'mse', metrics: [mae] });
  await train(model);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await train(model);
  model.compile({ optimizer: adam, loss: 'mse', metrics: [mae] });
  await train(model);
  expect(adam.iterations.value.dataSync()[0]).toBe(64);
  model.compile({ optimizer: 'sgd' });
  expect(() => adam.iterations.value.dataSync()).not.toThrow();
  model.compile({ optimizer: model.optimizer as never, loss: 'mse' });
  await train(model);
  adam.dispose();
  mae.dispose();
  model.dispose();
});

test('clearSession() frees recorded steps; a model that is trained on goes on with its weights', async () => {
  const models = [net(), net()];
  const weights = models.map((model) => model.getWeights());
  const sgd = { optimizer: 'sgd', loss: 'mse' } as const;
  for (const model of models) {
    model.setWeights(weights[0] as tf.Tensor[]);
    model.compile(sgd);
    await train(model);
  }
  expect(held().sessions).toBeGreaterThanOrEqual(2);
  utils.clearSession();
  expect(held().sessions).toBe(0);
  expect(layers.Dense(1).name).toBe('dense');
  const [cleared, other] = models as [Sequential, Sequential];
  const losses = await train(cleared);
  expect(losses).toEqual(await train(other));
  expect(losses[0]).toBeGreaterThan(0);
  tf.dispose(weights);
  for (const model of models) model.dispose();
});

test('weights of models that nobody has are freed when they are collected', () => {
  const script = `
    const tf = require('@tensorflow/tfjs');
    const { layers, Sequential } = require('./src');
    const { native } = require('./src/backend/native');
    async function once() {
      const model = Sequential([layers.Input({ shape: [50] }), layers.Dense(100), layers.Dropout(0.5), layers.Dense(2)]);
      model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
      const [x, y] = [tf.ones([32, 50]), tf.ones([32, 2])];
      await model.fit(x, y, { batchSize: 2, epochs: 1, verbose: 0 });
      tf.dispose([x, y]);
    }
    const count = () => [tf.memory().numTensors, native().binding.getNumOfTensors(), native().binding.getNumOfSavedModels()];
    (async () => {
      for (let i = 0; i < 5; i++) await once();
      const before = count();
      for (let i = 0; i < 500 && Math.max(...count()) > 0; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const after = count();
      const variable = tf.variable(tf.ones([2]));
      const { grads } = tf.variableGrads(() => variable.square().sum());
      console.log(JSON.stringify({ before, after, names: Object.keys(grads).length }));
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-r', 'tsx/cjs', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { before, after, names } = JSON.parse(stdout) as { before: number[]; after: number[]; names: number };
  expect(before[0]).toBeGreaterThan(50);
  expect(before[2]).toBeGreaterThan(0);
  expect(names).toBe(1);
  expect(after).toEqual([0, 0, 0]);
});
