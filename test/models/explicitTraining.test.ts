/** `training` at the call of a layer inside a functional model wins over what `fit`, `evaluate` and `predict` say. */
import * as tf from '@tensorflow/tfjs-core';
import { Input, layers, Model, optimizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';

const quiet = { verbose: 0 } as const;
const x = tf.tensor2d([[1], [3], [5], [7]]); // mean 4
const y = tf.tensor2d([[0], [0], [0], [0]]);

beforeAll(() => ready());

describe.each([true, false])('runEagerly: %s', (runEagerly) => {
  const compile = (model: Model): void => model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse', runEagerly });

  test('false: statistics stay in fit, also in a model inside; the weights train', async () => {
    const base = Sequential([Input({ shape: [1] }), layers.BatchNormalization({ momentum: 0.5, epsilon: 0 })]);
    const input = Input({ shape: [1] });
    const model = Model({ inputs: input, outputs: base(input, { training: false }) });
    compile(model);
    // With the statistics of the beginning the output is gamma x + beta: the loss is the mean of x squared, 21.
    const { history } = await model.fit(x, y, { ...quiet, batchSize: 4, epochs: 20 });
    expect(history['loss']?.[0]).toBeCloseTo(21, 4);
    const [gamma, beta, mean, variance] = base.weights.map(({ value }) => value.dataSync()[0]);
    expect([mean, variance]).toEqual([0, 1]);
    expect([gamma, beta]).not.toEqual([1, 0]);
    model.dispose();
  });

  test('no word: they move', async () => {
    const input = Input({ shape: [1] });
    const norm = layers.BatchNormalization({ momentum: 0.5, epsilon: 0 });
    const model = Model({ inputs: input, outputs: norm(input) });
    compile(model);
    await model.fit(x, y, { ...quiet, batchSize: 4, epochs: 1 });
    expect(norm.weights[2]?.value.dataSync()[0]).toBeCloseTo(2, 5); // half of 0 and half of 4
    model.dispose();
  });

  test('true: dropout drops in predict and evaluate', async () => {
    const input = Input({ shape: [1] });
    const model = Model({ inputs: input, outputs: layers.Dropout(0.5, { seed: 1 })(input, { training: true }) });
    compile(model);
    const many = tf.ones([400, 1]);
    const dropped = (await model.predict(many, { ...quiet, batchSize: 20 })) as tf.Tensor;
    expect(new Set(dropped.dataSync())).toEqual(new Set([0, 2]));
    const loss = (await model.evaluate(many, many, { ...quiet, batchSize: 20 })) as number;
    expect(loss).toBe(1);
    model.dispose();
  });
});
