/** The two halves of a train step, each a graph of its own, between which gradients could go to other machines. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, optimizers, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession, generalize, record } from '../../src/backend/graph';
import { resetNames } from '../../src/base/names';
import type { Model } from '../../src/models';
import { filled } from '../ops/backends';

beforeAll(() => ready());

function network(): Model {
  utils.setRandomSeed(3);
  resetNames();
  const model = Sequential([
    Input({ shape: [6, 6, 1] }),
    layers.Conv2D(2, { kernelSize: 3, activation: 'relu' }),
    layers.BatchNormalization(),
    layers.Flatten(),
    layers.Dense(3, { kernelRegularizer: 'l2' }),
  ]);
  model.compile({ optimizer: optimizers.Adam(0.05), loss: 'mse' });
  return model;
}

const batchAt = (step: number): [tf.Tensor, tf.Tensor] => [filled([5, 6, 6, 1], step), filled([5, 3], step + 9)];

const weightsOf = (model: Model): number[][] => model.getWeights().map((weight) => Array.from(weight.dataSync()));

test('gradients and their application, recorded apart, train as one step', () => {
  const whole = network();
  for (let step = 0; step < 4; step++) whole.trainOnBatch(...batchAt(step));

  const model = network();
  model.compilation.optimizer.build(model.trainableWeights);
  const session = new GraphSession();
  const gradientsAt = (size: number): ReturnType<typeof record> => {
    const [x, y] = [filled([size, 6, 6, 1]), filled([size, 3])];
    return record([x, y], () => {
      const { loss, gradients } = model.computeGradients({ x, y, sampleWeight: undefined });
      return [loss, ...(gradients as tf.Tensor[])];
    });
  };
  const compute = session.add(generalize(gradientsAt(7), gradientsAt(4), [7, 4]));
  const zeros = model.trainableWeights.map(({ shape }) => tf.zeros([...shape]));
  const apply = session.add(
    record(zeros, () => {
      model.compilation.optimizer.apply(zeros, model.trainableWeights);
      return [];
    }),
  );
  const before = weightsOf(model);
  for (let step = 0; step < 4; step++) {
    const [loss, ...gradients] = session.run(compute, batchAt(step));
    expect(loss?.dataSync()[0]).toBeGreaterThan(0);
    const isFirst = step === 0;
    const kernel = model.trainableWeights[0]?.value.dataSync()[0];
    if (isFirst) expect(kernel).toBe(before[0]?.[0]); // the first half changes no weight that trains
    // What machines would exchange: the mean of two equal halves.
    const means = gradients.map((gradient) => gradient.mul(0.5).add(gradient.mul(0.5)));
    session.run(apply, means);
  }
  const expected = weightsOf(whole);
  weightsOf(model).forEach((values, i) => {
    values.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i]?.[j] as number, 5);
    });
  });
  expect(before).not.toEqual(weightsOf(model));
  session.dispose();
});
