/** What may differ between two recordings, and what may not. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { GraphSession, generalize, record } from '../../src/backend/graph';
import { expectClose, filled } from '../ops/backends';
import { graphOf, type TensorFunction } from './recorded';

const batches = (batch: number): tf.Tensor[] => [filled([batch, 3])];
const size = (x: tf.Tensor | undefined): number => x?.shape[0] as number;

beforeAll(() => ready());

/** Functions whose constants follow the batch. */
const FOLLOWING: Record<string, TensorFunction> = {
  'its size as a whole number': (x) => x?.sum().mul(tf.scalar(size(x), 'int32').toFloat()) as tf.Tensor,
  'a multiple of it': (x) => tf.fill([3], 0).add(tf.scalar(5 * size(x))),
  'one over it': (x) => x?.mul(1 / size(x)) as tf.Tensor,
  'one more than it': (x) => tf.zeros([size(x) + 1, 2]).add(x?.mean() as tf.Tensor),
  'one less': (x) => x?.slice([1, 0], [size(x) - 1, 3]).sum() as tf.Tensor,
  'ones of its shape': (x) => x?.add(tf.ones([size(x), 3])) as tf.Tensor,
  'infinities and NaN of its shape': (x) =>
    tf.concat([tf.fill([size(x), 1], NaN), x?.mul(tf.zeros([size(x), 3])) as tf.Tensor], 1),
  'a list of its numbers': (x) =>
    tf
      .range(0, size(x), 1, 'int32')
      .toFloat()
      .mul(x?.mean() as tf.Tensor),
  'shapes with it': (x) =>
    x
      ?.expandDims(1)
      .tile([1, 4, 1])
      .reshape([size(x) * 4, 3])
      .reshape([size(x), 12]) as tf.Tensor,
  'constants of the same size as the batches recorded': (x) =>
    tf.concat([x?.matMul(filled([3, 7])) as tf.Tensor, x?.matMul(filled([3, 4])) as tf.Tensor], 1),
};

test.each(Object.keys(FOLLOWING))('%s', (name) => {
  const fn = FOLLOWING[name] as TensorFunction;
  const graph = graphOf(fn, batches);
  for (const batch of [2, 7, 10, 33]) {
    const given = batches(batch);
    const [expected] = [fn(...given)].flat() as [tf.Tensor];
    const [actual] = graph.run(given) as [tf.Tensor];
    expect(actual.shape).toEqual(expected.shape);
    expectClose(tf.where(actual.isNaN(), 9, actual), tf.where(expected.isNaN(), 9, expected), 1e-6);
  }
  graph.dispose();
});

const number = (op: string): string =>
  `a number used in ${op} changes from call to call (it comes from JavaScript, and not from the data or a Variable)`;
const INDEX = 'a size or an index changes from call to call, and not with the batch size';
let calls = 0;

/** Functions that are other functions from call to call. */
const REFUSED: Record<string, [TensorFunction, string]> = {
  'a counter': [(x) => x?.mul(++calls) as tf.Tensor, number('Mul')],
  'a list that grows': [(x) => x?.sum().add(tf.ones([++calls])) as tf.Tensor, INDEX],
  'the square of the batch size': [
    (x) =>
      tf
        .fill([size(x) ** 2], 1)
        .sum()
        .add(x?.sum() as tf.Tensor),
    INDEX,
  ],
  'pairs of the batch': [(x) => x?.tile([(size(x) * (size(x) - 1)) / 2, 1]) as tf.Tensor, INDEX],
  'the square of it as a float': [(x) => x?.mul(size(x) ** 2) as tf.Tensor, number('Mul')],
  'its logarithm': [(x) => x?.mul(Math.log(size(x))) as tf.Tensor, number('Mul')],
  'its size plus one as a float': [(x) => x?.mul(size(x) + 1) as tf.Tensor, number('Mul')],
  'numbers for each sample': [
    (x) => x?.mul(tf.tensor(Array.from({ length: size(x) }, (_, i) => [i]))) as tf.Tensor,
    number('Mul'),
  ],
  'a unit matrix of the batch': [(x) => tf.eye(size(x)).matMul(x as tf.Tensor2D), number('Reshape')],
  'another operation': [
    (x) => (++calls % 2 ? x?.square() : x?.neg()) as tf.Tensor,
    'it runs Neg in one call and Square in another',
  ],
  'more operations': [
    (x) => (++calls % 2 ? x?.square() : x?.square().neg()) as tf.Tensor,
    'it is made of more operations in one call than in another',
  ],
  'another result': [
    (x) => {
      const both = [x?.square(), x?.neg()] as tf.Tensor[];
      return both[++calls % 2] as tf.Tensor;
    },
    'it returns other tensors from call to call',
  ],
  'another option': [
    (x) => tf.leakyRelu(x as tf.Tensor, ++calls / 1000),
    'an option of the operation LeakyRelu changes from call to call',
  ],
  'numbers of another dtype': [
    (x) => tf.cast(++calls % 2 ? tf.scalar(0) : tf.scalar(0, 'int32'), 'bool').logicalOr(x?.greater(0) as tf.Tensor),
    '',
  ],
};

test.each(Object.keys(REFUSED))('%s is refused', (name) => {
  const [fn, reason] = REFUSED[name] as [TensorFunction, string];
  calls = 1;
  expect(() => graphOf(fn, batches)).toThrow(reason);
});

test('the batch is told from arrays of another length: constants that depend on these are refused', () => {
  const recordings = [0, 1].map((which) => {
    const rows = tf.range(0, [7, 4][which] as number, 1, 'int32');
    const data = filled([[12, 11][which] as number, 3]);
    return (fn: TensorFunction) => record([rows, data], () => [fn(rows, data)].flat());
  });
  const both = (fn: TensorFunction) => {
    const [first, second] = recordings.map((recorded) => recorded(fn));
    return () => generalize(first as never, second as never, [7, 4]);
  };
  expect(both((_, data) => data?.mul(size(data)) as tf.Tensor)).toThrow(number('Mul'));
  expect(both((_, data) => data?.tile([size(data), 1]) as tf.Tensor)).toThrow(INDEX);
  expect(both((_, data) => data?.mul(1 / size(data)) as tf.Tensor)).toThrow(number('Mul'));
  const session = new GraphSession();
  const fn = session.add(both((rows, data) => data?.mul(size(rows)) as tf.Tensor)());
  const [y] = session.run(fn, [tf.range(0, 9, 1, 'int32'), tf.ones([2, 3])]) as [tf.Tensor];
  expectClose(y, tf.fill([2, 3], 9));
  session.dispose();
});
