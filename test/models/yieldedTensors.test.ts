/** Whose the tensors are that data give: those of the caller stay, those that the data made are freed after their step. */
import * as tf from '@tensorflow/tfjs-core';
import * as data from '@tensorflow/tfjs-data';
import { callbacks, Input, layers, Model, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model as ModelType } from '../../src/models';
import type { IterableData } from '../../src/models/data/data';

const quiet = { verbose: 0 } as const;
const EPOCHS = 3;
const STEPS = 6;
/** The data go on for longer than they are read. */
const BATCHES = EPOCHS * STEPS + 5;

function net(options: object = {}): ModelType {
  const model = Sequential([Input({ shape: [3] }), layers.Dense(2)]);
  model.compile({ optimizer: 'sgd', loss: 'mse', ...options });
  return model;
}

/** Two inputs and two outputs by name. */
function twice(): ModelType {
  const [a, b] = [Input({ shape: [3], name: 'a' }), Input({ shape: [2], name: 'b' })];
  const outputs = { p: layers.Dense(2, { name: 'p' })(a), q: layers.Dense(1, { name: 'q' })(b) };
  const model = Model({ inputs: { a, b }, outputs });
  model.compile({ optimizer: 'sgd', loss: { p: 'mse', q: 'mse' } });
  return model;
}

const fresh = (rows = 4): tf.Tensor[] => [tf.randomUniform([rows, 3]), tf.randomUniform([rows, 2])];
const named = (): object => ({
  xs: { a: tf.ones([4, 3]), b: tf.ones([4, 2]) },
  ys: { p: tf.ones([4, 2]), q: tf.ones([4, 1]) },
});

function* repeat(make: (i: number) => unknown, count = BATCHES): Generator<never> {
  for (let i = 0; i < count; i++) yield make(i) as never;
}
async function* repeatLater(make: (i: number) => unknown, count = BATCHES): AsyncGenerator<never> {
  for (let i = 0; i < count; i++) {
    await null;
    yield make(i) as never;
  }
}

/** Data whose batches `make` makes; freed, or no tensors at all. */
const SOURCES: Record<string, (make: (i: number) => unknown) => IterableData> = {
  'a generator': (make) => repeat(make),
  'an asynchronous generator': (make) => repeatLater(make),
  'an iterable': (make) => ({ [Symbol.iterator]: () => repeat(make) }),
  'a generator of promises': (make) => repeat(async (i) => make(i)),
  'a data set': (make) => data.generator(() => repeat(make) as Generator<never>),
};

/** What a batch may be, and for which model. */
const BATCH: Record<string, [model: (options?: object) => ModelType, make: () => unknown]> = {
  '[x, y]': [net, () => fresh()],
  '[x, y, sampleWeight]': [net, () => [...fresh(), tf.ones([4])]],
  '{ xs, ys }': [net, () => ({ xs: tf.ones([4, 3]), ys: tf.ones([4, 2]) })],
  'records by name': [twice, named],
  'lists of tensors': [
    twice,
    () => [
      [tf.ones([4, 3]), tf.ones([4, 2])],
      [tf.ones([4, 2]), tf.ones([4, 1])],
    ],
  ],
  'tensors and arrays': [
    net,
    () => [
      tf.ones([2, 3]),
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
};

/** How many tensors there are after each batch, and after the run, beyond those before it. */
async function tensorsOf(run: (note: () => void) => unknown): Promise<{ during: number; after: number }> {
  const before = tf.memory().numTensors;
  const counts: number[] = [0];
  await run(() => counts.push(tf.memory().numTensors - before));
  return { during: Math.max(...counts), after: tf.memory().numTensors - before };
}

/** Runs whatever reads data, each once before to make what is made once. */
const RUNS: Record<string, (model: ModelType, make: () => IterableData, note: () => void) => Promise<unknown>> = {
  fit: (model, make, note) =>
    model.fit(make() as never, {
      ...quiet,
      epochs: EPOCHS,
      stepsPerEpoch: STEPS,
      callbacks: { onTrainBatchEnd: note },
    }),
  validation: (model, make, note) => {
    const options = { validationData: make(), validationSteps: STEPS, callbacks: { onTestBatchEnd: note } };
    const [x, y] = model.inputs.length > 1 ? ([named()] as const) : fresh();
    const batch = y ? [x, y] : x;
    return model
      .fit(repeat(() => batch) as never, { ...quiet, epochs: EPOCHS, stepsPerEpoch: 1, ...options })
      .finally(() => {
        tf.dispose(batch as tf.Tensor[]);
      });
  },
  evaluate: (model, make, note) =>
    model.evaluate(make() as never, { ...quiet, steps: STEPS, callbacks: { onTestBatchEnd: note } }),
  predict: async (model, make, note) =>
    tf.dispose(
      await model.predict(make() as never, { ...quiet, steps: STEPS, callbacks: { onPredictBatchBegin: note } }),
    ),
};

beforeAll(() => ready());

describe.each(Object.keys(RUNS))('%s', (name) => {
  const run = RUNS[name] as (typeof RUNS)[string];
  const cases = Object.keys(SOURCES)
    .flatMap((source) => Object.keys(BATCH).map((batch) => [source, batch] as const))
    // A data set takes lists apart, and gives a list for each of their places.
    .filter((pair) => pair.join() !== 'a data set,lists of tensors');

  test.each(cases)('%s of %s leaves nothing, and holds a few batches at most', async (source, batch) => {
    const [make, element] = BATCH[batch] as (typeof BATCH)[string];
    const model = make();
    const read = (): IterableData => (SOURCES[source] as (typeof SOURCES)[string])(element);
    await run(model, read, () => undefined);
    const { during, after } = await tensorsOf((note) => run(model, read, note));
    expect(after).toBe(0);
    // Outputs of a prediction are there until they are joined.
    expect(during).toBeLessThan(name === 'predict' ? 12 + 2 * STEPS : 12);
    model.dispose();
  });
});

test('stepsPerExecution: a group is held at most', async () => {
  const model = net({ stepsPerExecution: 4 });
  const run = (note: () => void): unknown => RUNS['fit']?.(model, () => repeat(() => fresh()), note);
  await run(() => undefined);
  const { during, after } = await tensorsOf(run);
  expect([after, during < 20]).toEqual([0, true]);
  model.dispose();
});

describe.each([1, 3])('stepsPerExecution: %s', (stepsPerExecution) => {
  test('the same tensor may come step after step, and is freed at the end', async () => {
    const model = net({ stepsPerExecution });
    await model.fit(repeat(() => fresh()) as never, { ...quiet, epochs: 1 });
    let made: tf.Tensor[] = [];
    const same = function* (): Generator<tf.Tensor[]> {
      made = fresh();
      for (let i = 0; i < BATCHES; i++) yield made;
    };
    const { after } = await tensorsOf(() => model.fit(same(), quiet));
    expect([after, made.map(({ isDisposed }) => isDisposed)]).toEqual([0, [true, true]]);
    model.dispose();
  });

  test('one of them may stay while the other changes', async () => {
    const model = net({ stepsPerExecution });
    const mixed = function* (): Generator<tf.Tensor[]> {
      const y = tf.ones([4, 2]);
      for (let i = 0; i < BATCHES; i++) yield [tf.ones([4, 3]), y];
    };
    await model.fit(mixed(), quiet);
    const { after } = await tensorsOf(() => model.fit(mixed(), quiet));
    expect(after).toBe(0);
    model.dispose();
  });

  test('tensors made before the call stay with the caller', async () => {
    const model = net({ stepsPerExecution });
    const pairs = [fresh(), fresh(), fresh()];
    await model.fit(repeat((i) => pairs[i % 3]) as never, quiet);
    const { after } = await tensorsOf(() => model.fit(repeat((i) => pairs[i % 3]) as never, quiet));
    await model.evaluate(repeat((i) => pairs[i % 3]) as never, quiet);
    expect(after).toBe(0);
    expect(pairs.flat().some(({ isDisposed }) => isDisposed)).toBe(false);
    tf.dispose(pairs);
    model.dispose();
  });

  test('tensors marked by tf.keep stay with the caller, whenever they are marked', async () => {
    const model = net({ stepsPerExecution });
    const kept: tf.Tensor[] = [];
    const alternating = function* (late: boolean): Generator<tf.Tensor[]> {
      const pairs = [fresh(), fresh()] as [tf.Tensor[], tf.Tensor[]];
      kept.push(...pairs.flat());
      if (!late) for (const tensor of kept) tf.keep(tensor);
      for (let i = 0; i < BATCHES; i++) {
        yield pairs[i % 2] as tf.Tensor[];
        if (late) for (const tensor of pairs[i % 2] as tf.Tensor[]) tf.keep(tensor);
      }
    };
    for (const late of [false, true]) {
      await model.fit(alternating(late), quiet);
      expect(kept.splice(0).map((tensor) => [tensor.isDisposed, tensor.dispose()][0])).toEqual(Array(4).fill(false));
    }
    model.dispose();
  });

  test('variables stay', async () => {
    const model = net({ stepsPerExecution });
    let x: tf.Variable | undefined;
    const varying = function* (): Generator<tf.Tensor[]> {
      x = tf.variable(tf.ones([4, 3]));
      for (let i = 0; i < BATCHES; i++) yield [i % 2 ? x : tf.ones([4, 3]), tf.ones([4, 2])];
    };
    await model.fit(varying(), quiet);
    expect(x?.isDisposed).toBe(false);
    x?.dispose();
    model.dispose();
  });

  test('one that comes back after it was freed is an error that tells how to keep it', async () => {
    const model = net({ stepsPerExecution });
    await model.fit(repeat(() => fresh()) as never, { ...quiet, epochs: 1 });
    const back = function* (): Generator<tf.Tensor[]> {
      const [first, second] = [fresh(), fresh()];
      for (let i = 0; i < BATCHES; i++) yield [(i % 2 ? second : first)[0] as tf.Tensor, tf.ones([4, 2])];
      tf.dispose([first[1], second[1]] as tf.Tensor[]);
    };
    const message =
      ': a tensor of shape (4, 3) comes again after it was freed: it was made by the data, and a batch came without it. ' +
      'Mark a tensor that is to stay by tf.keep(tensor), or make it before the call.';
    const { after } = await tensorsOf(async () => {
      await expect(model.fit(back(), quiet)).rejects.toThrow(`fit${message}`);
      await expect(model.evaluate(back(), quiet)).rejects.toThrow(`evaluate${message}`);
    });
    // The y of the pairs were never yielded.
    expect(after).toBe(4);
    await model.fit(repeat(() => fresh()) as never, { ...quiet, epochs: 1 });
    model.dispose();
  });
});

test('a generator may free what it made itself', async () => {
  const model = net();
  const tidy = function* (): Generator<tf.Tensor[]> {
    for (let i = 0; i < BATCHES; i++) {
      const batch = fresh();
      yield batch;
      tf.dispose(batch);
    }
  };
  await model.fit(tidy(), quiet);
  const { after } = await tensorsOf(() => model.fit(tidy(), quiet));
  expect(after).toBe(0);
  model.dispose();
});

test('a tensor that one run freed is not for the next', async () => {
  const model = net();
  let cache: tf.Tensor[] | undefined;
  const cached = function* (): Generator<tf.Tensor[]> {
    cache ??= fresh();
    yield cache;
  };
  await model.fit(cached(), quiet);
  await expect(model.fit(cached(), quiet)).rejects.toThrow('Mark a tensor that is to stay by tf.keep(tensor)');
  cache = undefined;
  const keeping = function* (): Generator<tf.Tensor[]> {
    cache ??= fresh().map((tensor) => tf.keep(tensor));
    yield cache;
  };
  await model.fit(keeping(), quiet);
  await model.fit(keeping(), quiet);
  tf.dispose(cache as unknown as tf.Tensor[]);
  model.dispose();
});

describe('errors half way leave nothing', () => {
  test.each([1, 3])('stepsPerExecution: %s', async (stepsPerExecution) => {
    const model = net({ stepsPerExecution });
    const failing: Record<string, () => IterableData> = {
      'the source fails': () =>
        repeat((i) => {
          if (i === 4) throw new Error('half way');
          return fresh();
        }),
      'an asynchronous source fails': () =>
        repeatLater((i) => {
          if (i === 4) throw new Error('half way');
          return fresh();
        }),
      'a batch does not fit': () => repeat((i) => [tf.ones([4, i === 4 ? 5 : 3]), tf.ones([4, 2])]),
      'a batch is of another size': () => repeat((i) => [tf.ones([i === 4 ? 5 : 4, 3]), tf.ones([4, 2])]),
      'a batch is no tensor': () => repeat((i) => [tf.ones([4, 3]), i === 4 ? 'y' : tf.ones([4, 2])]),
    };
    await model.fit(repeat(() => fresh()) as never, quiet);
    for (const make of Object.values(failing)) {
      const { after } = await tensorsOf(async () => {
        await expect(model.fit(make() as never, quiet)).rejects.toThrow();
        await expect(model.evaluate(make() as never, quiet)).rejects.toThrow();
        await expect(model.fit(repeat(() => fresh()) as never, { ...quiet, validationData: make() })).rejects.toThrow();
      });
      expect(after).toBe(0);
    }
    model.dispose();
  });

  test('a callback fails, or stops the run', async () => {
    const model = net();
    await model.fit(repeat(() => fresh()) as never, quiet);
    const onTrainBatchEnd = (step: number): void => {
      if (step === 3) throw new Error('half way');
    };
    const stop = callbacks.LambdaCallback({
      onTrainBatchEnd: () => {
        model.stopTraining = true;
      },
    });
    const { after } = await tensorsOf(async () => {
      await expect(
        model.fit(repeat(() => fresh()) as never, { ...quiet, callbacks: { onTrainBatchEnd } }),
      ).rejects.toThrow();
      await model.fit(repeat(() => fresh()) as never, { ...quiet, callbacks: stop });
    });
    expect(after).toBe(0);
    model.dispose();
  });
});
