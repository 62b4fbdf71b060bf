/** What fit, evaluate and predict take: arrays in every form, datasets, iterables; and what they refuse. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model as ModelType } from '../../src/models';

const ROWS = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 10],
  [0, 1, 0],
];
const LABELS = [0, 1, 1, 0];

function classifier(): ModelType {
  const model = Sequential([
    layers.Input({ shape: [3] }),
    layers.Dense(2, { activation: 'softmax', kernelInitializer: 'ones' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** The loss after a fixed training run with data given in some form. */
async function lossAfter(x: unknown, y?: unknown, options: object = {}): Promise<number> {
  const model = classifier();
  const { history } = await model.fit(x as never, y as never, {
    epochs: 2,
    batchSize: 2,
    shuffle: false,
    verbose: 0,
    ...options,
  });
  model.dispose();
  return history['loss']?.at(-1) as number;
}

beforeAll(() => ready());

describe('all forms of arrays are the same data', () => {
  let expected: number;
  beforeAll(async () => {
    expected = await lossAfter(tf.tensor(ROWS), tf.tensor(LABELS));
  });

  test.each<[string, () => [unknown, unknown]]>([
    ['nested arrays', () => [ROWS, LABELS]],
    ['labels as a column', () => [ROWS, LABELS.map((label) => [label])]],
    ['int32 tensors', () => [tf.tensor(ROWS, [4, 3], 'int32'), tf.tensor(LABELS, [4], 'int32')]],
    [
      'typed arrays with a shape',
      () => [{ data: Float32Array.from(ROWS.flat()), shape: [4, 3] }, Int32Array.from(LABELS)],
    ],
    ['a list of one', () => [[tf.tensor(ROWS)], tf.tensor(LABELS)]],
    ['a record by name', () => [{ [classifierInput()]: tf.tensor(ROWS) }, tf.tensor(LABELS)]],
    ['an axis of size 1 too many', () => [tf.tensor(ROWS).expandDims(-1), tf.tensor(LABELS)]],
  ])('%s', async (name, make) => {
    const [x, y] = make();
    if (name === 'a record by name') {
      const model = classifier();
      const record = { [model.inputNames[0] as string]: tf.tensor(ROWS) };
      const { history } = await model.fit(record, y as never, { epochs: 2, batchSize: 2, shuffle: false, verbose: 0 });
      expect(history['loss']?.at(-1)).toBeCloseTo(expected, 6);
      return;
    }
    expect(await lossAfter(x, y)).toBeCloseTo(expected, 6);
  });

  const batches = [
    [ROWS.slice(0, 2), LABELS.slice(0, 2)],
    [ROWS.slice(2), LABELS.slice(2)],
  ];

  test('an iterable that can be read again', async () => {
    expect(await lossAfter(new Set(batches))).toBeCloseTo(expected, 6);
  });

  test('an asynchronous iterable, whose tensors stay the caller’s', async () => {
    const tensors = batches.map(([x, y]) => [tf.tensor(x as number[][]), tf.tensor(y as number[])]);
    const source = {
      async *[Symbol.asyncIterator]() {
        yield* tensors;
      },
    };
    expect(await lossAfter(source)).toBeCloseTo(expected, 6);
    expect(tensors.flat().every((tensor) => !tensor.isDisposed)).toBe(true);
  });

  test('a generator with stepsPerEpoch', async () => {
    function* endless() {
      for (;;) yield* batches;
    }
    expect(await lossAfter(endless(), undefined, { batchSize: undefined, stepsPerEpoch: 2 })).toBeCloseTo(expected, 6);
  });

  test('a tf.data.Dataset, of pairs and of { xs, ys }', async () => {
    const zipped = tf.data.zip({ xs: tf.data.array(ROWS), ys: tf.data.array(LABELS) }).batch(2);
    expect(await lossAfter(zipped)).toBeCloseTo(expected, 6);
    const model = classifier();
    const before = tf.memory().numTensors;
    await model.fit(zipped, { verbose: 0 });
    await model.fit(zipped, { verbose: 0 });
    // Only the optimizer's and the metrics' state is new.
    expect(tf.memory().numTensors - before).toBeLessThan(12);
  });

  test('several batches a run: the same training, callbacks see groups', async () => {
    const model = classifier();
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', stepsPerExecution: 2 });
    const seen: number[] = [];
    const { history } = await model.fit(ROWS, LABELS, {
      epochs: 2,
      batchSize: 1,
      shuffle: false,
      verbose: 0,
      callbacks: { onTrainBatchEnd: (batch: number) => void seen.push(batch) },
    });
    expect(history['loss']?.length).toBe(2);
    expect(seen).toEqual([1, 3, 1, 3]);
  });
});

function classifierInput(): string {
  return 'unused';
}

test('validation every so often; callbacks in Keras’s order; stopTraining ends after the batch', async () => {
  const model = classifier();
  const calls: string[] = [];
  const note = (name: string) => (index?: unknown) =>
    void calls.push(typeof index === 'number' ? `${name} ${index}` : name);
  const { history, epoch } = await model.fit(ROWS, LABELS, {
    epochs: 2,
    batchSize: 2,
    verbose: 0,
    validationData: [ROWS, LABELS],
    validationFreq: 2,
    callbacks: {
      onTrainBegin: note('train begin'),
      onEpochBegin: note('epoch begin'),
      onTrainBatchBegin: note('batch begin'),
      onTrainBatchEnd: note('batch end'),
      onTestBegin: note('test begin'),
      onTestBatchEnd: note('test batch end'),
      onTestEnd: note('test end'),
      onEpochEnd: note('epoch end'),
      onTrainEnd: note('train end'),
    },
  });
  const batches = ['batch begin 0', 'batch end 0', 'batch begin 1', 'batch end 1'];
  expect(calls).toEqual([
    ...['train begin', 'epoch begin 0', ...batches, 'epoch end 0', 'epoch begin 1', ...batches],
    ...['test begin', 'test batch end 0', 'test batch end 1', 'test end', 'epoch end 1', 'train end'],
  ]);
  expect(epoch).toEqual([0, 1]);
  expect(history['val_loss']?.length).toBe(1);

  const ended: number[] = [];
  await model.fit(ROWS, LABELS, {
    batchSize: 1,
    epochs: 5,
    verbose: 0,
    callbacks: {
      onTrainBatchEnd(batch: number) {
        ended.push(batch);
        if (batch === 1) model.stopTraining = true;
      },
    },
  });
  expect(ended).toEqual([0, 1]);
});

test('evaluate and predict: numbers, lists, records; tensors the caller owns', async () => {
  const model = classifier();
  const [loss, accuracy] = await model.evaluate(ROWS, LABELS, { verbose: 0 });
  expect(await model.evaluate(ROWS, LABELS, { verbose: 0, returnDict: true })).toEqual({ accuracy, loss });
  model.compile({ loss: 'sparse_categorical_crossentropy' });
  expect(await model.evaluate(ROWS, LABELS, { verbose: 0 })).toBeCloseTo(loss, 6);
  const y = await model.predict(ROWS, { batchSize: 3, verbose: 0 });
  expect(y.shape).toEqual([4, 2]);
  expect((await model.predict(ROWS, { batchSize: 3, verbose: 0, steps: 1 })).shape).toEqual([3, 2]);
  const before = tf.memory().numTensors;
  tf.dispose(await model.predict(ROWS, { batchSize: 3, verbose: 0 }));
  expect(tf.memory().numTensors).toBe(before);
});

test('a timer fires while fit runs', async () => {
  const model = classifier();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await model.fit(tf.randomUniform([4000, 3]), tf.zeros([4000]), { batchSize: 4, verbose: 0 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});

describe('what is refused leaves the model as it was, and no tensor behind', () => {
  const x = () => tf.tensor(ROWS);
  const cases: [string, (model: ModelType, keep: (t: tf.Tensor) => tf.Tensor) => unknown, string][] = [
    ['wrong rank', (m, keep) => m.fit(keep(tf.ones([4])), LABELS), 'expected shape (None, 3) for input'],
    ['wrong size', (m, keep) => m.fit(keep(tf.ones([4, 5])), LABELS), 'Received: shape (4, 5)'],
    ['other lengths', (m, keep) => m.fit(keep(x()), [0, 1]), 'Received: x: 4, y: 2'],
    [
      'class out of range',
      (m, keep) => m.fit(keep(x()), [0, 1, 2, 0]),
      'whole numbers from 0 to 1. Received: 2 at index 2',
    ],
    ['negative class', (m, keep) => m.fit(keep(x()), [0, -1, 0, 0]), 'Received: -1 at index 1'],
    ['NaN class', (m, keep) => m.evaluate(keep(x()), [0, Number.NaN, 0, 0]), 'Received: NaN at index 1'],
    [
      'one-hot labels for class numbers',
      (m, keep) => m.fit(keep(x()), keep(tf.ones([4, 2]))),
      'use categorical_crossentropy',
    ],
    ['no samples', (m) => m.fit([], []), 'the data is empty'],
    ['ragged arrays', (m) => m.predict([[1, 2, 3], [1]] as never), 'equally long'],
    ['text', (m) => m.predict([['a', 'b', 'c']] as never), "Received: 'a' at x[0][0]. Turn text into numbers first"],
    [
      'a disposed tensor',
      (m) => {
        const t = x();
        t.dispose();
        return m.predict(t);
      },
      'a disposed tensor of shape (4, 3)',
    ],
    ['misspelt option', (m) => m.fit(ROWS, LABELS, { epoch: 2 } as never), "Did you mean 'epochs'?"],
    ['batchSize', (m) => m.fit(ROWS, LABELS, { batchSize: 0 }), 'batchSize must be an integer of at least 1'],
    ['epochs', (m) => m.fit(ROWS, LABELS, { epochs: -1 }), 'epochs must be an integer of at least 0'],
    ['verbose', (m) => m.fit(ROWS, LABELS, { verbose: 3 as never }), "verbose must be 0, 1, 2 or 'auto'"],
    ['validationSplit', (m) => m.fit(ROWS, LABELS, { validationSplit: 0.9 }), 'leaves 0 for training'],
    [
      'validationData',
      (m) => m.fit(ROWS, LABELS, { validationData: [ROWS] as never }),
      'validationData must be [x, y]',
    ],
    [
      'validation labels',
      (m) => m.fit(ROWS, LABELS, { validationData: [ROWS, [9, 0, 0, 0]] }),
      'Received: 9 at index 0',
    ],
    [
      'weights twice',
      (m) => m.fit(ROWS, LABELS, { classWeight: { 0: 1 }, sampleWeight: [1, 1, 1, 1] }),
      'cannot be given together',
    ],
    ['classWeight', (m) => m.fit(ROWS, LABELS, { classWeight: { a: 1 } as never }), 'for class numbers'],
    ['sampleWeight', (m) => m.fit(ROWS, LABELS, { sampleWeight: ROWS }), 'one weight for each sample'],
    ['a hook', (m) => m.fit(ROWS, LABELS, { callbacks: { onEpochFinish() {} } as never }), 'unknown hook'],
    ['y with a dataset', (m) => m.fit(new Set([]), LABELS), 'y must not be given when x is a dataset'],
    ['optimizer', (m) => m.compile({ optimizer: 'addam' as never }), "Did you mean 'adam'?"],
    ['loss', (m) => m.compile({ loss: 'msee' as never }), 'unknown loss'],
    ['metric', (m) => m.compile({ loss: 'mse', metrics: ['acuracy' as never] }), "Did you mean 'accuracy'?"],
    ['compile option', (m) => m.compile({ optimiser: 'sgd' } as never), "Did you mean 'optimizer'?"],
    ['trainOnBatch', (m) => m.trainOnBatch(ROWS, [0, 1, 5, 0]), 'Received: 5 at index 2'],
    ['weights', (m) => m.setWeights([[[1]]]), 'expected 2 weights. Received: 1'],
  ];

  test.each(cases)('%s', async (_, act, message) => {
    const model = classifier();
    await model.fit(ROWS, LABELS, { verbose: 0 });
    const weights = model.getWeights();
    const before = weights.map((w) => Array.from(w.dataSync()));
    tf.dispose(weights);
    const mine: tf.Tensor[] = [];
    const count = tf.memory().numTensors;
    const attempt = async () =>
      act(model, (t) => {
        mine.push(t);
        return t;
      });
    await expect(attempt()).rejects.toThrow(message);
    tf.dispose(mine);
    expect(tf.memory().numTensors).toBe(count);
    expect(model.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(before);
  });

  test('not compiled, no loss', async () => {
    const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(2)]);
    await expect(model.fit(ROWS, LABELS)).rejects.toThrow('fit() needs a compiled model');
    await expect(model.evaluate(ROWS, LABELS)).rejects.toThrow('evaluate() needs a compiled model');
    model.compile({ optimizer: 'sgd' });
    await expect(model.fit(ROWS, LABELS, { verbose: 0 })).rejects.toThrow('no loss to compute');
  });

  test('an unbuilt model stays unbuilt', async () => {
    const model = Sequential([layers.Dense(2, { activation: 'softmax' })]);
    model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
    await expect(model.fit(ROWS, [0, 1, 2, 0], { verbose: 0 })).rejects.toThrow('Received: 2 at index 2');
    expect(model.built).toBe(false);
    expect(() => model.countParams()).toThrow('has no weights yet');
  });

  test('several outputs: names and counts', async () => {
    const x0 = Input({ shape: [3] });
    const model = Model({
      inputs: x0,
      outputs: [layers.Dense(1, { name: 'a' })(x0), layers.Dense(2, { name: 'b' })(x0)],
    });
    expect(() => model.compile({ loss: { a: 'mse', c: 'mse' } })).toThrow("Received: 'c'");
    model.compile({ optimizer: 'sgd', loss: { a: 'mse', b: 'mse' } });
    await expect(model.fit(ROWS, tf.ones([4, 1]), { verbose: 0 })).rejects.toThrow(/output|labels|y/);
  });
});
