import * as tf from '@tensorflow/tfjs';
import {
  averagePool2d,
  conv2d,
  conv2dGradInput,
  conv2dGradKernel,
  conv2dTranspose,
  depthwiseConv2d,
  maxPool2d,
  type Padding2d,
} from 'keras-ts/reference';
import * as fc from '../fastCheck';
import {
  type Case,
  cases,
  dataOf,
  expectClose,
  type Images,
  images,
  names,
  type Pair,
  paddings,
  shapeOf,
} from './support';

type TensorFlowPadding = 'valid' | 'same' | [Pair4, Pair4, Pair4, Pair4];
type Pair4 = [number, number];

function tensorFlowPadding(padding: Padding2d): TensorFlowPadding {
  if (typeof padding === 'string') return padding;
  const [rows, columns] = typeof padding === 'number' ? [padding, padding] : padding;
  const pair = (p: number | Pair): Pair4 => (typeof p === 'number' ? [p, p] : [...p]);
  return [[0, 0], pair(rows), pair(columns), [0, 0]];
}

const mutable = ([a, b]: Pair): [number, number] => [a, b];

/** Runs `op` on TensorFlow.js and gives its result as nested arrays. */
function onTensorFlow(op: () => tf.Tensor): Images {
  const y = tf.tidy(op);
  const values = y.arraySync() as Images;
  y.dispose();
  return values;
}

/** TensorFlow.js takes strides or dilation, not both, and knows no groups. */
const oneOf = (c: Case, strided: boolean): Case =>
  strided ? { ...c, groups: 1, dilationRate: [1, 1] } : { ...c, groups: 1, strides: [1, 1] };

function againstTensorFlow(backend: string): void {
  // The native backend takes integer padding only in forward convolutions, the wasm backend has no filter gradient.
  const somePaddings = backend === 'tensorflow' ? names : paddings;
  const hasGradients = backend !== 'wasm';
  const tolerance = 1e-4;

  beforeAll(async () => {
    tf.env().set('IS_TEST', true); // no advice about other backends
    expect(await tf.setBackend(backend)).toBe(true);
  });

  test('conv2d: padding, strides, dilation', () => {
    fc.assert(
      fc.property(cases({ groups: fc.constant(1) }), fc.boolean(), (drawn, strided) => {
        const c = oneOf(drawn, strided);
        const { x, kernel, options } = dataOf(c);
        const y = onTensorFlow(() =>
          tf.conv2d(
            tf.tensor4d(x),
            tf.tensor4d(kernel),
            mutable(c.strides),
            tensorFlowPadding(c.padding),
            'NHWC',
            mutable(c.dilationRate),
          ),
        );
        expectClose(conv2d(x, kernel, options), y, tolerance);
      }),
    );
  });

  test('depthwiseConv2d: padding, strides, dilation', () => {
    fc.assert(
      fc.property(cases({ groups: fc.constant(1) }), fc.boolean(), (drawn, strided) => {
        const c = oneOf(drawn, strided);
        const { x, kernel } = dataOf(c);
        const strides = c.strides[0];
        const { padding, dilationRate } = c;
        const y = onTensorFlow(() =>
          tf.depthwiseConv2d(
            tf.tensor4d(x),
            tf.tensor4d(kernel),
            strides,
            tensorFlowPadding(padding),
            'NHWC',
            mutable(dilationRate),
          ),
        );
        expectClose(depthwiseConv2d(x, kernel, { strides, padding, dilationRate }), y, tolerance);
      }),
    );
  });

  test('conv2dTranspose: padding, strides', () => {
    const plain = { groups: fc.constant(1), dilationRate: fc.constant([1, 1] as const), padding: names };
    fc.assert(
      fc.property(cases(plain), (c) => {
        const { strides, padding } = c;
        const x = images(c.seed, [c.batch, c.size[0], c.size[1], c.channels]);
        const kernel = images(c.seed + 1, [c.kernel[0], c.kernel[1], c.filters, c.channels]);
        const actual = conv2dTranspose(x, kernel, { strides, padding });
        const y = onTensorFlow(() =>
          tf.conv2dTranspose(
            tf.tensor4d(x),
            tf.tensor4d(kernel),
            [...shapeOf(actual)],
            mutable(strides),
            padding as 'valid' | 'same',
          ),
        );
        expectClose(actual, y, tolerance);
      }),
    );
  });

  (hasGradients ? test : test.skip)('conv2d gradients: padding, strides', () => {
    const plain = { groups: fc.constant(1), dilationRate: fc.constant([1, 1] as const), padding: somePaddings };
    fc.assert(
      fc.property(cases(plain), (c) => {
        const { x, kernel, options } = dataOf(c);
        const dy = images(c.seed + 2, shapeOf(conv2d(x, kernel, options)));
        const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, mutable(c.strides), tensorFlowPadding(c.padding));
        const gradient = (which: 0 | 1): Images =>
          onTensorFlow(
            () => tf.grads(forward)([tf.tensor4d(x), tf.tensor4d(kernel)], tf.tensor4d(dy))[which] as tf.Tensor,
          );
        expectClose(conv2dGradInput(dy, kernel, shapeOf(x), options), gradient(0), tolerance);
        expectClose(conv2dGradKernel(x, dy, shapeOf(kernel), options), gradient(1), tolerance);
      }),
    );
  });

  const pools = cases({ groups: fc.constant(1), dilationRate: fc.constant([1, 1] as const), padding: somePaddings });
  const seesPixels = ({ kernel, padding }: Case): boolean =>
    typeof padding === 'string' || [padding].flat(2).every((zeros) => zeros < Math.min(...kernel));

  test('maxPool2d and averagePool2d: padding, strides', () => {
    fc.assert(
      fc.property(pools.filter(seesPixels), (c) => {
        const { strides, padding, kernel: poolSize } = c;
        const { x } = dataOf(c);
        const pool = (op: typeof tf.maxPool): Images =>
          onTensorFlow(() => op(tf.tensor4d(x), mutable(poolSize), mutable(strides), tensorFlowPadding(padding)));
        expectClose(maxPool2d(x, { poolSize, strides, padding }), pool(tf.maxPool), 0);
        expectClose(averagePool2d(x, { poolSize, strides, padding }), pool(tf.avgPool), tolerance);
      }),
    );
  });
}

describe.each(['cpu'])('the reference agrees with TensorFlow.js on %s', againstTensorFlow);
