/** Activations, random numbers, regularizers and constraints inside a recorded graph give what they give outside. */
import * as tf from '@tensorflow/tfjs';
import * as activations from '../../src/activations';
import { GraphSession, generalize, record } from '../../src/backend/graph';
import { SeedGenerator, statelessNormal, statelessTruncatedNormal } from '../../src/backend/random';
import * as constraints from '../../src/constraints';
import { dropout } from '../../src/ops/dropout';
import * as regularizers from '../../src/regularizers';
import fixture from '../fixtures/activations.json';
import { expectClose, filled } from '../ops/backends';

type Step = (x: tf.Tensor) => tf.Tensor[];

/** Records a step at two batch sizes; returns the graph as a function of any batch. */
function compiled(step: Step): Step {
  const [first, second] = [7, 4].map((batch) => {
    const x = filled([batch, 6]);
    return record([x], () => step(x));
  }) as [ReturnType<typeof record>, ReturnType<typeof record>];
  const session = new GraphSession();
  const fn = session.add(generalize(first, second, [7, 4]));
  return (x) => session.run(fn, [x]);
}

function expectSame(step: Step, calls = 1, reference: Step = step): void {
  const graph = compiled(step);
  for (let call = 0; call < calls; call++) {
    const x = filled([5, 6], 2 + call);
    const expected = reference(x);
    graph(x).forEach((tensor, i) => {
      expectClose(tensor, expected[i] as tf.Tensor, 1e-6);
    });
  }
}

const names = Object.keys(fixture.names).filter((name) => name !== 'threshold' && name !== 'linear');

test.each(names)('%s and its gradient', (name) => {
  const fn = activations.get(name as never);
  expectSame((x) => [fn(x), tf.grad((t: tf.Tensor) => fn(t))(x)]);
});

test('activations with options', () => {
  expectSame((x) => [
    activations.softmax(x, { axis: null }),
    activations.relu(x, { negativeSlope: 0.1, maxValue: 0.5, threshold: 0.1 }),
    activations.threshold(x, { threshold: 0.1, defaultValue: -1 }),
  ]);
});

test('penalties and constraints', () => {
  expectSame((x) => [regularizers.L1L2(0.1, 0.2)(x), regularizers.L2()(x)]);
  expectSame((x) => [constraints.MinMaxNorm(0.1, 0.5, { rate: 0.5 })(x), constraints.UnitNorm()(x)]);
});

test('random numbers and masks of a fixed seed', () => {
  expectSame((x) => [dropout(x, 0.5, 3), dropout(x, 0.5, 3, [null, 1]), tf.grad((t) => dropout(t, 0.4, 5))(x)]);
  expectSame((x) => [statelessNormal(x.shape, 3, 1, 2), statelessTruncatedNormal(x.shape, 4)]);
});

test('a generator goes on counting in the graph', () => {
  const [inside, outside] = [SeedGenerator(1), SeedGenerator(1)];
  const mask =
    (generator: SeedGenerator): Step =>
    (x) => [dropout(x, 0.5, generator)];
  expectSame(mask(inside), 3, mask(outside));
  expect(Array.from(inside.state.value.dataSync())).toEqual([1, 3]);
});
