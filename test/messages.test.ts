/** What newcomers meet first: each error says who, what was expected, what was received and how to mend it. */
import * as tf from '@tensorflow/tfjs';
import {
  activations,
  callbacks,
  constraints,
  layers,
  losses,
  metrics,
  optimizers,
  ready,
  regularizers,
  Sequential,
} from '../src';
import { resetNames } from '../src/base/names';

beforeAll(() => ready());
beforeEach(() => resetNames());

async function thrownBy(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return String(error);
  }
  return 'no error';
}

/** The error of an action, which leaves no tensor behind when it is done once more. */
async function errorOf(action: () => unknown): Promise<string> {
  await thrownBy(action);
  resetNames();
  const before = tf.memory().numTensors;
  const error = await thrownBy(action);
  expect(tf.memory().numTensors).toBe(before);
  return error;
}

const inputs = new Map<string, tf.Tensor>();

/** Ones, the same each time. */
function ones(...shape: number[]): tf.Tensor {
  const found = inputs.get(`${shape}`) ?? tf.ones(shape);
  inputs.set(`${shape}`, found);
  return found;
}

/** What `make` makes, used by `body`, freed. */
async function using<T extends { dispose(): void }>(made: T, body: (made: T) => unknown): Promise<void> {
  try {
    await body(made);
  } finally {
    made.dispose();
  }
}

describe('a picture without batch axis', () => {
  const image = ones(28, 28, 1);
  const HINT = 'Add a batch axis: expandDims(0).';
  const net = () => Sequential([layers.Input({ shape: [28, 28, 1] }), layers.Conv2D(2, 3), layers.Flatten()]);

  test.each([
    ['Conv2D', () => layers.Conv2D(2, 3)(image)],
    ['MaxPooling2D', () => layers.MaxPooling2D(2)(image)],
    ['SpatialDropout2D', () => layers.SpatialDropout2D(0.5)(image)],
    ['ZeroPadding2D', () => layers.ZeroPadding2D(1)(image)],
  ])('%s', async (name, call) => {
    expect(await errorOf(call)).toMatch(
      new RegExp(
        `^ValueError: ${name} '\\w+': expected ndim=4, found ndim=3. Received: an input of shape \\(28, 28, 1\\). ` +
          'If the batch axis is missing, add it: expandDims\\(0\\). If the channel axis is missing, add it: expandDims\\(-1\\).$',
      ),
    );
  });

  test('Conv1D, Dense: one axis too few can only be that of the batch', async () => {
    expect(await errorOf(() => layers.Conv1D(2, 3)(ones(28, 1)))).toMatch(
      /\(28, 1\)\. If the batch axis is missing, add it: expandDims\(0\)\.$/,
    );
    expect(await errorOf(() => layers.Dense(2)(ones(4)))).toMatch(
      /\(4,\)\. If the batch axis is missing, add it: expandDims\(0\)\.$/,
    );
  });

  test('a symbolic input has a batch axis', async () => {
    expect(await errorOf(() => layers.Conv2D(2, 3)(layers.Input({ shape: [28, 28] })))).toBe(
      "ValueError: Conv2D 'conv2d': expected ndim=4, found ndim=3. Received: an input of shape (None, 28, 28). " +
        'If the channel axis is missing, add it: expandDims(-1).',
    );
  });

  test.each([
    ['(28, 28, 1)', [28, 28, 1]],
    ['(28, 28)', [28, 28]],
  ])('predict, predictOnBatch and a call of shape %s', async (shown, shape) => {
    await using(net(), async (model) => {
      const one = ones(...shape);
      const expected = `expected shape (None, 28, 28, 1) for input 'input_layer'. Received: shape ${shown}. ${HINT}`;
      expect(await errorOf(() => model.predict(one))).toBe(`ValueError: predict: ${expected}`);
      expect(await errorOf(() => model.predictOnBatch(one))).toBe(`ValueError: predictOnBatch: ${expected}`);
      expect(await errorOf(() => model(one))).toBe(`ValueError: Sequential 'sequential': ${expected}`);
    });
  });

  test('what is no such picture gets no such advice', async () => {
    await using(net(), async (model) => {
      expect(await errorOf(() => model(ones(28, 27, 1)))).not.toContain('expandDims');
      expect(await errorOf(() => model.predict(ones(2, 27, 27, 1)))).not.toContain('expandDims');
    });
  });

  test('a Sequential without Input tells the shape that was given', async () => {
    const model = Sequential([layers.Conv2D(2, 3), layers.Flatten()]);
    expect(await errorOf(() => model.predict(image))).toContain(
      'Received: an input of shape (28, 28, 1). If the batch axis',
    );
  });
});

describe('a Variable where a tensor is meant', () => {
  const layer = layers.Dense(3, { name: 'd' });
  let kernel: never;
  const x = ones(2, 4);

  beforeAll(() => {
    layer.build([null, 4]);
    kernel = layer.kernel as never;
  });
  afterAll(() => layer.dispose());

  test.each([
    ['add', () => tf.add(x, kernel)],
    ['mul', () => x.mul(kernel)],
    ['matMul', () => tf.matMul(x as tf.Tensor2D, kernel)],
    ['sum', () => tf.sum(kernel)],
    ['concat', () => tf.concat([kernel, kernel])],
  ])('of TensorFlow.js: %s', async (name, act) => {
    expect(await errorOf(act)).toMatch(
      new RegExp(
        `Argument '[\\w[\\]]+' passed to '${name}' must be a Tensor or TensorLike, but got 'Variable: use its .value'`,
      ),
    );
  });

  const HINT =
    "must be a tensor or nested arrays of numbers. Received: Variable 'd/kernel' of shape (4, 3). Use its .value.";
  test.each<[string, () => unknown]>([
    ["Dense 'dense': inputs", () => layers.Dense(2)(kernel)],
    ["Add 'add': inputs", () => layers.Add()([kernel, kernel])],
    ["Dense 'd': weights[0]", () => layer.setWeights([kernel, kernel])],
    ["Variable 'd/kernel': value", () => layer.kernel?.assign(kernel)],
    ['relu: x', () => activations.relu(kernel)],
    ['L2: x', () => regularizers.L2()(kernel)],
    ['UnitNorm: w', () => constraints.UnitNorm()(kernel)],
    ['mean_squared_error: yPred', () => losses.MeanSquaredError()(x, kernel)],
    ['predict: x', () => Sequential([layers.Dense(2)]).predict(kernel)],
  ])('%s', async (who, act) => {
    expect(await errorOf(act)).toBe(`TypeError: ${who} ${HINT}`);
  });

  test('a metric', async () => {
    await using(metrics.MeanSquaredError(), async (metric) => {
      expect(await errorOf(() => metric(x, kernel))).toBe(`TypeError: mean_squared_error: yPred ${HINT}`);
    });
  });

  test('its value is the tensor', () => {
    expect(tf.tidy(() => tf.matMul(x, layer.kernel?.value as never).shape)).toEqual([2, 3]);
    expect(`${layer.kernel}`).toBe('<Variable path=d/kernel, shape=(4, 3), dtype=float32>');
  });
});

describe('what is disposed', () => {
  const [x, y] = [ones(4, 2), ones(4, 1)];
  const net = () => {
    const model = Sequential([layers.Input({ shape: [2] }), layers.Dense(1)], { name: 'net' });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return model;
  };
  const quiet = { verbose: 0, batchSize: 2, shuffle: false } as const;

  test.each<[string, (model: ReturnType<typeof net>) => unknown]>([
    ['fit', (model) => model.fit(x, y, quiet)],
    ['evaluate', (model) => model.evaluate(x, y, { verbose: 0 })],
    ['predict', (model) => model.predict(x)],
    ['predict', (model) => model.predictOnBatch(x)],
    ['trainOnBatch', (model) => model.trainOnBatch(x, y)],
    ['testOnBatch', (model) => model.testOnBatch(x, y)],
    ['compile', (model) => model.compile('sgd', 'mse')],
    ['resetMetrics', (model) => model.resetMetrics()],
  ])('a model: %s', async (method, use) => {
    const model = net();
    await model.fit(x, y, { ...quiet, epochs: 8 });
    model.dispose();
    expect(await errorOf(() => use(model))).toBe(
      `ValueError: Sequential 'net': ${method}() needs a live model. Received: a disposed one. Make a new one.`,
    );
  });

  test('a call of a model, and of a layer', async () => {
    const model = net();
    const [dense] = model.layers.slice(-1);
    model.dispose();
    const said = 'a call needs live weights. Received: a disposed layer. Make a new one.';
    expect(await errorOf(() => model(x))).toBe(`ValueError: Sequential 'net': ${said}`);
    expect(await errorOf(() => dense?.(x))).toBe(`ValueError: Dense 'dense': ${said}`);
    expect(await errorOf(() => model.getWeights())).toBe(
      "ValueError: Variable 'net/dense/kernel': its value cannot be read or set any more. Received: a disposed " +
        'variable. The layer, model, metric or optimizer that it belongs to was freed by dispose(): make a new one.',
    );
  });

  test('an optimizer and a metric', async () => {
    await using(net(), async (model) => {
      await model.fit(x, y, quiet);
      model.optimizer?.dispose();
      expect(await errorOf(() => model.fit(x, y, quiet))).toContain("Variable 'sgd/");
    });
    const mean = metrics.Mean();
    mean.dispose();
    expect(await errorOf(() => mean([1]))).toContain("Variable 'mean/total': its value cannot be read or set");
  });

  test.each(['x', 'y'] as const)('%s, during fit', async (name) => {
    await using(net(), async (model) => {
      const data = { x: tf.ones([4, 2]), y: tf.ones([4, 1]) };
      const shape = { x: '(4, 2)', y: '(4, 1)' }[name];
      const freeing = callbacks.LambdaCallback({ onEpochEnd: () => data[name].dispose() });
      const action = model.fit(data.x, data.y, { ...quiet, epochs: 2, callbacks: [freeing] });
      await expect(action).rejects.toThrow(
        `Sequential 'net': fit needs ${name} until it has ended. Received: a tensor of shape ${shape} that was ` +
          'disposed meanwhile. Await fit() before dispose().',
      );
      tf.dispose(data);
    });
  });

  test('the model, in a callback', async () => {
    const model = net();
    const freeing = callbacks.LambdaCallback({ onTrainBatchEnd: () => model.dispose() });
    await expect(model.fit(x, y, { ...quiet, callbacks: [freeing] })).rejects.toThrow(
      "Sequential 'net': fit() needs a live model. Received: a disposed one.",
    );
  });
});

describe('what is trained', () => {
  const [x, y] = [ones(4, 2), ones(4, 1)];
  const net = (optimizer = optimizers.SGD(0.01)) => {
    const ones = { kernelInitializer: 'ones' } as const;
    const model = Sequential([layers.Input({ shape: [2] }), layers.Dense(1, ones), layers.Dense(1, ones)]);
    (model.layers[0] as (typeof model.layers)[0]).trainable = false;
    model.compile({ optimizer, loss: 'mse' });
    return model;
  };

  test('a model that is frozen as a whole says so once, as Keras does', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await using(net(), async (model) => {
      model.trainable = false;
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await model.fit(x, y, { verbose: 0, epochs: 3 });
      model.trainOnBatch(x, y);
      expect(warn.mock.calls).toEqual([
        [
          "keras-ts: Sequential 'sequential': the model does not have any trainable weights, so that training changes " +
            'nothing. Set trainable = true on the layers to train, and compile() again.',
        ],
      ]);
    });
    warn.mockRestore();
  });

  test('layers that are unfrozen after training need another compile()', async () => {
    await using(net(), async (model) => {
      const [dense] = model.layers as [ReturnType<typeof layers.Dense>];
      await model.fit(x, y, { verbose: 0 });
      dense.trainable = true;
      await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(
        "SGD: unknown variable. Received: 'sequential/dense/kernel' of shape (2, 1). An optimizer serves the variables it " +
          'was built for. If `trainable` has changed since, call compile() again with a new optimizer.',
      );
      model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse' });
      await model.fit(x, y, { verbose: 0 });
      // Keras: kernels 1, 1 and 1; frozen the prediction 2 gives the second kernel 0.96 and bias -0.02; then 1.9.
      const kernel = dense.kernel?.value.dataSync() as Float32Array;
      expect(kernel[0]).toBeCloseTo(0.982718, 5);
    });
  });
});

describe('what is too large', () => {
  test.each<[string, () => unknown]>([
    [
      "ValueError: Dense 'dense': weight 'kernel' is too large: an axis can have at most 2147483647 entries. " +
        'Received: shape (2, 2147483648), 17.2 GB.',
      () => layers.Dense(2 ** 31)(ones(1, 2)),
    ],
    [
      "ValueError: Conv2D 'conv2d': weight 'kernel' is too large: an axis can have at most 2147483647 entries. " +
        'Received: shape (3, 3, 2, 1099511627776), 79.2 TB.',
      () => layers.Conv2D(2 ** 40, 3)(layers.Input({ shape: [8, 8, 2] })),
    ],
    [
      "ValueError: RepeatVector 'repeat_vector': the output is too large: an axis can have at most 2147483647 entries. " +
        'Received: shape (1, 1099511627776, 1), 4.40 TB.',
      () => layers.RepeatVector(2 ** 40)(ones(1, 4)),
    ],
    [
      "ValueError: UpSampling2D 'up_sampling2d': the output is too large: an axis can have at most 2147483647 entries. " +
        'Received: shape (None, 4294967296, 4, 1), 68.7 GB for each example.',
      () => layers.UpSampling2D([2 ** 30, 1])(layers.Input({ shape: [4, 4, 1] })),
    ],
    [
      'ValueError: Conv2D: strides must be a positive integer or a pair of them, at most 2147483647. ' +
        'Received: strides=2147483648.',
      () => layers.Conv2D(1, 2, { strides: 2 ** 31 }),
    ],
  ])('%s', async (message, act) => {
    expect(await errorOf(act)).toBe(message);
  });

  test.each<[string, () => unknown]>([
    ["Dense 'dense': out of memory. Received: \\D+4.50 PB", () => layers.Dense(2 ** 30)(layers.Input([2 ** 20]))],
    [
      "ZeroPadding2D 'zero_padding2d': out of memory. Received: .+, for inputs of shape \\(1, 4, 4, 1\\)",
      () => layers.ZeroPadding2D(2 ** 20)(ones(1, 4, 4, 1)),
    ],
  ])('%s', async (message, act) => {
    const error = await errorOf(act);
    expect(error).toMatch(/Use a smaller batch, smaller inputs or a smaller layer\.$/);
    expect(error.replace(/a tensor of shape \([\d, ]+\)|an array of \d+ numbers/, 'one')).toMatch(
      new RegExp(`^Error: ${message}`),
    );
  });

  test('in training the layer is named, too, and the model is as it was', async () => {
    const pad = layers.ZeroPadding2D(2 ** 20);
    const model = Sequential([
      layers.Input({ shape: [4, 4, 1] }),
      pad,
      layers.GlobalAveragePooling2D(),
      layers.Dense(1),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const [x, y] = [ones(4, 4, 4, 1), ones(4, 1)];
    for (const epochs of [1, 30]) {
      expect(await errorOf(() => model.fit(x, y, { epochs, verbose: 0 }))).toMatch(
        /^Error: ZeroPadding2D '.+': out of memory\. /,
      );
    }
    model.dispose();
  });

  test('a layer without channels', async () => {
    const message =
      "the number of channels must be at least 1. Received: an input of shape (2, 6, 6, 0), dataFormat='channels_last'";
    expect(await errorOf(() => layers.Conv2D(2, 3)(ones(2, 6, 6, 0)))).toContain(`Conv2D 'conv2d': ${message}`);
    expect(await errorOf(() => layers.DepthwiseConv2D(3)(ones(2, 6, 6, 0)))).toContain(message);
  });
});

test('what an engine says is told with its layer, loss or metric, and no status number', async () => {
  expect(await errorOf(() => losses.CategoricalCrossentropy({ axis: 5 })(ones(2, 3), ones(2, 3)))).toMatch(
    /^Error: categorical_crossentropy: .*axis 5\.$/,
  );
  const matrix = ones(3, 2) as tf.Tensor2D;
  class Product extends layers.Layer {
    override call(inputs: never): tf.Tensor {
      return tf.matMul(inputs, matrix);
    }
  }
  const error = await errorOf(() => new Product()(ones(2, 5)));
  expect(error).toMatch(/^Error: Product 'product': .+ Received: inputs of shape \(2, 5\)\.$/);
  expect(error).not.toContain('TF_Status');
});

describe('what Keras takes', () => {
  test('classes counted from the end', () => {
    // keras.metrics.Precision(class_id=-1): one of two predictions of the last class is right
    const metric = metrics.Precision({ classId: -1 });
    metric.updateState(tf.tensor([[0, 1], [1, 0]]), tf.tensor([[0, 1], [0, 1]])); // biome-ignore format: a matrix
    expect((metric.result() as tf.Tensor).dataSync()[0]).toBe(0.5);
    metric.dispose();
  });

  test('null in the shape of Reshape is what is left over, unknown before there is data', () => {
    const layer = layers.Reshape([2, null]);
    expect(layer(ones(3, 4)).shape).toEqual([3, 2, 2]);
    expect(layer(layers.Input({ shape: [4] })).shape).toEqual([null, 2, null]);
    expect(layer.getConfig()['target_shape']).toEqual([2, null]);
  });

  test('an axis of null is all of them', () => {
    // keras.constraints.UnitNorm(axis=None)([[3, 0], [0, 4]]) and keras.layers.Softmax(axis=None)([[0, 0], [0, 0]])
    const norm = constraints.UnitNorm({ axis: null })(tf.tensor2d([[3, 0], [0, 4]])); // biome-ignore format: a matrix
    expect([...norm.dataSync()].map((value) => value.toFixed(4))).toEqual(['0.6000', '0.0000', '0.0000', '0.8000']);
    expect([...layers.Softmax({ axis: null })(ones(2, 2)).dataSync()]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('penalties and constraints of nested arrays', () => {
    expect(
      regularizers
        .L1(0.5)([1, -3] as never)
        .dataSync()[0],
    ).toBe(2);
    expect([
      ...constraints
        .NonNeg()([1, -3] as never)
        .dataSync(),
    ]).toEqual([1, 0]);
  });
});
