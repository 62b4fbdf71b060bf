import * as tf from '@tensorflow/tfjs';
import type { NativeBinding } from '../../src/backend/binding';
import { native } from '../../src/backend/native';
import { batchNormalization, normalize } from '../../src/ops/batchNormalization';
import { biasAdd } from '../../src/ops/biasAdd';
import { convolution } from '../../src/ops/convolution';
import { matmul } from '../../src/ops/matmul';
import { averagePool, maxPool } from '../../src/ops/pooling';
import { relu } from '../../src/ops/relu';
import * as reference from '../../src/reference';
import * as fc from '../fastCheck';
import { expectClose, filled, onEachBackend } from './backends';

/** The derivative of `f` by each element of x, from values of `f` on both sides. */
function finiteDifference(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step = 1e-2): tf.Tensor {
  const values = x.dataSync();
  const at = (i: number, by: number): number =>
    tf.tidy(
      () =>
        f(
          tf.tensor(
            values.map((value, j) => (i === j ? value + by : value)),
            x.shape,
          ),
        ).dataSync()[0] as number,
    );
  return tf.tensor(
    Array.from(values, (_, i) => (at(i, step) - at(i, -step)) / (2 * step)),
    x.shape,
  );
}

const anyPool = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    poolSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.constantFrom('valid', 'same'),
  })
  .filter(({ size, poolSize, padding }) => padding === 'same' || size.every((n, i) => n >= (poolSize[i] as number)));

onEachBackend(() => {
  test.each([
    ['maxPool', maxPool, reference.maxPool2d],
    ['averagePool', averagePool, reference.averagePool2d],
  ] as const)('%s is that of the plain loops, its gradient a finite difference', (_, op, byHand) => {
    fc.assert(
      fc.property(anyPool, ({ size, ...options }) => {
        tf.tidy(() => {
          const x = filled([2, ...size, 2]);
          const y = op(x, options);
          expectClose(y, byHand(x.arraySync() as number[][][][], options));
          const first = op(x.transpose([0, 3, 1, 2]), { ...options, dataFormat: 'channels_first' });
          expectClose(first, y.transpose([0, 3, 1, 2]));
        });
      }),
      { numRuns: 40 },
    );
    fc.assert(
      fc.property(anyPool, ({ size, ...options }) => {
        tf.tidy(() => {
          // Values far apart, so that a small step changes no maximum.
          const count = size[0] * size[1];
          const x = tf
            .tensor(
              Array.from({ length: count }, (_, i) => (i * 7919) % 101),
              [1, ...size, 1],
            )
            .div(10);
          const z = filled(op(x, options).shape, 2);
          const f = (x: tf.Tensor): tf.Tensor => op(x, options).mul(z).sum();
          expectClose(tf.grad(f)(x), finiteDifference(f, x), 2e-3);
        });
      }),
      { numRuns: 10 },
    );
  });

  test('matmul contracts the last axis, at any rank, with both gradients', () => {
    tf.tidy(() => {
      for (const shape of [
        [4, 3],
        [2, 5, 3],
        [2, 1, 2, 3],
        [0, 3],
      ]) {
        const [x, kernel] = [filled(shape, 1), filled([3, 2], 2)];
        const rows = shape.slice(0, -1);
        if (shape.includes(0)) {
          expect(matmul(x, kernel).shape).toEqual([0, 2]);
          continue;
        }
        const byHand = x
          .reshape([-1, 3, 1])
          .mul(kernel)
          .sum(1)
          .reshape([...rows, 2]);
        expectClose(matmul(x, kernel), byHand);
        const z = filled([...rows, 2], 3);
        const f = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor => matmul(x, kernel).mul(z).sum();
        const [dx, dk] = tf.grads(f)([x, kernel]) as [tf.Tensor, tf.Tensor];
        expectClose(dx, z.reshape([-1, 1, 2]).mul(kernel).sum(2).reshape(shape));
        expectClose(
          dk,
          x
            .reshape([-1, 3, 1])
            .mul(z.reshape([-1, 1, 2]))
            .sum(0),
        );
      }
      expectClose(matmul(tf.tensor([[1, 2]], undefined, 'int32'), tf.tensor([[3], [4]])), [[11]]);
    });
  });

  test('biasAdd adds along the channels of either format', () => {
    tf.tidy(() => {
      const bias = tf.tensor([1, 10, 100]);
      for (const spatial of [[], [4], [2, 4], [2, 2, 2]]) {
        const [last, first] = [filled([2, ...spatial, 3]), filled([2, 3, ...spatial])];
        const alongFirst = bias.reshape([3, ...spatial.map(() => 1)]);
        expectClose(biasAdd(last, bias), last.add(bias));
        expectClose(biasAdd(first, bias, 'channels_first'), first.add(alongFirst));
        const z = filled(first.shape, 2);
        const [dx, db] = tf.grads((x, b) => biasAdd(x, b, 'channels_first').mul(z).sum())([first, bias]) as tf.Tensor[];
        expectClose(dx as tf.Tensor, z);
        expectClose(db as tf.Tensor, z.sum([0, ...spatial.map((_, i) => i + 2)]));
      }
    });
  });

  test('relu keeps what is positive, and its gradient', () => {
    tf.tidy(() => {
      const x = tf.tensor([-2, 0, 3, Number.NaN]);
      expect(Array.from(relu(x).dataSync())).toEqual([0, 0, 3, Number.NaN]);
      const dx = tf.grad((x) =>
        relu(x)
          .mul(tf.tensor([5, 6, 7, 8]))
          .sum(),
      )(x);
      expect(Array.from(dx.dataSync()).slice(0, 3)).toEqual([0, 0, 7]);
    });
  });

  test.each([
    [[6, 3], -1],
    [[2, 5, 3], -1],
    [[2, 4, 3, 2], -1],
    [[2, 3, 4, 2], 1],
    [[2, 3, 4, 2], -3],
    [[2, 2, 2, 2, 3], 4],
  ])('batchNormalization of shape %j along axis %d is the formula, with its gradients', (shape, axis) => {
    tf.tidy(() => {
      const at = (axis + shape.length) % shape.length;
      const others = shape.map((_, i) => i).filter((i) => i !== at);
      const channels = shape[at] as number;
      const wide = (t: tf.Tensor): tf.Tensor => t.reshape(shape.map((dim, i) => (i === at ? dim : 1)));
      const [x, gamma, beta, z] = [
        filled(shape, 1).mul(3).add(2),
        filled([channels], 2),
        filled([channels], 3),
        filled(shape, 4),
      ];
      const { mean, variance } = tf.moments(x, others);
      const expected = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
        const { mean, variance } = tf.moments(x, others, true);
        return x.sub(mean).div(variance.add(0.01).sqrt()).mul(wide(gamma)).add(wide(beta));
      };
      const options = { axis, epsilon: 0.01 };
      const actual = batchNormalization(x, { ...options, gamma, beta });
      expectClose(actual.output, expected(x, gamma, beta));
      expectClose(actual.mean, mean);
      expectClose(actual.variance, variance);
      expectClose(normalize(x, mean, variance, { ...options, gamma, beta }), expected(x, gamma, beta));
      expectClose(batchNormalization(x, options).output, expected(x, tf.ones([channels]), tf.zeros([channels])));
      const through = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
        batchNormalization(x, { ...options, gamma, beta })
          .output.mul(z)
          .sum();
      const found = tf.grads(through)([x, gamma, beta]);
      const wanted = tf.grads((x, gamma, beta) => expected(x, gamma, beta).mul(z).sum())([x, gamma, beta]);
      for (const [i, gradient] of found.entries()) expectClose(gradient, wanted[i] as tf.Tensor, 1e-4);
    });
  });

  test('gradients of gradients are right', () => {
    tf.tidy(() => {
      const [x, k, bias] = [filled([1, 4, 4, 1], 1), filled([2, 2, 1, 2], 2), filled([2], 3)];
      const [w, gamma] = [filled([2, 1], 4), filled([2], 5)];
      const network = (x: tf.Tensor, k: tf.Tensor): tf.Tensor => {
        const y = biasAdd(convolution(x, k, { dilationRate: 2, padding: 'same' }), bias);
        return matmul(batchNormalization(y.square().add(relu(y)), { gamma }).output, w)
          .square()
          .sum();
      };
      const slope = (k: tf.Tensor): tf.Tensor =>
        tf
          .grad((x: tf.Tensor) => network(x, k))(x)
          .square()
          .sum();
      expectClose(tf.grad(slope)(k), finiteDifference(slope, k, 1e-3), 2e-2);
    });
  });

  test('nothing is left behind', () => {
    const x = filled([2, 3, 6, 6]);
    const [k, bias, w] = [filled([3, 3, 3, 2], 2), filled([2], 3), filled([2, 2], 4)];
    const before = tf.memory().numTensors;
    const kept = [
      convolution(x, k, { dataFormat: 'channels_first', dilationRate: 2 }),
      maxPool(x, { poolSize: 2, dataFormat: 'channels_first' }),
      averagePool(x, { poolSize: 2, padding: 'same' }),
      biasAdd(x, filled([3]), 'channels_first'),
      matmul(x.slice([0, 0, 0, 0], [2, 3, 6, 2]), w),
      relu(x),
      ...Object.values(batchNormalization(x)),
    ];
    expect(tf.memory().numTensors).toBe(before + kept.length + 2);
    const f = (x: tf.Tensor, k: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
      const y = biasAdd(convolution(x, k, { dataFormat: 'channels_first', strides: 2 }), bias, 'channels_first');
      return matmul(batchNormalization(maxPool(relu(y), { poolSize: 1 })).output, w).sum();
    };
    const count = tf.memory().numTensors;
    for (const gradient of tf.grads(f)([x, k, bias])) gradient.dispose();
    expect(tf.memory().numTensors).toBe(count);
  });

  test('bad input is refused', () => {
    const [image, kernel] = [tf.zeros([1, 4, 4, 3]), tf.zeros([3, 3, 2, 4])];
    expect(() => convolution(image, kernel)).toThrow(/channels = groups \* .* Received: groups=1, 3 channels/);
    expect(() => convolution(tf.zeros([4, 4]), kernel)).toThrow(/rank 3 \(steps\) or 4/);
    expect(() => convolution(tf.zeros([1, 2, 4, 2]), kernel)).toThrow(/the output would have size 0\./);
    expect(() => convolution(tf.zeros([1, 4, 4, 2]), kernel, { padding: 'causal' })).toThrow(
      /both 3 with padding='causal'/,
    );
    expect(() => maxPool(image, { poolSize: 5 })).toThrow(
      'maxPool: expected an input of rank 4, not smaller than the pool',
    );
  });
});

test('a gradient that nobody asks for is not computed, and no value is read on the way', () => {
  const backend = native();
  if (!backend) throw new Error('expected the native backend');
  const library = backend.binding;
  const ops: string[] = [];
  const watched: Partial<NativeBinding> = {
    executeOp: (op, ...rest) => {
      ops.push(op);
      return library.executeOp(op, ...rest);
    },
    tensorDataSync: () => {
      throw new Error('a value was read');
    },
  };
  backend.binding = new Proxy({} as NativeBinding, {
    get: (_, key) => Reflect.get(key in watched ? watched : library, key),
  });
  try {
    tf.tidy(() => {
      const [x, k, bias] = [tf.ones([2, 5, 5, 1]), tf.ones([3, 3, 1, 2]), tf.zeros([2])];
      ops.length = 0;
      tf.grads((k, bias) => relu(biasAdd(convolution(x, k, { dilationRate: 2 }), bias)).sum())([k, bias]);
    });
  } finally {
    backend.binding = library;
  }
  expect(ops.filter((op) => op === 'Conv2D' || op === 'Conv2DBackpropFilter')).toHaveLength(2);
  expect(ops).toEqual(expect.arrayContaining(['BiasAdd', 'Relu', 'ReluGrad', 'BiasAddGrad']));
  expect(ops).not.toContain('Conv2DBackpropInput');
});
