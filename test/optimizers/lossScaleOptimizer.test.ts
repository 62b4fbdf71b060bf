/** The optimizer around another one that scales the loss. */
import * as tf from '@tensorflow/tfjs';
import { layers, optimizers, Sequential, Variable } from '../../src';
import { ready } from '../../src/backend/engine';

beforeAll(() => ready());

const variable = (): InstanceType<typeof Variable> => new Variable([1, 2], { name: 'w' });

/** The state that is its own: step counter and factor. */
function stateOf(optimizer: optimizers.LossScaleOptimizer): number[] {
  return [2, 3].map((i) => optimizer.variables[i]?.value.dataSync()[0] as number);
}

test('finite gradients are divided by the factor, others change nothing but that', () => {
  const optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(1), { initialScale: 8, dynamicGrowthSteps: 2 });
  const w = variable();
  const step = (gradient: number[]): void => tf.tidy(() => optimizer.apply([tf.tensor1d(gradient)], [w]));
  step([8, 16]);
  expect([Array.from(w.value.dataSync()), stateOf(optimizer)]).toEqual([
    [0, 0],
    [1, 8],
  ]);
  step([8, 8]);
  expect([Array.from(w.value.dataSync()), stateOf(optimizer)]).toEqual([
    [-1, -1],
    [0, 16],
  ]);
  step([Number.NaN, 1]);
  expect([Array.from(w.value.dataSync()), stateOf(optimizer)]).toEqual([
    [-1, -1],
    [0, 8],
  ]);
  expect(optimizer.iterations.value.dataSync()[0]).toBe(2);
  expect(optimizer.variables.map(({ name }) => name)).toEqual([
    ...['iteration', 'learning_rate', 'step_counter', 'dynamic_scale', 'iteration', 'learning_rate'],
  ]);
});

test('training with it is training without, eager and compiled, and its JSON makes it again', async () => {
  const x = tf.randomNormal([32, 3], 0, 1, 'float32', 1);
  const y = tf.randomNormal([32, 1], 0, 1, 'float32', 2);
  const losses = async (wrapped: boolean, runEagerly: boolean): Promise<number[]> => {
    const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(1, { kernelInitializer: 'ones' })]);
    const inner = optimizers.Adam(0.1);
    const optimizer = wrapped ? optimizers.LossScaleOptimizer(inner, { dynamicGrowthSteps: 3 }) : inner;
    model.compile({ optimizer, loss: 'mse', runEagerly });
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 });
    return history.loss;
  };
  const expected = await losses(false, false);
  for (const found of [await losses(true, false), await losses(true, true)]) {
    found.forEach((loss, i) => {
      expect(Math.abs(loss / (expected[i] as number) - 1)).toBeLessThan(2e-5);
    });
  }
  const json = optimizers.serialize(optimizers.LossScaleOptimizer(optimizers.Adam(0.5), { initialScale: 4 }));
  expect(optimizers.deserialize(json).getConfig()).toEqual(json.config);
});

test('what cannot be', () => {
  expect(() => optimizers.LossScaleOptimizer('adam' as never)).toThrow('innerOptimizer must be an optimizer');
  expect(() => optimizers.LossScaleOptimizer(optimizers.SGD({ lossScaleFactor: 2 }))).toThrow(
    'must have no lossScaleFactor',
  );
});
