/** Steps that pool before ReLU give the same numbers as those that do not. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { type Recording, record } from '../../src/backend/graph';
import { poolBeforeRelu } from '../../src/backend/graph/poolBeforeRelu';
import { biasAdd } from '../../src/ops/biasAdd';
import { maxPool, type PoolOptions } from '../../src/ops/pooling';
import { relu } from '../../src/ops/relu';
import * as fc from '../fastCheck';
import { expectClose, filled } from '../ops/backends';
import { graphOf } from './recorded';

beforeAll(() => ready());

/** Expects the same numbers, up to the order in which overlapping windows are summed. */
function expectSame(actual: tf.Tensor[], expected: tf.Tensor[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((each, i) => {
    expectClose(each, expected[i] as tf.Tensor, 1e-6);
  });
}

type Images = (x: tf.Tensor) => tf.Tensor;

/** The result of a function and the gradient of its weighted sum. */
const withGradient =
  (f: Images) =>
  (x: tf.Tensor): tf.Tensor[] => {
    const results: tf.Tensor[] = [];
    const dx = tf.grad((x: tf.Tensor) => {
      const y = tf.keep(f(x));
      results.push(y);
      return y.mul(filled(y.shape.slice(1), 5)).sum();
    })(x);
    return [...results, dx];
  };

/** `op(op of its first input)` for each node of a recorded function, after the rewrite. */
function operations(fn: (x: tf.Tensor) => tf.Tensor[]): string[] {
  const x = filled([2, 4, 4, 1]);
  const { nodes }: Recording = poolBeforeRelu(record([x], () => fn(x)));
  x.dispose();
  const source = (input = ''): string => nodes.find(({ name }) => input === `${name}:0`)?.op ?? '';
  return nodes.map(({ op, inputs }) => `${op}(${source(inputs[0])})`);
}

const step = (options: PoolOptions) => withGradient((x) => maxPool(relu(x), options));

/** The ReLU is used in another place, too. */
const usedElsewhere = withGradient((x) => {
  const y = relu(x);
  return maxPool(y, { poolSize: 2 }).add(y.mean());
});

/** As in a convolutional network: the gradients of x and of a bias. */
function biasStep(options: PoolOptions): (x: tf.Tensor) => tf.Tensor[] {
  return (x) => {
    const bias = filled([x.shape[3] as number], 7);
    const z = filled(maxPool(x, options).shape.slice(1), 5);
    return tf.grads((x, bias) =>
      maxPool(relu(biasAdd(x, bias)), options)
        .mul(z)
        .sum(),
    )([x, bias]);
  };
}

test('the pools come first', () => {
  const found = operations(step({ poolSize: 2 }));
  expect(found).toContain('Relu(MaxPool)');
  expect(found).toContain('MaxPool(Placeholder)');
  expect(found).not.toContain('MaxPool(Relu)');
  expect(found).not.toContain('ReluGrad(MaxPoolGrad)');
});

test('a bias takes its sum before the places of the pool', () => {
  const found = operations(biasStep({ poolSize: 2 }));
  expect(found).toContain('Reshape(ReluGrad)');
  expect(found).not.toContain('Reshape(MaxPoolGrad)');
  expect(found).toContain('BiasAddGrad(Reshape)');
});

test.each<[string, (x: tf.Tensor) => tf.Tensor[]]>([
  ['without a gradient', (x) => [maxPool(relu(x), { poolSize: 2 })]],
  ['where the ReLU is used elsewhere', usedElsewhere],
  [
    'where it is pooled twice',
    withGradient((x) => {
      const y = relu(x);
      return maxPool(y, { poolSize: 2 }).add(maxPool(y, { poolSize: 3, strides: 2, padding: 'same' }));
    }),
  ],
  ['with a bias', biasStep({ poolSize: 2 })],
  ['with a bias, windows that overlap', biasStep({ poolSize: 3, strides: 2, padding: 'same' })],
  ['with a bias, windows that leave something out', biasStep({ poolSize: 2, strides: 3 })],
  [
    'with a bias on rows of another shape',
    (x) => {
      const z = filled([3, 3, 2], 5);
      const rows = (x: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
        relu(biasAdd(x.reshape([-1, 12]), bias).reshape([-1, 6, 6, 2]));
      return tf.grads((x, bias) => maxPool(rows(x, bias), { poolSize: 2 }).mul(z).sum())([x, filled([12], 7)]);
    },
  ],
  [
    'where it is returned',
    (x) => {
      const [y, dx] = withGradient((x) => relu(x))(x) as [tf.Tensor, tf.Tensor];
      return [...step({ poolSize: 2 })(x), y, dx];
    },
  ],
])('%s nothing is lost', (_, fn) => {
  const graph = graphOf(fn, (batch) => [filled([batch, 6, 6, 2])]);
  const x = filled([5, 6, 6, 2], 3);
  const [actual, expected] = [graph.run([x]), fn(x)];
  expectSame(actual, expected);
  graph.dispose();
  tf.dispose([x, actual, expected]);
});

test('a ReLU that is used elsewhere stays', () => {
  expect(operations(usedElsewhere)).toContain('MaxPool(Relu)');
});

test('ties, windows without a positive number, and windows that overlap', () => {
  const window = fc.record({
    poolSize: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom('valid', 'same'),
  });
  const numbers = fc.array(fc.integer({ min: -3, max: 2 }), { minLength: 3 * 6 * 5, maxLength: 3 * 6 * 5 });
  fc.assert(
    fc.property(window, numbers, (options, values) => {
      const graph = graphOf(step(options), (batch) => [filled([batch, 6, 5, 1])]);
      const x = tf.tensor(values, [3, 6, 5, 1]);
      const [actual, expected] = [graph.run([x]), step(options)(x)];
      graph.dispose();
      expectSame(actual, expected);
      tf.dispose([x, actual, expected]);
    }),
    { numRuns: 40 },
  );
});
