import * as tf from '@tensorflow/tfjs';
import type { SerializedObject } from '../../src/base/registry';
import * as constraints from '../../src/constraints';
import fixture from '../fixtures/constraints.json';
import { expectClose, onEachBackend } from '../ops/backends';

const cases = fixture.cases.map(({ json, ...rest }) => ({ ...rest, json, config: JSON.stringify(json.config) }));

onEachBackend(() => {
  test.each(cases)('$json.class_name $config equals Keras', ({ json, values }) => {
    const constraint = constraints.deserialize(json as SerializedObject);
    expect(constraints.serialize(constraint)).toEqual(json);
    const w = tf.tensor(fixture.w, fixture.shape);
    const before = tf.memory().numTensors;
    const kept = constraint(w);
    expect(tf.memory().numTensors).toBe(before + 1);
    expectClose(kept, tf.tensor(values, fixture.shape), 1e-6);
  });
});

test.each(fixture.defaults)("get('$name') has the defaults of Keras", ({ name, json }) => {
  const made = constraints.serialize(constraints.get(name as never) as constraints.Constraint);
  expect(made).toEqual(json);
  expect(Object.keys(made.config)).toEqual(Object.keys(json.config));
});

test('with and without new, positional and named arguments', () => {
  expect(constraints.MaxNorm(3).getConfig()).toEqual(new constraints.MaxNorm({ maxValue: 3 }).getConfig());
  expect(constraints.MinMaxNorm(1, 2, { rate: 0.5 }).getConfig()).toEqual({
    min_value: 1,
    max_value: 2,
    rate: 0.5,
    axis: 0,
  });
  expect(constraints.UnitNorm([0, 1]).getConfig()).toEqual({ axis: [0, 1] });
});

test('objects, functions, classes, JSON and nothing', () => {
  const nonNeg = constraints.NonNeg();
  expect(constraints.get(nonNeg)).toBe(nonNeg);
  const own = (w: tf.Tensor): tf.Tensor => w.neg();
  expect(constraints.get(own)).toBe(own);
  expect(constraints.get(constraints.UnitNorm)).toBeInstanceOf(constraints.UnitNorm);
  expect(constraints.get(constraints.serialize(nonNeg))).toBeInstanceOf(constraints.NonNeg);
  expect([constraints.get(null), constraints.get(undefined)]).toEqual([null, null]);
});

test('a class of your own', () => {
  class Centred extends constraints.Constraint {
    static override readonly className = 'Centred';
    override call(w: tf.Tensor): tf.Tensor {
      return w.sub(w.mean());
    }
  }
  expect(Array.from(new Centred()(tf.tensor1d([1, 3])).dataSync())).toEqual([-1, 1]);
  expect(constraints.deserialize(constraints.serialize(new Centred()), { Centred })).toBeInstanceOf(Centred);
});

const bad: [string, () => unknown, string][] = [
  [
    'name',
    () => constraints.get('maxnom' as never),
    "constraints.get: unknown constraint. Received: 'maxnom'. Did you mean",
  ],
  ['number', () => constraints.get(3 as never), 'constraints.get: expected a name, a constraint, a function'],
  ['key', () => constraints.MaxNorm({ max: 1 } as never), "MaxNorm: unknown argument 'max'."],
  ['key of NonNeg', () => constraints.NonNeg({ max: 1 } as never), "NonNeg: unknown argument 'max'."],
];
test.each(bad)('refused: %s', (_, make, message) => {
  expect(make).toThrow(message);
});
