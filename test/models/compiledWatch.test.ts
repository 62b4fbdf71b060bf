/** When a compiled step is made anew, and how many are kept. */
import * as tf from '@tensorflow/tfjs';
import { layers, optimizers, regularizers, Sequential } from '../../src';
import type { NativeBackend } from '../../src/backend/binding';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import { native } from '../../src/backend/native';
import { resetNames } from '../../src/base/names';
import { Watch } from '../../src/models/steps/watch';
import { filled } from '../ops/backends';
import { expectSameScene } from './compiledSupport';

/** A schedule of the learning rate, as a class of a user. */
class Falling {
  factor = 0.5;
  call(step: tf.Tensor): tf.Tensor {
    return tf.scalar(this.factor).div(step.toFloat().add(1));
  }
  getConfig(): Record<string, unknown> {
    return {};
  }
}

function network(learningRate: number | Falling = 0.1) {
  resetNames();
  const model = Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(3, { name: 'dense', kernelRegularizer: regularizers.L2(0.1), biasConstraint: 'non_neg' }),
    layers.Dropout(0.5, { name: 'dropout' }),
  ]);
  Reflect.set(model, 'options', { depth: [1, { width: 2 }] });
  Reflect.set(
    model,
    'rates',
    new Map<string, unknown>([
      ['first', 1],
      ['deep', { rate: 2 }],
    ]),
  );
  Reflect.set(model, 'names', new Set(['a']));
  Reflect.set(
    model,
    'data',
    Array.from({ length: 101 }, (_, i) => i),
  );
  model.compile({ optimizer: optimizers.SGD(learningRate), loss: 'mse', metrics: ['mae'] });
  return model;
}

type Network = ReturnType<typeof network>;
const dense = (model: Network): object => model.getLayer('dense');

beforeAll(() => ready());

/** What can be changed, as the watch calls it, and how. */
const CHANGES: [string, (model: Network) => void][] = [
  ["'rate' of Dropout 'dropout'", (model) => Reflect.set(model.getLayer('dropout'), 'rate', 0.1)],
  ["'activation' of Dense 'dense'", (model) => Reflect.set(dense(model), 'activation', tf.relu)],
  ["'trainable' of Dense 'dense'", (model) => Reflect.set(dense(model), 'trainable', false)],
  [
    "'trainable' of weight 'sequential/dense/bias'",
    (model) => Reflect.set(model.weights[1] as object, 'trainable', false),
  ],
  ["'l2' of Dense 'dense'", (model) => Reflect.set(Reflect.get(dense(model), 'kernelRegularizer'), 'l2', 0.2)],
  ["'width' of Sequential 'sequential'", (model) => Reflect.set(Reflect.get(model, 'options').depth[1], 'width', 3)],
  ["'length' of Sequential 'sequential'", (model) => Reflect.get(model, 'options').depth.push(3)],
  ["'first' of Sequential 'sequential'", (model) => Reflect.get(model, 'rates').set('first', 2)],
  ["'rate' of Sequential 'sequential'", (model) => Reflect.set(Reflect.get(model, 'rates').get('deep'), 'rate', 3)],
  ["'size' of Sequential 'sequential'", (model) => Reflect.get(model, 'rates').set('second', 2)],
  ["'size' of Sequential 'sequential'", (model) => Reflect.get(model, 'names').add('b')],
  ["'momentum' of 'sgd'", (model) => Reflect.set(model.optimizer as object, 'momentum', 0.9)],
  ["'schedule' of SGD", (model) => Reflect.set(model.optimizer as object, 'learningRate', new Falling())],
];

test.each(CHANGES)('%s is noticed', (what, change) => {
  const model = network();
  const watch = new Watch(model);
  expect(watch.changed).toBeUndefined();
  change(model);
  expect(watch.changed).toBe(what);
  model.dispose();
});

test('a field of a schedule is noticed', () => {
  const schedule = new Falling();
  const model = network(schedule);
  const watch = new Watch(model);
  schedule.factor = 1;
  expect(watch.changed).toBe("'factor' of SGD");
  model.dispose();
});

test('what does not matter to a step is not', async () => {
  const model = network();
  await model.fit(filled([8, 4]), filled([8, 3]), { verbose: 0 });
  const watch = new Watch(model);
  model.stopTraining = true;
  await model.fit(filled([8, 4]), filled([8, 3]), { verbose: 0 });
  await model.evaluate(filled([8, 4]), filled([8, 3]), { verbose: 0 });
  Reflect.set(model.optimizer as object, 'learningRate', 0.5);
  model.weights[0]?.assign(tf.zeros([4, 3]));
  Reflect.get(model, 'data')[7] = -1; // a long list is data
  expect(watch.changed).toBeUndefined();
  model.dispose();
});

test('restore puts everything back, or numbers only', () => {
  const model = network();
  const watch = new Watch(model);
  const options = Reflect.get(model, 'options');
  const [rates, names] = [Reflect.get(model, 'rates'), Reflect.get(model, 'names')];
  Reflect.set(model.getLayer('dropout'), 'rate', 0.1);
  Reflect.set(dense(model), 'activation', tf.relu);
  options.depth.push(1);
  rates.set('first', 5).set('second', 2);
  watch.restore('numbers');
  expect(watch.changed).toContain("'activation'");
  expect(options).toEqual({ depth: [1, { width: 2 }] });
  expect([...rates]).toEqual([
    ['first', 1],
    ['deep', { rate: 2 }],
  ]);
  expect(Reflect.get(model.getLayer('dropout'), 'rate')).toBe(0.5);
  names.delete('a');
  names.add('b');
  watch.restore();
  expect(watch.changed).toBeUndefined();
  expect([...names]).toEqual(['a']);
  model.dispose();
});

test('a bounded number of compiled steps is kept, in one session; one that fits is used again', async () => {
  const { binding } = native() as NativeBackend;
  const sessions = binding.getNumOfSavedModels();
  const add = jest.spyOn(GraphSession.prototype, 'add');
  const sizes: number[] = [];
  await expectSameScene(90, async (scene) => {
    const model = network();
    scene.compile(model, { optimizer: 'adam', loss: 'mse' });
    const dropout = model.getLayer('dropout');
    const epochs = 16;
    const callbacks = [
      {
        onTrainBatchEnd: (_: number, logs: object) => scene.note('logs', Object.values(logs)),
        onEpochEnd: (epoch: number) => {
          Reflect.set(dropout, 'rate', ((epoch + 1) % 14) / 20);
          expect(binding.getNumOfSavedModels()).toBeLessThanOrEqual(sessions + 1);
          const session = add.mock.contexts.at(-1) as GraphSession | undefined;
          if (session) sizes.push(session.size);
        },
      },
    ];
    await model.fit(filled([24, 4]), filled([24, 3], 2), { batchSize: 4, epochs, verbose: 0, callbacks });
    scene.note('weights', model.getWeights());
    // Two settings in turn need two steps, however often.
    add.mockClear();
    for (let i = 0; i < 10; i++) {
      Reflect.set(dropout, 'rate', i % 2 ? 0.15 : 0.25);
      scene.note('loss', model.trainOnBatch(filled([4, 4]), filled([4, 3], 2)));
    }
    if (!scene.runEagerly) expect(add.mock.calls.length).toBeLessThanOrEqual(2 + 1); // one more where all are dropped
    model.dispose();
  });
  expect(Math.max(...sizes)).toBe(12);
  expect(binding.getNumOfSavedModels()).toBeLessThanOrEqual(sessions); // fewer where others were collected
  add.mockRestore();
});
