/** Functional and nested models against real Keras: see `scripts/fixtures/models.py`. */
import * as tf from '@tensorflow/tfjs';
import { Input, Layer, layers, Model, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import { resetNames } from '../../src/base/names';
import type { Model as ModelType } from '../../src/models';
import fixture from '../fixtures/models.json';

interface Numbers {
  shape: number[];
  values: number[];
}
type Data = Numbers | Numbers[] | Record<string, Numbers>;

const tensor = ({ values, shape }: Numbers): tf.Tensor => tf.tensor(values, shape);
const isOne = (given: Data): given is Numbers => !Array.isArray(given) && 'values' in given;

function data(given: Data): unknown {
  if (isOne(given)) return tensor(given);
  if (Array.isArray(given)) return given.map(tensor);
  return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, tensor(item)]));
}

function expectLike(actual: unknown, expected: Data): void {
  if (isOne(expected)) {
    const found = actual as tf.Tensor;
    expect(found.shape).toEqual(expected.shape);
    found.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected.values[i] as number, 4);
    });
  } else if (Array.isArray(expected)) {
    expect((actual as unknown[]).length).toBe(expected.length);
    expected.forEach((item, i) => {
      expectLike((actual as unknown[])[i], item);
    });
  } else {
    expect(Object.keys(actual as object).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, item] of Object.entries(expected)) expectLike((actual as Record<string, unknown>)[key], item);
  }
}

beforeAll(() => ready());
beforeEach(() => resetNames());

describe.each(Object.entries(fixture))('%s', (_, expected) => {
  const make = (): ModelType =>
    (expected.class_name === 'Sequential' ? Sequential : Model).fromConfig(expected.config as never) as ModelType;

  test('from Keras’s config: the same layers, weights, paths and config', () => {
    const model = make();
    expect(model.layers.map(({ name }) => name)).toEqual(expected.layers);
    expect(model.weights.map(({ shape }) => shape)).toEqual(expected.weights.map(({ shape }) => shape));
    expect(model.countParams()).toBe(expected.params);
    expect(JSON.parse(JSON.stringify(model.getConfig()))).toEqual(expected.config);
    model.dispose();
  });

  test('the same outputs, called and predicted, in the same structure', async () => {
    const model = make();
    model.setWeights(expected.weights.map(tensor));
    const x = data(expected.x as unknown as Data) as tf.Tensor;
    expectLike(model(x), expected.y as unknown as Data);
    expectLike(await model.predict(x, { verbose: 0 }), expected.y as unknown as Data);
    expectLike(model.predictOnBatch(x), expected.y as unknown as Data);
    model.dispose();
  });
});

test('weights have Keras’s paths', () => {
  const model = Sequential([
    layers.Input({ shape: [5, 5, 1] }),
    layers.Conv2D(2, 3, { activation: 'relu' }),
    layers.Flatten(),
    layers.Dropout(0.3),
    layers.Dense(3),
  ]);
  expect(model.weights.map(({ path }) => path)).toEqual(fixture.sequential.paths);
});

test('inputs by name, in any order, and errors for what is missing', async () => {
  const model = Model.fromConfig(fixture.by_name.config as never);
  model.setWeights(fixture.by_name.weights.map(tensor));
  const { a, b } = fixture.by_name.x;
  expectLike(await model.predict({ b: tensor(b), a: tensor(a) }, { verbose: 0 }), fixture.by_name.y);
  await expect(model.predict({ a: tensor(a) }, { verbose: 0 })).rejects.toThrow("no data for input 'b'");
});

test('a model of two inputs takes a list of nested arrays', async () => {
  const x = Input({ shape: [2] });
  const z = Input({ shape: [2] });
  const model = Model({ inputs: [x, z], outputs: layers.Add()([x, z]) });
  const sum = (await model.predict([[[1, 2]], [[10, 20]]] as never, { verbose: 0 })) as tf.Tensor;
  expect(sum.arraySync()).toEqual([[11, 22]]);
});

test('part of a model is a model that shares its weights', () => {
  const model = Sequential([
    layers.Input({ shape: [3] }),
    layers.Dense(2, { name: 'a' }),
    layers.Dense(1, { name: 'b' }),
  ]);
  const part = Model({ inputs: model.inputs, outputs: model.getLayer('a').output as never });
  const x = tf.ones([2, 3]);
  const expected = (model.getLayer('a') as Layer)(x) as tf.Tensor;
  expect((part(x) as unknown as tf.Tensor).arraySync()).toEqual(expected.arraySync());
  const tail = Model({ inputs: model.getLayer('b').input as never, outputs: model.output as never });
  expect((tail(expected) as unknown as tf.Tensor).arraySync()).toEqual((model(x) as tf.Tensor).arraySync());
});

describe('Sequential', () => {
  test('grows and shrinks; shapes and weights follow', () => {
    const model = Sequential();
    model.add(layers.Dense(4, { inputShape: [3] }));
    expect(model.built).toBe(true);
    model.add(layers.Dense(2));
    expect(model.outputShape).toEqual([null, 2]);
    expect(model.countParams()).toBe(16 + 10);
    expect(model.pop().name).toBe('dense_1');
    expect(model.outputShape).toEqual([null, 4]);
    expect(() => Sequential().pop()).toThrow('pop() on a model without layers');
  });

  test('is built on its first data, for any batch size', () => {
    const model = Sequential([layers.Dense(2), layers.Dense(1)]);
    expect(model.built).toBe(false);
    expect((model(tf.ones([5, 3])) as tf.Tensor).shape).toEqual([5, 1]);
    expect(model.inputShape).toEqual([null, 3]);
    expect((model(tf.ones([2, 3])) as tf.Tensor).shape).toEqual([2, 1]);
  });

  test('a layer that does not fit leaves the model as it was', () => {
    const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(2)]);
    const before = { tensors: tf.memory().numTensors, weights: model.weights };
    expect(() => model.add(layers.Conv2D(3, 3))).toThrow('expected ndim=4, found ndim=2');
    expect(model.layers.length).toBe(1);
    expect(model.weights).toEqual(before.weights);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect((model(tf.ones([2, 3])) as tf.Tensor).shape).toEqual([2, 2]);
  });
});

describe('bad graphs', () => {
  test.each<[string, () => unknown, string]>([
    [
      'no source',
      () => Model({ inputs: Input({ shape: [3] }), outputs: layers.Dense(2)(Input({ shape: [3] })) }),
      'the graph is disconnected',
    ],
    [
      'not symbolic',
      () => Model({ inputs: tf.ones([3]) as never, outputs: tf.ones([3]) as never }),
      "'inputs' must be symbolic tensors",
    ],
    [
      'one name twice',
      () => Sequential([layers.Dense(1, { name: 'a' }), layers.Dense(1, { name: 'a' })]),
      "a layer named 'a' is in the model already",
    ],
    ['no layer', () => Sequential([3 as never]), 'only layers can be added'],
    ['no such layer', () => Sequential([layers.Dense(1, { name: 'dense' })]).getLayer('dens'), "Did you mean 'dense'?"],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test('a custom layer with sublayers: weights in order, shape found by calling it', () => {
  class Twice extends Layer {
    static override readonly className: string = 'Twice';
    readonly inner = layers.Dense(3);
    override call(x: tf.Tensor): tf.Tensor {
      return this.inner(this.inner(x));
    }
  }
  const model = Sequential([layers.Input({ shape: [3] }), new Twice()]);
  expect(model.outputShape).toEqual([null, 3]);
  expect(model.weights.map(({ path }) => path)).toEqual([
    'sequential/twice/dense/kernel',
    'sequential/twice/dense/bias',
  ]);
});
