/** Runs that count while they are recorded: the same as if nothing were recorded, and the graph of a recording. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { aliasOf, isSameGraph, type Recording, record, recordLive, Unrecordable } from '../../src/backend/graph';
import { Variable } from '../../src/backend/variable';
import { applyAdam, applyGradientDescent, applyMomentum } from '../../src/ops/updates';

const made: Variable[] = [];

function variable(...values: number[]): Variable {
  const initial = tf.tensor1d(values);
  made.push(new Variable(initial, { name: 'v' }));
  initial.dispose();
  return made.at(-1) as Variable;
}

const valuesOf = ({ value }: Variable): number[] => Array.from(value.dataSync());
const operations = (recording: Recording | Unrecordable): string[] =>
  recording instanceof Unrecordable ? [recording.message] : recording.nodes.map(({ op }) => op);

beforeAll(() => ready());
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
});

test('variables change, results are there, and the graph is that of a recording', () => {
  const [x, v] = [tf.tensor1d([1, 2]), variable(10, 20)];
  const body = (): tf.Tensor[] => {
    v.assign(v.value.add(x));
    return [v.value.mul(2), x.sum()];
  };
  const recorded = record([x], body);
  expect(valuesOf(v)).toEqual([10, 20]);
  const before = tf.memory().numTensors;
  const { results, recording } = recordLive([x], body);
  expect(results.map((tensor) => tensor.arraySync())).toEqual([[22, 44], 3]);
  expect(valuesOf(v)).toEqual([11, 22]);
  expect(isSameGraph(recording as Recording, recorded)).toBe(true);
  tf.dispose(results);
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
});

/** Rules with a fused kernel, on a variable and its slots. */
const UPDATES: Record<
  string,
  [op: string, update: (w: Variable, m: Variable, v: Variable, gradient: tf.Tensor) => void]
> = {
  'gradient descent': [
    'ResourceApplyGradientDescent',
    (variable, _, __, gradient) => applyGradientDescent({ variable, gradient, learningRate: tf.scalar(0.1) }),
  ],
  momentum: [
    'ResourceApplyKerasMomentum',
    (variable, m, _, gradient) =>
      applyMomentum({ variable, m, gradient, learningRate: tf.scalar(0.1), momentum: 0.9, nesterov: true }),
  ],
  Adam: [
    'ResourceApplyAdam',
    (variable, m, v, gradient) => {
      const rest = { learningRate: tf.scalar(0.1), step: tf.scalar(1), beta1: 0.9, beta2: 0.99, epsilon: 1e-7 };
      applyAdam({ variable, m, v, gradient, ...rest });
    },
  ],
};

test.each(Object.entries(UPDATES))('%s: the kernel in the graph, the formula in the run', (_, [op, update]) => {
  const gradient = tf.tensor1d([1, -2]);
  const step = ([w, m, v]: Variable[]): tf.Tensor[] => {
    const [a, b, c] = [w, m, v] as [Variable, Variable, Variable];
    a.assign(a.value.mul(2)); // before the update, as weight decay
    update(a, b, c, gradient);
    const seen = a.value.clone();
    a.assign(a.value.maximum(0)); // after it, as a constraint
    return [seen, a.value.add(b.value)];
  };
  const state = (): Variable[] => [variable(1, 2), variable(3, 4), variable(5, 6)];
  const [eager, live] = [state(), state()];
  const expected = tf.tidy(() => step(eager));
  const { results, recording } = recordLive([gradient], () => step(live));
  expect(operations(recording)).toContain(op);
  expect(results.map((tensor) => tensor.arraySync())).toEqual(expected.map((tensor) => tensor.arraySync()));
  expect(live.map(valuesOf)).toEqual(eager.map(valuesOf));
  tf.dispose([gradient, ...results, ...expected]);
});

/** What cannot be recorded, and what it gives. */
const PROBLEMS: Record<string, [problem: string, body: (x: tf.Tensor, foreign: tf.Variable) => tf.Tensor]> = {
  'values read': ['the value of a tensor is read', (x) => x.mul(x.dataSync()[1] as number)],
  'a random number': ['Math.random() is called', (x) => x.mul(Math.random() * 0 + 2)],
  'a foreign variable': ['a tf.Variable is used that is not a weight', (x, foreign) => x.mul(foreign)],
  'a foreign variable changed': [
    'a tf.Variable is used that is not a weight',
    (x, foreign) => {
      foreign.assign(tf.scalar(2));
      return x.mul(2);
    },
  ],
};

test.each(Object.entries(PROBLEMS))('%s: the run goes on without a graph', (_, [problem, body]) => {
  const [x, v, foreign] = [tf.tensor1d([1, 2]), variable(0, 0), tf.variable(tf.scalar(2))];
  const { random } = Math;
  const { results, recording } = recordLive([x], () => {
    const y = body(x, foreign);
    v.assign(y);
    return [v.value.add(1)];
  });
  expect(operations(recording)[0]).toContain(problem);
  expect(results[0]?.arraySync()).toEqual([3, 5]);
  expect(valuesOf(v)).toEqual([2, 4]);
  expect(Math.random).toBe(random);
  tf.dispose([x, foreign, ...results]);
});

test('values that are waited for come', async () => {
  const x = tf.tensor1d([1, 2]);
  let values: Promise<unknown> = Promise.resolve();
  const { results, recording } = recordLive([x], () => {
    values = tf.keep(x.mul(3)).data();
    return [x];
  });
  expect(operations(recording)[0]).toContain('the value of a tensor is read');
  expect(await values).toEqual(Float32Array.of(3, 6));
  tf.dispose([x, ...results]);
});

test('an error comes out as it is; nothing has changed and nothing is left', () => {
  const [x, v] = [tf.tensor1d([1, 2]), variable(1, 1)];
  const before = tf.memory().numTensors;
  expect(() =>
    recordLive([x], () => {
      v.assign(x);
      throw new RangeError('no');
    }),
  ).toThrow(RangeError);
  expect(valuesOf(v)).toEqual([1, 1]);
  expect(tf.memory().numTensors).toBe(before);
  expect(x.add(1).dataSync()).toEqual(Float32Array.of(2, 3));
});

test('an alias has the values under a name of its own', () => {
  const x = tf.tensor1d([1, 2]);
  const alias = aliasOf(x);
  const { recording } = recordLive([x, alias], () => [x.sub(alias)]);
  const subtraction = (recording as Recording).nodes.find(({ op }) => op === 'Sub');
  expect(subtraction?.inputs).toEqual(['input_0:0', 'input_1:0']);
  x.dispose();
  expect(alias.arraySync()).toEqual([1, 2]);
  alias.dispose();
});
