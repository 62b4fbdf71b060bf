/** Data that end before, with or after their epoch, against real Keras: see `scripts/fixtures/dataEnds.py`. */
import * as tf from '@tensorflow/tfjs';
import { callbacks, Input, layers, optimizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model as ModelType } from '../../src/models';
import fixture from '../fixtures/dataEnds.json';

type Sample = [x: number[], y: number[]];
type Steps = number[][][];

/** The script's data: x0 and x1 look irregular, y = x0 + 2 x1 + 0.5. */
function samples(rows: number): Sample[] {
  return Array.from({ length: rows }, (_, i) => {
    const [a, b] = [i * 2, i * 2 + 1].map((n) => ((n * 7) % 17) / 17 - 0.5) as [number, number];
    return [[a, b], [a + 2 * b + 0.5]];
  });
}

function net(options: object = {}): ModelType {
  const model = Sequential([Input({ shape: [2] }), layers.Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse', ...options });
  return model;
}

const batch = ([x, y]: Sample): tf.Tensor[] => [tf.tensor2d([x]), tf.tensor2d([y])];

function* once(rows: number): Generator<tf.Tensor[]> {
  for (const sample of samples(rows)) yield batch(sample);
}

async function* onceAsync(rows: number): AsyncGenerator<tf.Tensor[]> {
  for (const sample of samples(rows)) yield batch(sample);
}

/** Data that can start again, in all their forms: what `fit` takes first. */
const RESTARTING: Record<string, (rows: number) => [x: object, y?: number[][]]> = {
  arrays: (rows) => [samples(rows).map(([x]) => x), samples(rows).map(([, y]) => y)],
  'a data set of known size': (rows) => {
    const xs = tf.data.array(samples(rows).map(([x]) => x));
    const ys = tf.data.array(samples(rows).map(([, y]) => y));
    return [tf.data.zip({ xs, ys }).batch(1)];
  },
  'a data set of unknown size': (rows) => [tf.data.generator(() => once(rows))],
  'an iterable': (rows) => [{ [Symbol.iterator]: () => once(rows) }],
  'an asynchronous iterable': (rows) => [{ [Symbol.asyncIterator]: () => onceAsync(rows) }],
  'an iterable of promises': (rows) => [
    {
      *[Symbol.iterator]() {
        for (const sample of samples(rows)) yield Promise.resolve(batch(sample));
      },
    },
  ],
};

/** Data that give their batches once. */
const ENDING: Record<string, (rows: number) => object> = {
  'a generator': once,
  'an asynchronous generator': onceAsync,
  'an iterable that always gives the same generator': (rows) => {
    const all = once(rows);
    return { [Symbol.iterator]: () => all, next: undefined };
  },
};

/** What a callback was told. */
class Told extends callbacks.Callback {
  readonly trained: Steps = [];
  readonly tested: Steps = [];
  readonly ended: number[] = [];
  trainEnds = 0;

  override onEpochBegin(): void {
    this.trained.push([]);
  }
  override onEpochEnd(epoch: number): void {
    this.ended.push(epoch);
  }
  override onTestBegin(): void {
    this.tested.push([]);
  }
  override onTrainBatchBegin(step: number): void {
    this.trained.at(-1)?.push([step]);
  }
  override onTrainBatchEnd(step: number): void {
    this.trained.at(-1)?.at(-1)?.push(step);
  }
  override onTestBatchBegin(step: number): void {
    this.tested.at(-1)?.push([step]);
  }
  override onTestBatchEnd(step: number): void {
    this.tested.at(-1)?.at(-1)?.push(step);
  }
  override onTrainEnd(): void {
    this.trainEnds++;
  }
}

/** The warnings that the process is given while `body` runs. */
async function warningsOf(body: () => Promise<unknown>): Promise<string[]> {
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  try {
    await body();
    expect(warn.mock.calls.map(([, kind]) => kind)).toEqual(warn.mock.calls.map(() => 'UserWarning'));
    return warn.mock.calls.map(([text]) => String(text));
  } finally {
    warn.mockRestore();
  }
}

const RAN_OUT = /^Your input ran out of data; interrupting training\. .*stepsPerEpoch \* epochs batches/;

function expectClose(actual: unknown, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect((actual as number[])[i]).toBeCloseTo(value, 5);
  });
}

function fit(model: ModelType, [x, y]: [x: object, y?: number[][]], options: object): Promise<callbacks.History> {
  const all = { epochs: 4, verbose: 0 as const, ...options };
  return y ? model.fit(x as never, y, { ...all, batchSize: 1, shuffle: false }) : model.fit(x as never, all as never);
}

beforeAll(() => ready());

describe.each(Object.keys(RESTARTING))('%s', (name) => {
  const make = RESTARTING[name] as (rows: number) => [object];

  test.each(fixture.single)('10 batches, $steps steps an epoch', async (expected) => {
    const [model, told] = [net(), new Told()];
    const warnings = await warningsOf(async () => {
      const options = { callbacks: told, stepsPerEpoch: expected.steps };
      const { history } = await fit(model, make(10), options);
      expectClose(history['loss'], expected.history.loss);
    });
    expect(told).toMatchObject({ trained: expected.trained, ended: [0, 1, 2, 3], trainEnds: 1 });
    expect(warnings).toHaveLength(expected.warnings);
    for (const text of warnings) expect(text).toMatch(RAN_OUT);
    expect(model.optimizer?.iterations.value.dataSync()[0]).toBe(expected.iterations);
    model.dispose();
  });

  test.each(fixture.several)('7 batches, 3 an execution, $steps steps an epoch', async (expected) => {
    const [model, told] = [net({ stepsPerExecution: 3 }), new Told()];
    const warnings = await warningsOf(async () => {
      const options = { callbacks: told, stepsPerEpoch: expected.steps };
      const { history } = await fit(model, make(7), options);
      expectClose(history['loss'], expected.history.loss);
    });
    expect(told.trained).toEqual(expected.trained);
    expect(warnings).toHaveLength(expected.warnings);
    expect(model.optimizer?.iterations.value.dataSync()[0]).toBe(expected.iterations);
    model.dispose();
  });

  test.each(fixture.validation)('for validation, $validation_steps steps', async (expected) => {
    const [model, told] = [net(), new Told()];
    const validationData = make(7);
    const options = { callbacks: told, epochs: 3, validationSteps: expected.validation_steps };
    const data = validationData.length === 1 ? validationData[0] : validationData;
    const warnings = await warningsOf(async () => {
      const { history } = await fit(model, RESTARTING['arrays']?.(4) as never, { ...options, validationData: data });
      expectClose(history['loss'], expected.history.loss);
      expectClose(history['val_loss'], expected.history.val_loss as number[]);
    });
    expect(told.tested).toEqual(expected.tested);
    expect(warnings).toHaveLength(expected.warnings);
    model.dispose();
  });

  test('for evaluate and predict', async () => {
    const model = net();
    const [x, y] = make(7) as unknown as [object, number[][] | undefined];
    const mean = (rows: number): number => samples(rows).reduce((sum, [, [t]]) => sum + (t as number) ** 2, 0) / rows;
    for (const [steps, rows, warned] of [
      [undefined, 7, 0],
      [2, 2, 0],
      [7, 7, 0],
      [9, 7, 1],
    ] as const) {
      const told = new Told();
      const options = { steps, verbose: 0, callbacks: told, ...(y && { batchSize: 1 }) };
      const warnings = await warningsOf(async () => {
        const loss = await (y
          ? model.evaluate(x as never, y, options as never)
          : model.evaluate(x as never, options as never));
        expect(loss).toBeCloseTo(mean(rows), 5);
      });
      expect(told.tested).toEqual([Array.from({ length: rows }, (_, i) => [i, i])]);
      expect(warnings).toHaveLength(warned);
      const predicted = (await model.predict(x as never, options as never)) as tf.Tensor;
      expect(predicted.shape).toEqual([rows, 1]);
      predicted.dispose();
    }
    model.dispose();
  });
});

describe.each(Object.keys(ENDING))('%s', (name) => {
  const make = ENDING[name] as (rows: number) => object;

  test.each(fixture.single)('10 batches once, $steps steps an epoch', async ({ steps, trained, history }) => {
    let [left, epochs] = [10, 0];
    while (epochs < trained.length && left >= (trained[epochs] as number[][]).length) {
      left -= (trained[epochs] as number[][]).length;
      epochs++;
    }
    const [model, told] = [net(), new Told()];
    const stopping = callbacks.EarlyStopping({ monitor: 'loss', patience: 10 });
    const warnings = await warningsOf(async () => {
      const run = await fit(model, [make(10)], { callbacks: [told, stopping], stepsPerEpoch: steps });
      expectClose(run.history['loss'], history.loss.slice(0, epochs));
      expect(run.epoch).toEqual(Array.from({ length: epochs }, (_, i) => i));
    });
    expect(told.trained.slice(0, epochs)).toEqual(trained.slice(0, epochs));
    expect(told.trained.slice(epochs).flat()).toEqual([]);
    expect(told).toMatchObject({ ended: Array.from({ length: epochs }, (_, i) => i), trainEnds: 1 });
    expect(warnings).toHaveLength(4 * (steps ?? 10) <= 10 ? 0 : 1);
    expect(stopping.best).toBeCloseTo(Math.min(...history.loss.slice(0, epochs)), 5);
    model.dispose();
  });

  test('one epoch is what it has, without a warning', async () => {
    const model = net();
    const warnings = await warningsOf(async () => {
      const { history } = await fit(model, [make(10)], { epochs: 1 });
      expectClose(history['loss'], fixture.single[0]?.history.loss.slice(0, 1) as number[]);
    });
    expect(warnings).toEqual([]);
    model.dispose();
  });
});

test.each(['a generator', 'an asynchronous generator'])(
  'validation goes on where it stopped, and is an error where nothing is left: %s',
  async (name) => {
    const make = ENDING[name] as (rows: number) => object;
    const model = net();
    const options = { epochs: 3, validationData: make(7), validationSteps: 3 };
    const warnings = await warningsOf(async () => {
      const { history } = await fit(model, RESTARTING['arrays']?.(4) as never, options);
      expect(history['val_loss']).toHaveLength(3);
    });
    expect(warnings).toHaveLength(1);
    const told = new Told();
    const spent = { epochs: 3, validationData: make(7), callbacks: told };
    await expect(fit(model, RESTARTING['arrays']?.(4) as never, spent)).rejects.toThrow(
      'fit: validationData: expected at least one batch. Received: data without any. Pass arrays, or something to ' +
        'iterate over that gives batches each time it is asked; a generator object gives its batches once.',
    );
    expect(told.ended).toEqual([0]);
    model.dispose();
  },
);

describe('no batch at all', () => {
  const EMPTY: Record<string, () => object> = {
    'a generator': () => once(0),
    'an asynchronous generator': () => onceAsync(0),
    'an iterable': () => ({ [Symbol.iterator]: () => once(0) }),
    'a data set': () => tf.data.generator(() => once(0)),
  };

  test.each(Object.entries(EMPTY))('%s', async (_, make) => {
    const model = net();
    const before = tf.memory().numTensors;
    const mend = ': expected at least one batch. Received: data without any. Pass arrays';
    const validation = { validationData: make(), epochs: 1 };
    await expect(fit(model, [make()], {})).rejects.toThrow(`fit${mend}`);
    await expect(fit(model, [make()], { stepsPerEpoch: 2 })).rejects.toThrow(`fit${mend}`);
    await expect(fit(model, RESTARTING['arrays']?.(4) as never, validation)).rejects.toThrow(
      `fit: validationData${mend}`,
    );
    await expect(model.evaluate(make() as never, { verbose: 0 })).rejects.toThrow(`evaluate${mend}`);
    await expect(model.predict(make() as never, { verbose: 0 })).rejects.toThrow(`predict${mend}`);
    expect(tf.memory().numTensors - before).toBe(0);
    model.dispose();
  });
});

/** A source that notes how often its `return()` is called, and when it ran to its end. */
function watched(rows: number, kind: 'sync' | 'async'): { source: object; calls: string[] } {
  const calls: string[] = [];
  const all = samples(rows);
  let at = 0;
  const next = () => {
    const sample = all[at++];
    if (!sample) calls.push('end');
    return sample ? { done: false, value: batch(sample) } : { done: true, value: undefined };
  };
  const end = () => {
    calls.push(`return after ${at}`);
    return { done: true, value: undefined };
  };
  if (kind === 'sync') {
    const source = { next, return: end, [Symbol.iterator]: () => source };
    return { source, calls };
  }
  const source = { next: async () => next(), return: async () => end(), [Symbol.asyncIterator]: () => source };
  return { source, calls };
}

describe.each(['sync', 'async'] as const)('return() of a generator: %s', (kind) => {
  const arrays = RESTARTING['arrays']?.(4) as [object, number[][]];

  test('when it has been read to its end: never', async () => {
    const { source, calls } = watched(4, kind);
    await fit(net(), [source], { epochs: 1 });
    expect(calls).toEqual(['end']);
  });

  test('at the end of fit, and not between epochs', async () => {
    const { source, calls } = watched(20, kind);
    const onEpochEnd = (): void => void calls.push('epoch');
    await fit(net(), [source], { epochs: 3, stepsPerEpoch: 4, callbacks: { onEpochEnd } });
    expect(calls).toEqual(['epoch', 'epoch', 'epoch', 'return after 12']);
  });

  test('at the end of fit, also for validation', async () => {
    const { source, calls } = watched(20, kind);
    const onEpochEnd = (): void => void calls.push('epoch');
    const options = { epochs: 2, validationData: source, validationSteps: 3, callbacks: { onEpochEnd } };
    await fit(net(), arrays, options);
    expect(calls).toEqual(['epoch', 'epoch', 'return after 6']);
  });

  test('after stopTraining', async () => {
    const { source, calls } = watched(20, kind);
    const onTrainBatchEnd = function (this: { model: { stopTraining: boolean } }, step: number): void {
      if (step === 2) this.model.stopTraining = true;
    };
    await fit(net(), [source], { epochs: 3, stepsPerEpoch: 8, callbacks: { onTrainBatchEnd } });
    expect(calls).toEqual(['return after 3']);
  });

  test('after an error in a step, in a callback, and in the data', async () => {
    const failing = watched(20, kind);
    const loss = (): never => {
      throw new Error('no loss today');
    };
    await expect(fit(net({ loss }), [failing.source], {})).rejects.toThrow('no loss today');
    expect(failing.calls).toEqual(['return after 1']);

    const told = watched(20, kind);
    const onTrainBatchEnd = (step: number): void => {
      if (step === 1) throw new Error('no more');
    };
    await expect(fit(net(), [told.source], { callbacks: { onTrainBatchEnd } })).rejects.toThrow('no more');
    expect(told.calls).toEqual(['return after 2']);

    const calls: string[] = [];
    const source = {
      next: () => ({ done: false, value: [tf.zeros([1, 3]), tf.zeros([1, 1])] }),
      return: () => {
        calls.push('return');
        return { done: true, value: undefined };
      },
      [Symbol.iterator]: () => source,
    };
    await expect(fit(net(), [source], {})).rejects.toThrow('expected shape (None, 2)');
    expect(calls).toEqual(['return']);
  });

  test('after evaluate and predict with steps', async () => {
    const [evaluated, predicted, stopped] = [watched(9, kind), watched(9, kind), watched(9, kind)];
    const model = net();
    await model.evaluate(evaluated.source as never, { steps: 2, verbose: 0 });
    expect(evaluated.calls).toEqual(['return after 2']);
    await model.predict(predicted.source as never, { steps: 3, verbose: 0 });
    expect(predicted.calls).toEqual(['return after 3']);
    const onTestBatchEnd = (): void => {
      model.stopEvaluating = true;
    };
    await model.evaluate(stopped.source as never, { verbose: 0, callbacks: { onTestBatchEnd } });
    expect(stopped.calls).toEqual(['return after 1']);
  });
});

test('an iterable that can start again is closed after each pass that is not read to its end', async () => {
  const passes: string[][] = [];
  const source = {
    [Symbol.iterator]: () => {
      const { source: pass, calls } = watched(6, 'sync');
      passes.push(calls);
      return pass;
    },
  };
  await fit(net(), RESTARTING['arrays']?.(4) as never, { epochs: 2, validationData: source, validationSteps: 4 });
  expect(passes).toEqual([['return after 4'], ['return after 4']]);
  passes.length = 0;
  await fit(net(), [source], { epochs: 3, stepsPerEpoch: 4 });
  expect(passes).toEqual([['end'], ['return after 4']]);
});

test('the source that throws says so, and the model is free', async () => {
  const model = net();
  const broken = function* (): Generator<tf.Tensor[]> {
    yield batch(samples(1)[0] as Sample);
    throw new Error('the disk is gone');
  };
  await expect(model.evaluate(broken(), { verbose: 0 })).rejects.toThrow('the disk is gone');
  await expect(model.fit(broken(), { verbose: 0 })).rejects.toThrow('the disk is gone');
  await expect(model.predict(broken(), { verbose: 0 })).rejects.toThrow('the disk is gone');
  await model.fit(once(3), { verbose: 0 });
  model.dispose();
});
