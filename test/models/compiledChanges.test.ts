/** What changes between steps takes effect in the next one: scenes played eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers, regularizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model as ModelType } from '../../src/models';
import { filled } from '../ops/backends';
import { expectSameScene, type Scene } from './compiledSupport';

type Logs = Record<string, number>;
type Hook = (index: number, logs: Logs) => unknown;

const COUNT = 20;
const x = (): tf.Tensor => filled([COUNT, 4]);
const y = (): tf.Tensor => filled([COUNT, 2], 3);

function network(options: object = {}): ModelType {
  return Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(6, { activation: 'tanh', name: 'first', ...options }),
    layers.Dropout(0.25, { name: 'dropout' }),
    layers.GaussianNoise(0, { name: 'noise' }),
    layers.BatchNormalization({ name: 'norm' }),
    layers.Dense(2, { name: 'last' }),
  ]);
}

/** Field of a layer, whatever its class. */
const set = (object: object, key: string, value: unknown): void => void Reflect.set(object, key, value);

/** Trains 2 epochs of 5 steps (many more are announced); notes logs and weights after each step. */
async function fit(
  model: ModelType,
  scene: Scene,
  hooks: { batch?: Hook; epoch?: Hook } = {},
  options = {},
): Promise<void> {
  const noteAll = (what: string, logs: Logs): void => {
    scene.note(what, Object.values(logs));
    for (const { path, value } of model.weights) scene.note(path, value);
  };
  const callbacks = [
    {
      onTrainBatchEnd: async (batch: number, logs: Logs) => {
        noteAll(`batch ${batch}`, logs);
        await hooks.batch?.(batch, logs);
      },
      onEpochEnd: async (epoch: number, logs: Logs) => {
        scene.note(`epoch ${epoch}`, Object.values(logs));
        await hooks.epoch?.(epoch, logs);
        if (epoch === 1) model.stopTraining = true;
      },
    },
  ];
  await model.fit(x(), y(), { batchSize: 4, epochs: 100, verbose: 0, callbacks, ...options } as never);
}

const sgd = () => ({ optimizer: optimizers.SGD(0.1, { momentum: 0.5 }), loss: 'mse', metrics: ['mae'] }) as const;

beforeAll(() => ready());

/** Changes made by a callback, after batch 1 of each epoch, at the end of the first epoch, or both. */
const CHANGES: Record<string, (model: ModelType, scene: Scene) => { batch?: Hook; epoch?: Hook }> = {
  'the learning rate': (model) => ({
    batch: (batch) => set(model.optimizer as object, 'learningRate', 0.1 / (1 + batch)),
    epoch: () => set(model.optimizer as object, 'learningRate', 0.01),
  }),
  'a schedule in place of the learning rate': (model) => ({
    epoch: () => {
      const call = (step: tf.Tensor): tf.Tensor => tf.scalar(0.2).div(step.toFloat());
      set(model.optimizer as object, 'learningRate', { call, getConfig: () => ({}) });
    },
  }),
  'a layer frozen and thawed': (model) => ({
    batch: (batch) => set(model.getLayer('first'), 'trainable', batch % 4 !== 1),
    epoch: () => set(model.getLayer('norm'), 'trainable', false),
  }),
  'a weight frozen': (model) => ({
    batch: (batch) => set(model.weights[0] as object, 'trainable', batch > 2),
  }),
  'the rate of dropout': (model) => ({
    batch: (batch) => set(model.getLayer('dropout'), 'rate', batch === 1 ? 0 : 0.5),
  }),
  'the noise of a layer that had none': (model) => ({ batch: () => set(model.getLayer('noise'), 'stddev', 0.3) }),
  'the momentum of a normalization': (model) => ({ batch: () => set(model.getLayer('norm'), 'momentum', 0.5) }),
  'an activation': (model) => ({ epoch: () => set(model.getLayer('first'), 'activation', tf.relu) }),
  'the factor of a regularizer': (model) => ({
    epoch: () => set(Reflect.get(model.getLayer('first'), 'kernelRegularizer') as object, 'l2', 0.5),
  }),
  'weights, by setWeights': (model) => ({
    batch: (batch) => {
      if (batch === 2) model.setWeights(model.weights.map(({ shape }, i) => filled(shape, i).mul(0.5)));
    },
  }),
  'a weight, by Variable.assign': (model) => ({ batch: () => model.weights[0]?.assign(tf.zeros([4, 6])) }),
  'a weight, through its tf.Variable': (model) => ({ batch: () => model.weights[0]?.value.assign(tf.ones([4, 6])) }),
  'weights, by an optimizer of TensorFlow.js': (model) => {
    const other = tf.train.adam(0.05);
    const weights = model.trainableWeights.map(({ value }) => value);
    return {
      batch: () => {
        other.minimize(() => (model(x(), { training: true }) as tf.Tensor).square().mean().asScalar(), false, weights);
      },
    };
  },
  'state of the optimizer': (model) => ({
    batch: () => tf.tidy(() => model.optimizer?.variables[2]?.assign(tf.ones([4, 6]))),
  }),
  'the way steps run': (model, scene) => ({
    batch: (batch) => set(model, 'runEagerly', batch === 2 || scene.runEagerly),
  }),
  'nothing; it is predicted, evaluated and called': (model, scene) => ({
    batch: async (batch) => {
      scene.note('eager call', model(x()) as tf.Tensor);
      scene.note('eager training call', model(x(), { training: true }) as tf.Tensor);
      if (batch !== 1) return;
      scene.note('predict', (await model.predict(x(), { batchSize: 1, verbose: 0 })) as tf.Tensor);
      scene.note('evaluate', await model.evaluate(x(), y(), { batchSize: 1, verbose: 0 }));
      scene.note('predictOnBatch', model.predictOnBatch(x()));
    },
  }),
  'nothing; weights are read': (model, scene) => {
    const held = model.weights.map(({ value }) => value);
    const clones: tf.Tensor[] = [];
    return {
      batch: (batch) => {
        scene.note('held', held);
        scene.note('getWeights', model.getWeights());
        scene.note('eager use', held[0]?.mul(2) as tf.Tensor);
        clones.push((held[0] as tf.Variable).clone());
        if (batch === 4) scene.note('clones', clones); // as they were
      },
    };
  },
};

test.each(Object.keys(CHANGES))('%s', (name) =>
  expectSameScene(4, async (scene) => {
    const model = network({ kernelRegularizer: regularizers.L2(0.1) });
    scene.compile(model, sgd());
    await fit(model, scene, CHANGES[name]?.(model, scene));
    model.dispose();
  }),
);

test('another batch size, other data, and sample weights', () =>
  expectSameScene(20, async (scene) => {
    const model = network();
    scene.compile(model, sgd());
    await fit(model, scene);
    await fit(model, scene, {}, { batchSize: 7 });
    await fit(model, scene, {}, { sampleWeight: tf.linspace(0, 2, COUNT) });
    await fit(model, scene, {}, { validationSplit: 0.5, batchSize: 3 });
    model.dispose();
  }));

test('compile again, with another optimizer, loss and metrics', () =>
  expectSameScene(20, async (scene) => {
    const model = network();
    scene.compile(model, sgd());
    await fit(model, scene);
    scene.compile(model, { optimizer: 'adam', loss: 'mae', metrics: ['mse'] });
    await fit(model, scene);
    scene.compile(model, { optimizer: optimizers.RMSprop(0.1), loss: ['huber'] });
    await fit(model, scene);
    scene.note('evaluate', await model.evaluate(x(), y(), { batchSize: 1, verbose: 0 }));
    model.dispose();
  }));

test('loops of trainOnBatch, testOnBatch and predictOnBatch', () =>
  expectSameScene(40, async (scene) => {
    const model = network();
    scene.compile(model, sgd());
    for (let i = 0; i < 30; i++) {
      const size = 1 + (i % 4);
      const batch = [x().slice([i % 7], [size]), y().slice([i % 7], [size])] as const;
      scene.note('train', model.trainOnBatch(...batch, i > 20 ? { classWeight: undefined } : {}));
      scene.note('test', model.testOnBatch(...batch));
      scene.note('predict', model.predictOnBatch(batch[0]));
    }
    model.dispose();
  }));

test('two models that share layers, trained in turn', () =>
  expectSameScene(60, async (scene) => {
    const make = layers.Dense(4, { activation: 'tanh', name: 'make' });
    const judge = Sequential([
      layers.Input({ shape: [4] }),
      layers.Dense(5, { activation: 'relu' }),
      layers.BatchNormalization(),
      layers.Dense(1, { activation: 'sigmoid' }),
    ]);
    scene.compile(judge, { optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    const noise = Input({ shape: [3] });
    const fooling = Model({ inputs: noise, outputs: judge(make(noise)) });
    scene.compile(fooling, { optimizer: optimizers.Adam(0.01), loss: 'binary_crossentropy' });
    const generator = Model({ inputs: noise, outputs: make(noise) });
    scene.compile(generator, {});
    for (let i = 0; i < 40; i++) {
      const given = filled([6, 3], i);
      const made = generator.predictOnBatch(given) as tf.Tensor;
      judge.trainable = true;
      scene.note(
        'judge',
        judge.trainOnBatch(tf.concat([x().slice(0, 6), made]), tf.concat([tf.ones([6, 1]), tf.zeros([6, 1])])),
      );
      judge.trainable = false;
      scene.note('fooling', fooling.trainOnBatch(given, tf.ones([6, 1])));
    }
    scene.note('made', (await generator.predict(filled([20, 3]), { batchSize: 1, verbose: 0 })) as tf.Tensor);
    scene.note('weights', fooling.getWeights());
    fooling.dispose();
  }));

test('a model inside another one, predicting and training between', () =>
  expectSameScene(30, async (scene) => {
    const inner = network();
    const input = Input({ shape: [4] });
    const outer = Model({ inputs: input, outputs: layers.Dense(2)(inner(input)) });
    scene.compile(inner, sgd());
    scene.compile(outer, { optimizer: 'adam', loss: 'mse' });
    for (let i = 0; i < 2; i++) {
      await fit(outer, scene);
      scene.note('inner', (await inner.predict(x(), { batchSize: 1, verbose: 0 })) as tf.Tensor);
      await fit(inner, scene);
      scene.note('outer', await outer.evaluate(x(), y(), { batchSize: 1, verbose: 0 }));
    }
    outer.dispose();
  }));

test('the same tensor as input and target, in a tidy of the caller', () =>
  expectSameScene(15, async (scene) => {
    const model = Sequential([
      layers.Input({ shape: [4] }),
      layers.Dense(4, { activation: 'tanh' }),
      layers.Dropout(0.1),
    ]);
    scene.compile(model, { optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      for (let i = 0; i < 30; i++) {
        const given = filled([5, 4], i);
        scene.note('loss', model.trainOnBatch(given, given));
        scene.note('output', model.predictOnBatch(given));
      }
    });
    // What is made on first use: the state of optimizer, metrics and dropout.
    expect(tf.memory().numTensors - before).toBeLessThan(12);
    scene.note('weights', model.getWeights());
    model.dispose();
  }));

test('a layer added to the model', () =>
  expectSameScene(12, async (scene) => {
    const model = network() as ReturnType<typeof Sequential>;
    scene.compile(model, sgd());
    await fit(model, scene);
    model.add(layers.Dense(2));
    scene.compile(model, sgd());
    await fit(model, scene);
    model.dispose();
  }));
