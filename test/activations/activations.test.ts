import * as tf from '@tensorflow/tfjs';
import * as activations from '../../src/activations';
import { logitsOf } from '../../src/backend/companions';
import { toCamelCase } from '../../src/base/options';
import fixture from '../fixtures/activations.json';
import { expectClose, onEachBackend } from '../ops/backends';

type Called = (x: tf.Tensor, options?: object) => tf.Tensor;
const cases = fixture.cases.map((item) => ({ ...item, given: JSON.stringify(item.options) }));

function camel(options: object): object {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
}

onEachBackend((backend) => {
  const x = (): tf.Tensor => tf.tensor(fixture.x, fixture.shape);
  /** The JavaScript backends compute `erf` and `softplus` with their own approximations. */
  const tolerance = backend === 'tensorflow' ? 1e-6 : 2e-6;

  test.each(cases)('$name $given equals Keras, value and gradient', ({ name, options, shape, values, gradient }) => {
    const fn = activations.get(name as never) as Called;
    const given = Object.keys(options).length === 0 ? undefined : camel(options);
    expectClose(fn(x(), given), tf.tensor(values, shape), tolerance);
    const weights = tf.tensor(fixture.weights, fixture.shape).slice([0, 0, 0], shape);
    const dx = tf.grad((input) => fn(input, given).mul(weights))(x());
    expectClose(dx, tf.tensor(gradient, fixture.shape), tolerance);
  });

  test.each(Object.keys(fixture.names).filter((name) => name !== 'threshold'))('%s leaves no tensor over', (name) => {
    const input = x();
    const fn = activations.get(name as never);
    const before = tf.memory().numTensors;
    const y = fn(input);
    expect(tf.memory().numTensors).toBe(name === 'linear' ? before : before + 1);
    if (y === input) return;
    y.dispose();
    tf.grad((t) => fn(t))(input).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('names', () => {
  test('all of Keras are here, and each function has its own', () => {
    for (const [name, serialized] of Object.entries(fixture.names)) {
      const fn = activations.get(name as never);
      expect([name, activations.serialize(fn), fn.name]).toEqual([name, serialized, serialized]);
      expect(activations.deserialize(serialized)).toBe(fn);
      expect((activations as unknown as Record<string, unknown>)[toCamelCase(name)]).toBe(fn);
    }
  });

  test('nothing stands for linear, functions for themselves', () => {
    const own = (t: tf.Tensor): tf.Tensor => t;
    expect([activations.get(null), activations.get(undefined)]).toEqual([activations.linear, activations.linear]);
    expect(activations.get(own)).toBe(own);
  });

  test('functions of your own go by their names', () => {
    function twice(t: tf.Tensor): tf.Tensor {
      return t.mul(2);
    }
    const json = activations.serialize(twice);
    expect(json).toEqual({ module: 'builtins', class_name: 'function', config: 'twice', registered_name: 'function' });
    expect(activations.deserialize(json, { twice })).toBe(twice);
    expect(() => activations.deserialize(json)).toThrow(
      "activations.deserialize: unknown activation. Received: 'twice'.",
    );
    expect(() =>
      activations.serialize(
        (
          () => (t: tf.Tensor) =>
            t
        )(),
      ),
    ).toThrow('activations.serialize: expected a function with a name.');
  });

  test('Keras writes a built-in function in an envelope too', () => {
    const json = { module: 'builtins', class_name: 'function', config: 'relu', registered_name: 'function' } as const;
    expect(activations.get(json)).toBe(activations.relu);
  });
});

describe('logits', () => {
  test('softmax over the last axis and sigmoid remember what they were applied to', () => {
    const x = tf.tensor2d([[1, 2, 3]]);
    expect(logitsOf(activations.softmax(x), 'softmax')).toBe(x);
    expect(logitsOf(activations.sigmoid(x), 'sigmoid')).toBe(x);
    expect(logitsOf(activations.softmax(x, { axis: 0 }), 'softmax')).toBeUndefined();
  });
});

test('arrays and integers become float32', () => {
  expect(Array.from(activations.relu([-1, 2]).dataSync())).toEqual([0, 2]);
  const y = activations.relu(tf.tensor1d([-1, 2], 'int32'));
  expect([y.dtype, ...y.dataSync()]).toEqual(['float32', 0, 2]);
});

test('second derivatives: right for straight lines, refused for curves', () => {
  const x = tf.tensor1d([-1, 2]);
  const second = (fn: activations.ActivationFunction): tf.Tensor =>
    tf.grad((t) => tf.grad((u) => fn(u).square())(t))(x);
  expectClose(second(activations.relu), [0, 2]);
  expectClose(second(activations.relu6), [0, 2]);
  expectClose(second(activations.leakyRelu), [0.08, 2]);
  expect(() => second(activations.tanh)).toThrow('Tanh: gradients of gradients are not available.');
});

const bad: [string, () => unknown, string][] = [
  [
    'name',
    () => activations.get('relux' as never),
    "activations.get: unknown activation. Received: 'relux'. Did you mean 'relu'?",
  ],
  ['a name of every object', () => activations.get('toString' as never), 'activations.get: unknown activation.'],
  ['number', () => activations.get(3 as never), 'activations.deserialize: expected the name of an activation'],
  ['option', () => activations.relu([1], { maxVal: 2 } as never), "relu: unknown argument 'maxVal'."],
  ['threshold without options', () => activations.threshold([1], undefined as never), 'threshold'],
  [
    'missing option',
    () => activations.threshold([1], { threshold: 1 } as never),
    "missing required argument 'defaultValue'",
  ],
  [
    'input',
    () => activations.relu('x' as never),
    "relu: x must be a tensor or nested arrays of numbers. Received: 'x'.",
  ],
  ['axis', () => activations.softmax([1], { axis: 1 }), 'softmax: axis must be one of the axes of x. Received: axis=1'],
  ['odd glu', () => activations.glu([1, 2, 3]), 'glu: the size of the axis must be even. Received: axis=-1'],
];
test.each(bad)('refused: %s', (_, make, message) => {
  expect(make).toThrow(message);
});
