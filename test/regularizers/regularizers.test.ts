import * as tf from '@tensorflow/tfjs';
import type { SerializedObject } from '../../src/base/registry';
import * as regularizers from '../../src/regularizers';
import fixture from '../fixtures/regularizers.json';
import { expectClose, onEachBackend } from '../ops/backends';

const cases = fixture.cases.map(({ json, ...rest }) => ({ ...rest, json, config: JSON.stringify(json.config) }));

onEachBackend(() => {
  test.each(cases)('$json.class_name $config equals Keras', ({ json, penalty, gradient }) => {
    const regularizer = regularizers.deserialize(json as SerializedObject);
    expect(regularizers.serialize(regularizer)).toEqual(json);
    const x = tf.tensor(fixture.x, fixture.shape);
    const before = tf.memory().numTensors;
    const value = regularizer(x);
    expect(tf.memory().numTensors).toBe(before + 1);
    expectClose(value, tf.scalar(penalty), 1e-6);
    if (gradient.every((entry) => entry === 0)) return;
    expectClose(tf.grad((input) => regularizer(input))(x), tf.tensor(gradient, fixture.shape), 1e-6);
  });
});

test.each(fixture.defaults)("get('$name') has the defaults of Keras", ({ name, json }) => {
  expect(regularizers.serialize(regularizers.get(name as never) as regularizers.Regularizer)).toEqual(json);
});

test('with and without new, positional and named arguments', () => {
  expect(regularizers.L2(0.5).getConfig()).toEqual(new regularizers.L2({ l2: 0.5 }).getConfig());
  expect(regularizers.L1L2(0.5, 0.25).getConfig()).toEqual({ l1: 0.5, l2: 0.25 });
  expect(regularizers.OrthogonalRegularizer(0.5, { mode: 'columns' }).getConfig()).toEqual({
    factor: 0.5,
    mode: 'columns',
  });
  expect(regularizers.get('l1_l2')).toBeInstanceOf(regularizers.L1L2);
});

test('objects, functions, classes, JSON and nothing', () => {
  const l2 = regularizers.L2();
  expect(regularizers.get(l2)).toBe(l2);
  const own = (x: tf.Tensor): tf.Tensor => x.sum();
  expect(regularizers.get(own)).toBe(own);
  expect(regularizers.get(regularizers.L1)).toBeInstanceOf(regularizers.L1);
  expect(regularizers.get(regularizers.serialize(l2))?.getConfig()).toEqual({ l2: 0.01 });
  expect([regularizers.get(null), regularizers.get(undefined)]).toEqual([null, null]);
});

const bad: [string, () => unknown, string][] = [
  [
    'name',
    () => regularizers.get('l3' as never),
    "regularizers.get: unknown regularizer. Received: 'l3'. Did you mean 'l1'?",
  ],
  ['number', () => regularizers.get(3 as never), 'regularizers.get: expected a name, a regularizer, a function'],
  ['negative', () => regularizers.L2(-1), 'L2: l2 must be a non-negative number. Received: l2=-1.'],
  ['NaN', () => regularizers.L1(Number.NaN), 'L1: l1 must be a non-negative number. Received: l1=NaN.'],
  [
    'string',
    () => regularizers.L1L2({ l1: '1' as never }),
    "L1L2: l1 must be a non-negative number. Received: l1='1'.",
  ],
  ['key', () => regularizers.L2({ l: 1 } as never), "L2: unknown argument 'l'."],
  [
    'mode',
    () => regularizers.OrthogonalRegularizer({ mode: 'row' as never }),
    "OrthogonalRegularizer: mode must be 'rows' or 'columns'. Received: mode='row'.",
  ],
  [
    'rank',
    () => regularizers.OrthogonalRegularizer()(tf.ones([2])),
    'OrthogonalRegularizer: expected a matrix. Received: shape=(2,).',
  ],
];
test.each(bad)('refused: %s', (_, make, message) => {
  expect(make).toThrow(message);
});
