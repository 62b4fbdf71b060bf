/** Masks and logits that go from layer to layer, against Keras: `scripts/fixtures/masks.py`. */
import * as tf from '@tensorflow/tfjs';
import { Input, initializers, Layer, layers, losses, Model, metrics, optimizers, Sequential } from '../../src';
import { maskOf } from '../../src/backend/companions';
import { ready } from '../../src/backend/engine';
import type { CallOptions } from '../../src/layers';
import keras from '../fixtures/masks.json';
import { noticesOf } from '../models/compiledSupport';
import { expectClose } from '../ops/backends';

beforeAll(() => ready());

/** Keras's `Masking`: steps of zeros do not count. */
class Masking extends Layer {
  override computeMask(x: tf.Tensor): tf.Tensor {
    return tf.any(tf.notEqual(x, 0), -1);
  }

  override call(x: tf.Tensor): tf.Tensor {
    return x;
  }
}

/** Sines of whole numbers from `start` on. */
function filled(shape: number[], start = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(i + start)),
    shape,
  );
}

/** Of every second sample, all but the first steps are 0. */
function padded(shape: [number, number, number], seed = 1): tf.Tensor3D {
  const steps = tf.tensor(
    Array.from({ length: shape[0] * shape[1] }, (_, i) =>
      i % (2 * shape[1]) === 0 || i % (2 * shape[1]) >= shape[1] ? 1 : 0,
    ),
  );
  return filled(shape, seed).mul(steps.reshape([shape[0], shape[1], 1]));
}

const constant = (value: number) => initializers.Constant(value);
function maskList(y: unknown): unknown {
  const mask = maskOf(y as tf.Tensor);
  return mask ? Array.from(mask.dataSync()) : null;
}
/** Masks as memory has them: 1 for true. */
const asNumbers = (mask: unknown): number[] => [mask].flat(9).map(Number);

function expectNumbers(ours: unknown, theirs: unknown): void {
  const [a, b] = [ours, theirs].map((values) => [values].flat(9) as number[]) as [number[], number[]];
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    expect(Math.abs(value - (b[i] as number))).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(b[i] as number)));
  });
}

describe.each(['eagerly', 'compiled'])('to the loss and the metrics, %s', (mode) => {
  test('through Dropout, Dense, a merge and an activation', async () => {
    const [a, b] = [Input([3, 2]), Input([3, 2])];
    const left = layers.Dense(2, { kernelInitializer: constant(0.5) })(layers.Dropout(0)(new Masking()(a)));
    const right = layers.Dense(2, { kernelInitializer: constant(-0.25), activation: 'relu' })(new Masking()(b));
    const model = Model([a, b], layers.Activation('tanh')(layers.Add()([left, right])));
    model.compile({
      optimizer: optimizers.SGD(0.1),
      loss: 'mse',
      metrics: ['mae', 'mse'],
      weightedMetrics: ['mape'],
      runEagerly: mode === 'eagerly',
    });
    const second = padded([8, 3, 2], 30).arraySync();
    (second[0] as number[][])[1] = [1, 1];
    const x = [padded([8, 3, 2]), tf.tensor(second)];
    const y = filled([8, 3, 2], 100).add(2);
    const sampleWeight = tf.range(0, 24).reshape([8, 3]);
    const notices = await noticesOf(async () => {
      const { history } = await model.fit(x, y, { sampleWeight, batchSize: 4, epochs: 3, shuffle: false, verbose: 0 });
      const theirs = keras['to the loss'].history as Record<string, number[]>;
      expect(Object.keys(history).sort()).toEqual(Object.keys(theirs).sort());
      for (const [name, values] of Object.entries(theirs)) expectNumbers(history[name], values);
    });
    expect(notices).toEqual([]);
    expectNumbers(await model.evaluate(x, y, { verbose: 0 }), keras['to the loss'].evaluate);
    expect(maskList(model.__call__(x))).toEqual(asNumbers(keras['to the loss'].mask));
  });

  test('not behind a layer that does not support masking, which says so once', async () => {
    const model = Sequential([
      Input([3, 2]),
      new Masking(),
      layers.Flatten(),
      layers.Dense(1, { kernelInitializer: constant(0.5) }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly: mode === 'eagerly' });
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    expectNumbers(await model.evaluate(padded([4, 3, 2]), filled([4, 1], 50), { verbose: 0 }), keras.lost.evaluate);
    await model.evaluate(padded([4, 3, 2]), filled([4, 1], 50), { verbose: 0 });
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/Flatten 'flatten.*': the input has a mask/),
    ]);
    warn.mockRestore();
  });

  test.each(Object.entries(keras.logits))('logits behind %s', async (title, value) => {
    const [activation, last] = title.split(', ') as [string, string];
    const made: Record<string, () => unknown> = {
      Dropout: () => layers.Dropout(0.5),
      Identity: () => layers.Identity(),
      Activation: () => layers.Activation('linear'),
    };
    const model = Sequential([
      Input([2]),
      layers.Activation(activation as never),
      ...[made[last]?.() ?? []].flat(),
    ] as never);
    const loss = activation === 'softmax' ? 'categorical_crossentropy' : 'binary_crossentropy';
    model.compile({ optimizer: 'sgd', loss, runEagerly: mode === 'eagerly' });
    expectNumbers(await model.evaluate([[400, 0]], [[0, 1]], { verbose: 0 }), value);
  });
});

test.each(Object.entries(keras['of Concatenate']))('Concatenate: %s', (title, mask) => {
  const axis = Number(title.slice('axis '.length));
  tf.tidy(() => {
    const y = layers.Concatenate(axis)([new Masking()(padded([2, 3, 2])), filled([2, 3, 2])] as never);
    expect(maskList(y)).toEqual(asNumbers(mask));
  });
});

test('merges: a step counts where it does in any input; all do where an input has no mask', () => {
  tf.tidy(() => {
    const x = padded([2, 3, 2]);
    const [here, there] = [new Masking()(x), new Masking()(x.reverse(1))];
    expect(maskList(layers.Multiply()([here, there] as never))).toEqual(asNumbers(keras['of merges'].both));
    expect(maskList(layers.Multiply()([here, filled([2, 3, 2])] as never))).toBe(keras['of merges'].one);
  });
});

test('BatchNormalization: what does not count is no part of the statistics', () => {
  tf.tidy(() => {
    const layer = layers.BatchNormalization({ momentum: 0.5 });
    const x = new Masking()(padded([4, 3, 2]));
    const y = layer(x, { training: true });
    const theirs = keras['of BatchNormalization'];
    expectClose(y, theirs.output);
    expect(maskList(y)).toEqual(asNumbers(theirs.mask));
    expectClose(layer.movingMean?.value as tf.Tensor, theirs.mean);
    expectClose(layer.movingVariance?.value as tf.Tensor, theirs.variance);
    expectClose(layer(x), theirs.inference);
    expect(() => layer(x, { training: true, mask: tf.ones([4]) })).toThrow(/the mask must have one axis less/);
  });
});

test('Softmax: what does not count gets nothing', () => {
  tf.tidy(() => {
    const x = filled([2, 3]);
    const mask = tf.tensor(
      [
        [1, 0, 1],
        [1, 1, 0],
      ],
      [2, 3],
      'bool',
    );
    expectClose(layers.Softmax()(x, { mask }), keras['of Softmax'].bool);
    expectClose(layers.Softmax()(x, { mask: tf.tensor([0.2, 0.9, 1]) }), keras['of Softmax'].numbers);
    expect(() => layers.Softmax()(x, { mask: tf.ones([2]) })).toThrow(/the mask must broadcast to the inputs/);
  });
});

test('a mask that is given to a model', () => {
  tf.tidy(() => {
    const theirs = keras['given to a model'];
    const model = Sequential([Input([3, 2]), layers.Dense(1, { kernelInitializer: constant(0.5) }), layers.ReLU()]);
    const x = filled([2, 3, 2]);
    const y = model(x, { mask: tf.tensor(asNumbers(theirs.mask), [2, 3], 'bool') });
    const targets = filled([2, 3, 1], 50);
    expect(maskList(y)).toEqual(asNumbers(theirs.mask));
    expect(maskOf(x)).toBeUndefined(); // what the caller has stays as it was
    expectNumbers(losses.MeanSquaredError()(targets, y).dataSync()[0], theirs.loss);
    expectNumbers(losses.MeanSquaredError({ reduction: 'sum' })(targets, y).dataSync()[0], theirs.sum);
    expectNumbers(
      losses
        .MeanSquaredError()(targets, y, [
          [2, 3, 4],
          [1, 0, 5],
        ])
        .dataSync()[0],
      theirs.weighted,
    );
    const metric = metrics.MeanAbsoluteError();
    metric.updateState(targets, y);
    expectNumbers(metric.result().dataSync()[0], theirs.metric);
  });
});

test('a layer gets the mask of its input; those that it calls get that of theirs', () => {
  const seen: unknown[] = [];
  class Sees extends Layer {
    override supportsMasking = true;
    override call(x: tf.Tensor, { mask }: CallOptions): tf.Tensor {
      seen.push(mask && (mask as tf.Tensor).shape);
      return x;
    }
  }
  class Outer extends Layer {
    readonly inner = new Sees();
    override call(x: tf.Tensor, options: CallOptions): tf.Tensor {
      seen.push(options.mask && (options.mask as tf.Tensor).shape);
      return this.inner.__call__(x.mean(1), options) as tf.Tensor;
    }
  }
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  tf.tidy(() => {
    new Outer()(new Masking()(padded([2, 3, 2])));
    expect(seen).toEqual([[2, 3], undefined]);
    seen.length = 0;
    new Sees()(filled([2, 3]), { mask: tf.ones([2]) });
    expect(seen).toEqual([[2]]);
  });
  warn.mockRestore();
});

test('symbolic tensors know their masks; an output is freed with its mask', () => {
  const inputs = Input([3, 2]);
  const masked = new Masking()(inputs);
  expect(inputs.mask).toBeUndefined();
  expect(masked.mask).toMatchObject({ shape: [null, 3], dtype: 'bool' });
  expect(layers.Dense(4)(masked).mask).toMatchObject({ shape: [null, 3], dtype: 'bool' });
  expect(layers.Flatten()(masked).mask).toBeUndefined();
  expect(layers.Dense(4)(inputs).mask).toBeUndefined();

  const x = padded([2, 3, 2]);
  const [masking, dense] = [new Masking(), layers.Dense(2)];
  tf.dispose(dense(x));
  const before = tf.memory().numTensors;
  const first = masking(x);
  const second = dense(first);
  tf.dispose(first);
  expect(maskList(second)).toEqual([1, 0, 0, 1, 1, 1]);
  tf.dispose(second);
  expect(tf.memory().numTensors).toBe(before);
});
