import { setBackend, tf } from '../../src/backend/engine';
import type { Rank4, Shape4 } from '../../src/reference';
import { conv2d, conv2dGradInput, conv2dGradKernel } from '../../src/reference';

type Pads = [[number, number], [number, number]];
interface Case {
  input: Shape4;
  kernel: Shape4;
  strides: [number, number];
  dilations: [number, number];
  pad: 'same' | 'valid' | Pads;
}

/** Numbers that are the same every time. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = randomNumbers(7);
const pick = <T>(...options: T[]): T => options[Math.floor(random() * options.length)] as T;

function randomCase(dilated: boolean): Case {
  const dilations: [number, number] = dilated ? [pick(1, 2, 3), pick(1, 2)] : [1, 1];
  const strides: [number, number] = [pick(1, 2, 3), pick(1, 2)];
  const [height, width, kernelH, kernelW] = [pick(7, 8, 10, 11), pick(7, 8, 9), pick(1, 2, 3), pick(1, 2, 3, 4)];
  const pads: Pads = [
    [pick(0, 1, 2), pick(0, 1, 3)],
    [pick(0, 2), pick(0, 1, 4)],
  ];
  const [batch, channels, filters] = [pick(1, 2, 3), pick(1, 2, 3), pick(1, 2, 4)];
  const input: Shape4 = [batch, height, width, channels];
  return {
    input,
    kernel: [kernelH, kernelW, channels, filters],
    strides,
    dilations,
    pad: pick<Case['pad']>('same', 'valid', pads),
  };
}

/** Runs a kernel of one backend on freshly uploaded values. */
async function runOn(
  backend: 'wasm' | 'cpu',
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, unknown>,
): Promise<{ shape: number[]; values: number[] }> {
  const host = Object.entries(inputs).map(([name, t]) => [name, t.dataSync().slice(), t.shape, t.dtype] as const);
  await setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const own = Object.fromEntries(host.map(([name, values, shape, dtype]) => [name, tf.tensor(values, shape, dtype)]));
    const output = tf.engine().runKernel(kernel, own, attrs as never) as tf.Tensor;
    return { shape: output.shape, values: Array.from(output.dataSync()) };
  });
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

function expectClose(actual: number[], expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  const worst = actual.reduce((max, value, i) => Math.max(max, Math.abs(value - (expected[i] as number))), 0);
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  expect(worst / scale).toBeLessThan(2e-6);
}

const values = (shape: readonly number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 2 - 1),
    [...shape],
  );
const explicit = (pad: Case['pad']): unknown => (typeof pad === 'string' ? pad : [[0, 0], ...pad, [0, 0]]);
const title = (c: Case): string => JSON.stringify(c);

beforeAll(() => setBackend('wasm'));
afterAll(() => setBackend('tensorflow'));

describe('gradients of convolution on wasm', () => {
  const plain = Array.from({ length: 25 }, () => randomCase(false));
  test.each(plain.map((c) => [title(c), c] as const))('as on cpu: %s', async (_, c) => {
    const attrs = { strides: c.strides, pad: explicit(c.pad), dataFormat: 'NHWC' };
    const [x, filter] = [values(c.input), values(c.kernel)];
    const dy = values(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, c.strides, explicit(c.pad) as 'same').shape);
    for (const [kernel, inputs, shape] of [
      ['Conv2DBackpropFilter', { x, dy }, { filterShape: c.kernel }],
      ['Conv2DBackpropInput', { dy, filter }, { inputShape: c.input }],
    ] as const) {
      const actual = await runOn('wasm', kernel, inputs, { ...attrs, ...shape });
      const expected = await runOn('cpu', kernel, inputs, { ...attrs, ...shape });
      expect(actual.shape).toEqual(expected.shape);
      expectClose(actual.values, expected.values);
    }
  });

  const dilated = Array.from({ length: 25 }, () => randomCase(true));
  test.each(dilated.map((c) => [title(c), c] as const))('as by hand, with dilation: %s', async (_, c) => {
    const options = { strides: c.strides, dilationRate: c.dilations, padding: c.pad };
    const attrs = { strides: c.strides, dilations: c.dilations, pad: explicit(c.pad), dataFormat: 'NHWC' };
    const [x, filter] = [values(c.input), values(c.kernel)];
    const [images, kernel] = [x.arraySync() as Rank4, filter.arraySync() as Rank4];
    const dyShape = tf.tensor(conv2d(images, kernel, options)).shape;
    const dy = values(dyShape);
    const hand = dy.arraySync() as Rank4;
    const dw = await runOn('wasm', 'Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: c.kernel });
    expectClose(dw.values, conv2dGradKernel(images, hand, c.kernel, options).flat(3));
    const dx = await runOn('wasm', 'Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: c.input });
    expectClose(dx.values, conv2dGradInput(hand, kernel, c.input, options).flat(3));
  });
});

describe('gradients of depthwise convolution on wasm', () => {
  const cases = Array.from({ length: 40 }, (_, i) => randomCase(i % 2 === 1));
  test.each(cases.map((c) => [title(c), c] as const))('as by hand, in one group per channel: %s', async (_, c) => {
    const [rows, columns, channels, multiplier] = c.kernel;
    const grouped: [number, number, number, number] = [rows, columns, 1, channels * multiplier];
    const options = { strides: c.strides, dilationRate: c.dilations, padding: c.pad, groups: channels };
    const attrs = { strides: c.strides, dilations: c.dilations, pad: explicit(c.pad) };
    const [x, filter] = [values(c.input), values(c.kernel)];
    const [images, kernel] = [x.arraySync() as Rank4, filter.reshape(grouped).arraySync() as Rank4];
    const dy = values(tf.tensor(conv2d(images, kernel, options)).shape);
    const hand = dy.arraySync() as Rank4;
    const inputs = { x, dy, filter };
    const shapes = { filterShape: c.kernel, inputShape: c.input };
    const dw = await runOn('wasm', 'DepthwiseConv2dNativeBackpropFilter', inputs, { ...attrs, ...shapes });
    expect(dw.shape).toEqual(c.kernel);
    expectClose(dw.values, conv2dGradKernel(images, hand, grouped, options).flat(3));
    const dx = await runOn('wasm', 'DepthwiseConv2dNativeBackpropInput', inputs, { ...attrs, ...shapes });
    expect(dx.shape).toEqual(c.input);
    expectClose(dx.values, conv2dGradInput(hand, kernel, c.input, options).flat(3));
  });
});

describe('other kernels on wasm', () => {
  test.each([
    [[2, 6, 7, 3], 2, 2, 'valid'],
    [[2, 7, 7, 2], 3, 2, 'same'],
    [[1, 8, 5, 4], [2, 3], [1, 2], 'same'],
    [[1, 9, 9, 1], 3, 1, 'valid'],
  ] as const)('MaxPoolGrad as on cpu: %j %j %j %s', async (shape, filterSize, strides, pad) => {
    await setBackend('cpu');
    const input = tf.round(values(shape).mul(3)) as tf.Tensor4D; // with ties
    const output = tf.maxPool(input, filterSize as number, strides as number, pad);
    const inputs = { dy: values(output.shape), input, output };
    const attrs = { filterSize, strides, pad };
    const actual = await runOn('wasm', 'MaxPoolGrad', inputs, attrs);
    expectClose(actual.values, (await runOn('cpu', 'MaxPoolGrad', inputs, attrs)).values);
  });

  test('UnsortedSegmentSum by hand', async () => {
    await setBackend('wasm');
    const x = tf.tensor([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 7], 'int32'), 3);
    expect(sums.arraySync()).toEqual([
      [3, 4],
      [0, 0],
      [6, 8],
    ]);
  });

  test('nothing that training needs is missing', () => {
    const kernels = (backend: string): string[] => tf.getKernelsForBackend(backend).map((kernel) => kernel.kernelName);
    const gradients = kernels('cpu').filter((name) => /Grad|Backprop|Segment/.test(name));
    expect(gradients.length).toBeGreaterThan(10);
    expect(gradients.filter((name) => !kernels('wasm').includes(name))).toEqual([]);
  });
});

test("the lesson's network trains on wasm as on cpu", async () => {
  const losses: number[][] = [];
  for (const backend of ['wasm', 'cpu'] as const) {
    await setBackend(backend);
    const next = randomNumbers(1);
    const make = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => next() - 0.5),
        shape,
      );
    const labels = tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(10, 'int32')), 10);
    const kernel = tf.variable(make([3, 3, 1, 10]) as tf.Tensor4D);
    const dense = tf.variable(make([26 * 26 * 10, 10]).mul(0.05) as tf.Tensor2D);
    const bias = tf.variable(tf.zeros([10]));
    const x = make([16, 28, 28, 1]) as tf.Tensor4D;
    const optimizer = tf.train.adam(0.01);
    const steps = Array.from({ length: 6 }, () => {
      const loss = optimizer.minimize(() => {
        const hidden = tf.relu(tf.conv2d(x, kernel, 1, 'valid')).reshape([16, -1]);
        return tf.losses.softmaxCrossEntropy(labels, tf.add(tf.matMul(hidden, dense), bias)) as tf.Scalar;
      }, true);
      return (loss as tf.Scalar).dataSync()[0] as number;
    });
    losses.push(steps);
  }
  const [wasm, cpu] = losses as [number[], number[]];
  for (const [i, loss] of wasm.entries()) expect(Math.abs(loss - (cpu[i] as number))).toBeLessThan(1e-3);
  expect(wasm[5]).toBeLessThan((wasm[0] as number) / 3);
});
