/** Variables in recorded functions: read, written, updated in place, in every order; what aliases what; sessions. */
import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../../src/backend/binding';
import { ready } from '../../src/backend/engine';
import { GraphSession, generalize, record } from '../../src/backend/graph';
import { native } from '../../src/backend/native';
import { currentRecorder, Variable } from '../../src/backend/variable';
import { applyAdam, applyGradientDescent, applyMomentum } from '../../src/ops/updates';
import { expectClose, filled } from '../ops/backends';

const variable = (value: number | tf.Tensor, name = 'v'): Variable =>
  new Variable(typeof value === 'number' ? tf.scalar(value) : value, { name });
const numbers = ({ value }: Variable): number[] => Array.from(value.dataSync());
const rate = (): tf.Tensor => tf.scalar(0.5);

/** Records a function of one tensor; returns how to run it. */
function compiled(step: (x: tf.Tensor) => tf.Tensor[], session = new GraphSession()): (x: tf.Tensor) => tf.Tensor[] {
  const recordings = [7, 4].map((batch) => {
    const x = filled([batch, 2]);
    return record([x], () => step(x));
  });
  const [first, second] = recordings as [(typeof recordings)[0], (typeof recordings)[0]];
  const fn = session.add(generalize(first, second, [7, 4]));
  return (x) => session.run(fn, [x]);
}

beforeAll(() => ready());

/** Steps that read and write two variables, and return what they saw. The same code runs eagerly and recorded. */
const STEPS: Record<string, (x: tf.Tensor, v: Variable, w: Variable) => tf.Tensor[]> = {
  'written twice': (x, v) => {
    v.assign(v.value.add(x.mean()));
    v.assign(v.value.mul(2));
    return [v.value.clone()];
  },
  'read before and after a write': (x, v) => {
    const before = v.value.mul(x.sum());
    v.assign(x.mean());
    return [before, v.value.add(1)];
  },
  'held, written, and read again': (_, v) => {
    const held = v.value;
    v.assign(held.mul(3));
    return [held.add(1)]; // the newest value: what is held is live
  },
  'cloned, written, and the clone read': (_, v) => {
    const clone = v.value.clone();
    v.assign(clone.mul(3));
    return [clone.add(1)];
  },
  'written through the tf.Variable': (x, v) => {
    v.value.assign(x.max().asScalar());
    return [v.value.add(0)];
  },
  'given the value of another, and the other changed': (_, v, w) => {
    v.assign(w.value);
    w.assign(w.value.add(1));
    return [v.value.mul(10), w.value.mul(100)];
  },
  exchanged: (_, v, w) => {
    const old = v.value.clone();
    v.assign(w.value);
    w.assign(old);
    return [v.value.mul(1)];
  },
  'updated in place': (x, v) => {
    const before = v.value.add(0);
    applyGradientDescent({ variable: v, gradient: x.mean(), learningRate: rate() });
    return [before, v.value.add(0)];
  },
  'updated in place twice, read before, between and after': (x, v) => {
    const seen = [v.value.mul(2)];
    for (let i = 0; i < 2; i++) {
      applyGradientDescent({ variable: v, gradient: x.mean().add(i + 1), learningRate: rate() });
      seen.push(v.value.mul(2));
    }
    return seen;
  },
  'written, updated in place, constrained and averaged': (x, v, w) => {
    v.assign(v.value.mul(0.9));
    applyGradientDescent({ variable: v, gradient: x.mean(), learningRate: rate() });
    w.assign(w.value.mul(0.5).add(v.value.mul(0.5)));
    v.assign(tf.relu(v.value));
    applyGradientDescent({ variable: v, gradient: v.value, learningRate: rate() });
    v.assign(v.value.add(w.value));
    return [v.value.clone(), w.value.clone()];
  },
  'updated with a slot that is read and written': (x, v, w) => {
    applyMomentum({ variable: v, gradient: x.mean(), learningRate: rate(), m: w, momentum: 0.9, nesterov: true });
    const slot = w.value.mul(1);
    w.assign(w.value.mul(0.5));
    applyMomentum({ variable: v, gradient: x.mean(), learningRate: rate(), m: w, momentum: 0.9, nesterov: false });
    return [slot, v.value.clone(), w.value.clone()];
  },
  'neither read nor written': (x) => [x.add(1)],
};

test.each(Object.keys(STEPS))('%s', (name) => {
  const step = STEPS[name] as (typeof STEPS)[string];
  const [eager, inGraph] = [0, 1].map(() => [variable(2, 'v'), variable(-3, 'w')]) as [Variable, Variable][];
  const [v, w] = inGraph as [Variable, Variable];
  const run = compiled((x) => step(x, v, w));
  for (let i = 0; i < 4; i++) {
    const x = filled([5, 2], i);
    const expected = tf.tidy(() => step(x, ...(eager as [Variable, Variable])));
    const actual = run(x);
    actual.forEach((tensor, k) => {
      expectClose(tensor, expected[k] as tf.Tensor, 1e-6);
    });
    expectClose(tf.tensor([...numbers(v), ...numbers(w)]), tf.tensor((eager as Variable[]).flatMap(numbers)), 1e-6);
  }
});

test('an update waits for every read of what it changes, also in a large graph', () => {
  const v = variable(tf.zeros([400, 400]));
  const run = compiled((x) => {
    const seen: tf.Tensor[] = [];
    for (let i = 0; i < 6; i++) {
      // The read is slow to be used, the update does not depend on it.
      seen.push(v.value.matMul(v.value).mean());
      applyGradientDescent({ variable: v, gradient: tf.fill([400, 400], -1), learningRate: x.mean().mul(0).add(1) });
    }
    return seen;
  });
  for (let step = 0; step < 5; step++) {
    v.assign(tf.zeros([400, 400]));
    run(filled([3, 2])).forEach((tensor, i) => {
      expect(tensor.dataSync()[0]).toBeCloseTo(400 * i * i, 2);
    });
  }
});

test('outputs of every dtype, the same output twice, inputs and weights as outputs', () => {
  const weight = variable(tf.tensor1d([1, 2]));
  const run = compiled((x) => {
    const twice = x.square();
    return [twice, twice, x, weight.value, x.greater(0), x.argMax(1), tf.scalar(7, 'int32'), weight.value.add(0)];
  });
  const x = filled([5, 2], 3);
  const outputs = run(x);
  const dtypes = ['float32', 'float32', 'float32', 'float32', 'bool', 'int32', 'int32', 'float32'];
  expect(outputs.map(({ dtype }) => dtype)).toEqual(dtypes);
  const [first, second, same, held] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  first.dispose();
  expectClose(second, x.square());
  x.dispose();
  expectClose(same, filled([5, 2], 3));
  held.dispose();
  expect(numbers(weight)).toEqual([1, 2]);
});

test('variables of whole numbers and of truth values', () => {
  const [count, seen] = [variable(tf.tensor1d([1, 2], 'int32')), variable(tf.tensor1d([false, true], 'bool'))];
  const run = compiled((x) => {
    count.assign(count.value.add(x.max(0).sign().toInt()));
    seen.assign(seen.value.logicalOr(x.max(0).greater(0.5)));
    return [count.value, seen.value];
  });
  const x = tf.tensor2d([
    [0.9, -3],
    [-2, -0.1],
  ]);
  const outputs = [run(x), run(x)].flat();
  expect(outputs.map(({ dtype }) => dtype)).toEqual(['int32', 'bool', 'int32', 'bool']);
  expect([numbers(count), numbers(seen)]).toEqual([
    [3, 0],
    [1, 1],
  ]);
  count.assign(tf.tensor1d([5, 5], 'int32'));
  expect(Array.from(run(x)[0]?.dataSync() as Int32Array)).toEqual([6, 4]);
});

test('what a run returned stays as it was when variables are updated in place', () => {
  const v = variable(tf.tensor1d([1, 2]));
  const session = new GraphSession();
  const read = compiled(() => [v.value], session);
  const update = compiled((x) => {
    applyGradientDescent({ variable: v, gradient: tf.onesLike(v.value), learningRate: x.mean().mul(0).add(1) });
    return [v.value];
  }, session);
  const x = filled([3, 2]);
  const seen = [read(x), update(x), read(x), update(x), [v.value.clone()], update(x)].map(([y]) => y as tf.Tensor);
  const values = seen.map((tensor) => Array.from(tensor.dataSync()));
  expect(values).toEqual([
    [1, 2],
    [0, 1],
    [0, 1],
    [-1, 0],
    [-1, 0],
    [-2, -1],
  ]);
  expect(numbers(v)).toEqual([-2, -1]);
});

test('a tensor that was captured is a constant: it may be freed, and a copy of a weight stays a copy', () => {
  const weight = new Variable(tf.tensor1d([1, 2]), { name: 'w', trainable: false });
  const [captured, copy] = [tf.tensor1d([10, 20]), weight.value.clone()];
  const run = compiled((x) => [x.mul(captured).add(weight.value).sub(copy)]);
  tf.dispose([captured, copy]);
  weight.assign(tf.tensor1d([5, 5]));
  expectClose(run(tf.ones([2, 2]))[0] as tf.Tensor, [
    [14, 23],
    [14, 23],
  ]);
});

test('two sessions with one variable hand it to each other', () => {
  const [v, m, u] = [variable(1), variable(0, 'm'), variable(0, 'u')];
  const step = (x: tf.Tensor): tf.Tensor[] => {
    const learningRate = x.mean().mul(0).add(0.1);
    const slots = { m, v: u, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, step: tf.scalar(3) };
    applyAdam({ variable: v, gradient: v.value, learningRate, ...slots });
    return [v.value];
  };
  const double = (x: tf.Tensor): tf.Tensor[] => {
    v.assign(v.value.mul(2).add(x.mean().mul(0)));
    return [v.value];
  };
  const [one, two] = [compiled(step), compiled(double)];
  const [e, n, q] = [variable(1), variable(0), variable(0)];
  const x = filled([3, 2]);
  for (let i = 0; i < 6; i++) {
    if (i % 3 === 2) v.assign(tf.scalar(i));
    one(x);
    two(x);
    if (i % 3 === 2) e.assign(tf.scalar(i));
    const slots = { m: n, v: q, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, step: tf.scalar(3) };
    applyAdam({ variable: e, gradient: e.value, learningRate: tf.scalar(0.1), ...slots });
    e.assign(e.value.mul(2));
    if (i % 2) expectClose(tf.tensor(numbers(v)), tf.tensor(numbers(e)), 1e-6);
  }
  expectClose(tf.tensor(numbers(v)), tf.tensor(numbers(e)), 1e-5);
});

test('an ended session gives its values back; a function without results runs nothing', () => {
  const v = variable(1);
  const session = new GraphSession();
  const run = compiled((x) => {
    v.assign(v.value.add(x.mean().mul(0).add(1)));
    return [];
  }, session);
  expect(compiled(() => [], session)(filled([1, 2]))).toEqual([]);
  expect(run(filled([3, 2]))).toEqual([]);
  session.dispose();
  expect(numbers(v)).toEqual([2]);
  v.dispose();
});

test('variables made in a recording are there afterwards', () => {
  const made: Variable[] = [];
  const step = (x: tf.Tensor): tf.Tensor[] => {
    made[0] ??= variable(tf.scalar(2).mul(3));
    made[0].assign(made[0].value.add(1));
    return [made[0].value.mul(x.sum())];
  };
  record([tf.ones([2, 2])], () => step(tf.ones([2, 2])));
  expect(numbers(made[0] as unknown as Variable)).toEqual([6]);
  const run = compiled(step);
  run(tf.ones([2, 2]));
  expect(run(tf.ones([2, 2]))[0]?.dataSync()[0]).toBe(32);
  expect(numbers(made[0] as Variable)).toEqual([8]);
});

test('a recording leaves everything as it found it, also where it fails', () => {
  const backend = native() as NativeBackend;
  const v = variable(1);
  const { binding, getInputTensorIds } = backend;
  const { random } = Math;
  v.value.add(1).dispose(); // uploads it
  const before = [tf.memory().numTensors, binding.getNumOfTensors()];
  const x = filled([3, 2]);
  const failing: (() => tf.Tensor[])[] = [
    () => [x.mul(v.value.dataSync()[0] as number)],
    () => [x.mul(Math.random())],
    () => {
      v.assign(x.mean());
      throw new Error('of the user');
    },
  ];
  for (const step of failing) {
    expect(() => record([x], step)).toThrow();
    expect(backend.binding).toBe(binding);
    expect(backend.getInputTensorIds).toBe(getInputTensorIds);
    expect(Math.random).toBe(random);
    expect(Object.hasOwn(backend, 'read') || Object.hasOwn(backend, 'readSync')).toBe(false);
    expect(currentRecorder()).toBeUndefined();
    expect(numbers(v)).toEqual([1]);
  }
  x.dispose();
  expect([tf.memory().numTensors, binding.getNumOfTensors()]).toEqual(before);
});
