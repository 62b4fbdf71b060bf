/** Who may use a model when: one run at a time and what its own callbacks do, and predictions at any time. */
import * as tf from '@tensorflow/tfjs-core';
import type { Model as ModelType } from '../../src/models';
import { filled } from '../ops/backends';

type Library = typeof import('../../src');
type Hooks = Record<string, (this: void, ...args: unknown[]) => unknown>;

/** The library on Node, and as it is where nothing carries along over `await`. */
const LIBRARIES = {
  'with AsyncLocalStorage': (): Library => jest.requireActual<Library>('../../src'),
  'without it': (): Library => {
    let library: Library | undefined;
    jest.isolateModules(() => {
      jest.doMock('#host', () => ({
        host: { ...jest.requireActual('../../src/host/node').host, contextStore: () => undefined },
      }));
      library = jest.requireActual<Library>('../../src');
    });
    jest.dontMock('#host');
    return library as Library;
  },
};

/** A promise, and what settles it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: resolve as () => void };
}

const [x, y] = [filled([12, 3]), filled([12, 2], 2)] as [tf.Tensor2D, tf.Tensor2D];
/** Options of all methods: silent. */
const quiet = { verbose: 0 } as const;

describe.each(Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[])('%s', (name) => {
  const carries = name === 'with AsyncLocalStorage';
  let library: Library;
  let model: ModelType;

  const make = (options: object = {}): ModelType => {
    const { Sequential, layers, optimizers } = library;
    const made = Sequential([layers.Input({ shape: [3] }), layers.Dense(2)]);
    made.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse', metrics: ['mae'], ...options });
    return made;
  };

  beforeAll(async () => {
    library = LIBRARIES[name]();
    await library.ready();
  });
  beforeEach(() => {
    model = make();
  });
  afterEach(() => model.dispose());

  /** The methods that use the state of a model. */
  const METHODS: Record<string, () => unknown> = {
    fit: () => model.fit(x, y, { ...quiet, shuffle: false }),
    evaluate: () => model.evaluate(x, y, quiet),
    trainOnBatch: () => model.trainOnBatch(x, y),
    testOnBatch: () => model.testOnBatch(x, y),
    compile: () => model.compile({ optimizer: 'sgd', loss: 'mse' }),
    setWeights: () => model.setWeights(model.weights.map(({ value }) => value)),
  };
  const RUNS = ['fit', 'evaluate'];

  /** The error of a method, thrown or as a promise. */
  const errorOf = async (method: string): Promise<string | undefined> => {
    try {
      await METHODS[method]?.();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const refusal = (who: string, running: string): string =>
    `Sequential '${model.name}': ${who}() while ${running}() is running on the same model. Await ${running}() first; ` +
    'predict() and calls of the model are possible meanwhile.';

  describe.each(RUNS)('while %s is running', (running) => {
    test.each(Object.keys(METHODS))('%s is refused from outside, and the run goes on', async (method) => {
      const alone = make();
      alone.setWeights(model.getWeights());
      const [expected] = [
        await (running === 'fit' ? alone.fit(x, y, { ...quiet, shuffle: false }) : alone.evaluate(x, y, quiet)),
      ];
      const run = METHODS[running]?.() as Promise<unknown>;
      expect(await errorOf(method)).toBe(refusal(method, running));
      const result = await run;
      if (running === 'fit') {
        expect((result as { history: unknown }).history).toEqual((expected as { history: unknown }).history);
      } else expect(result).toEqual(expected);
      model.weights.forEach(({ value }, i) => {
        expect(value.dataSync()).toEqual(alone.weights[i]?.value.dataSync());
      });
      // It is over, and everybody may.
      expect(await errorOf(method)).toBeUndefined();
      alone.dispose();
    });

    test.each(Object.keys(METHODS))('%s is refused from outside while an asynchronous hook waits', async (method) => {
      const [waiting, go] = [deferred(), deferred()];
      const hook = async (): Promise<void> => {
        waiting.resolve();
        await go.promise;
      };
      const callbacks: Hooks = { onTrainBatchEnd: hook, onTestBatchEnd: hook };
      const run =
        running === 'fit' ? model.fit(x, y, { ...quiet, callbacks }) : model.evaluate(x, y, { ...quiet, callbacks });
      await waiting.promise;
      // Without a context an outsider cannot be told from the hook; an asynchronous one is noticed when the hook ends.
      if (carries) expect(await errorOf(method)).toBe(refusal(method, running));
      go.resolve();
      await run;
    });

    test('a run that failed leaves the model free', async () => {
      const fail = (): never => {
        throw new Error('enough');
      };
      const callbacks: Hooks = { onTrainBatchEnd: fail, onTestBatchEnd: fail };
      const options = { ...quiet, callbacks };
      await expect(running === 'fit' ? model.fit(x, y, options) : model.evaluate(x, y, options)).rejects.toThrow(
        'enough',
      );
      const rejected = model.fit(x, y, { ...quiet, batchSize: -1 });
      await expect(rejected).rejects.toThrow('batchSize');
      await expect(model.evaluate(filled([12, 5]), y, quiet)).rejects.toThrow('expected shape');
      for (const method of Object.keys(METHODS)) expect(await errorOf(method)).toBeUndefined();
    });
  });

  const HOOKS = {
    fit: ['onTrainBegin', 'onEpochBegin', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onEpochEnd', 'onTrainEnd'],
    evaluate: ['onTestBegin', 'onTestBatchBegin', 'onTestBatchEnd', 'onTestEnd'],
  };
  const told = Object.entries(HOOKS).flatMap(([running, hooks]) => hooks.map((hook) => [running, hook] as const));

  test.each(told)('%s: what %s does is a part of the run', async (running, hook) => {
    const done: string[] = [];
    const errors: unknown[] = [];
    const callbacks: Hooks = {
      [hook]: async () => {
        if (done.length > 0) return;
        for (const method of Object.keys(METHODS)) {
          if (method === 'compile' || (method === 'fit' && running === 'evaluate')) continue;
          errors.push(await errorOf(method));
          done.push(method);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    };
    const options = { ...quiet, callbacks };
    await (running === 'fit' ? model.fit(x, y, options) : model.evaluate(x, y, options));
    expect(done).toContain('setWeights');
    expect(errors).toEqual(done.map(() => undefined));
  });

  test('hooks that are not asynchronous may call what is not', async () => {
    let calls = 0;
    const onTrainBatchEnd = (): void => {
      calls++;
      model.testOnBatch(x, y);
      model.setWeights(model.getWeights());
    };
    await model.fit(x, y, { ...quiet, batchSize: 4, callbacks: { onTrainBatchEnd } });
    expect(calls).toBe(3);
  });

  test('an evaluation after each epoch gives what it gives alone', async () => {
    const scores: unknown[] = [];
    const onEpochEnd = async (): Promise<void> => void scores.push(await model.evaluate(x, y, quiet));
    const validationData = [x, y] as const;
    const { history } = await model.fit(x, y, { ...quiet, epochs: 3, validationData, callbacks: { onEpochEnd } });
    expect(scores).toEqual(history['val_loss']?.map((loss, i) => [loss, history['val_mae']?.[i]]));
  });

  test('callbacks of a nested run are a part of it, and of the outer one after it', async () => {
    const seen: string[] = [];
    const restore = (): void => {
      model.setWeights(model.getWeights());
      seen.push('set');
    };
    const onEpochEnd = async (): Promise<void> => {
      await model.evaluate(x, y, { ...quiet, callbacks: { onTestEnd: restore } });
      restore();
    };
    await model.fit(x, y, { ...quiet, callbacks: { onEpochEnd } });
    expect(seen).toEqual(['set', 'set']);
  });

  test('a callback may train another model, whose callbacks may use both', async () => {
    const other = make();
    const seen: unknown[] = [];
    const inner = {
      onEpochEnd: async () => {
        seen.push(await model.evaluate(x, y, quiet), await other.evaluate(x, y, quiet));
      },
    };
    const onEpochEnd = async (): Promise<void> => void (await other.fit(x, y, { ...quiet, callbacks: inner }));
    await model.fit(x, y, { ...quiet, callbacks: { onEpochEnd } });
    expect(seen).toHaveLength(2);
    other.dispose();
  });

  test('two models train at once, with asynchronous hooks', async () => {
    const other = make();
    const weights = async (of: ModelType): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, of === model ? 1 : 3));
      of.setWeights(of.getWeights());
      of.testOnBatch(x, y);
    };
    const fit = (of: ModelType): Promise<unknown> =>
      of.fit(x, y, { ...quiet, epochs: 4, batchSize: 4, callbacks: { onTrainBatchEnd: () => weights(of) } });
    await Promise.all([fit(model), fit(other)]);
    other.dispose();
  });

  test('EarlyStopping restores the best weights', async () => {
    const { EarlyStopping } = library.callbacks;
    const stopping = EarlyStopping({ monitor: 'loss', mode: 'max', patience: 1, restoreBestWeights: true });
    const first: Float32Array[] = [];
    const onEpochEnd = (epoch: number): void => {
      if (epoch === 0) first.push(...model.getWeights().map((weight) => weight.dataSync() as Float32Array));
    };
    const { epoch } = await model.fit(x, y, { ...quiet, epochs: 9, callbacks: [{ onEpochEnd } as never, stopping] });
    expect(epoch.length).toBeLessThan(9);
    expect(model.getWeights().map((weight) => weight.dataSync())).toEqual(first);
  });

  test.each(told)('%s: a run that %s starts and does not await is an error', async (running, hook) => {
    let left: Promise<unknown> | undefined;
    const callbacks: Hooks = {
      [hook]: () => {
        left ??= model.evaluate(x, y, quiet);
      },
    };
    const options = { ...quiet, callbacks };
    const run = running === 'fit' ? model.fit(x, y, options) : model.evaluate(x, y, options);
    await expect(run).rejects.toThrow(
      `Sequential '${model.name}': evaluate() was started in a callback of ${running}() and is still running after it. ` +
        'Await it, in a callback that is async.',
    );
    await left;
    expect(await errorOf('fit')).toBeUndefined();
  });

  test('what a hook left to a timer is not a part of the run any more', async () => {
    const late = deferred();
    let error: string | undefined;
    const onTrainBegin = (): void => {
      setTimeout(async () => {
        error = await errorOf('setWeights');
        late.resolve();
      }, 0);
    };
    // The step comes when the timer has been there.
    const steps = async function* (): AsyncGenerator<tf.Tensor[]> {
      yield [x, y];
      await late.promise;
      yield [x, y];
    };
    await model.fit(steps(), { ...quiet, callbacks: { onTrainBegin } });
    expect(error).toBe(refusal('setWeights', 'fit'));
  });

  test('a prediction or a call is possible in a run, in hooks and outside', async () => {
    const shapes: unknown[] = [];
    const onTrainBatchEnd = async (): Promise<void> => {
      shapes.push(((await model.predict(x, { ...quiet, batchSize: 4 })) as tf.Tensor).shape);
      void model.predict(x, quiet);
    };
    const run = model.fit(x, y, { ...quiet, epochs: 2, batchSize: 6, callbacks: { onTrainBatchEnd } });
    shapes.push((model(x) as tf.Tensor).shape, (model.predictOnBatch(x) as tf.Tensor).shape);
    shapes.push(((await model.predict(x, { ...quiet, batchSize: 4 })) as tf.Tensor).shape);
    await run;
    expect(shapes).toEqual(Array(7).fill([12, 2]));
  });

  test.each([false, true])(
    '50 at once beside a fit: each sees the weights after a whole step (eagerly: %s)',
    async (runEagerly) => {
      model = make({ runEagerly, stepsPerExecution: 2 });
      const apply = ([kernel, bias]: tf.Tensor[]): Float32Array =>
        tf.tidy(() =>
          tf
            .matMul(x, kernel as tf.Tensor2D)
            .add(bias as tf.Tensor)
            .dataSync(),
        ) as Float32Array;
      const states: Float32Array[] = [apply(model.getWeights())];
      const onTrainBatchEnd = (): void => void states.push(apply(model.getWeights()));
      const results: Promise<Float32Array>[] = [];
      const predict = async (batchSize: number): Promise<Float32Array> => {
        const result = (await model.predict(x, { ...quiet, batchSize })) as tf.Tensor;
        return result.data() as Promise<Float32Array>;
      };
      const run = model.fit(x, y, { ...quiet, epochs: 8, batchSize: 2, callbacks: { onTrainBatchEnd } });
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 50; i++) results.push(predict(1 + (i % 5)));
        const direct = [model(x), model.predictOnBatch(x)] as tf.Tensor[];
        results.push(...direct.map((tensor) => tensor.data() as Promise<Float32Array>));
        // Once when some are done, once when all are.
        await (round % 2 ? Promise.all(results) : results.at(-20));
      }
      await run;
      const found = new Set<number>();
      for (const result of await Promise.all(results)) {
        const near = states.findIndex((state) =>
          state.every((value, i) => Math.abs(value - (result[i] as number)) < 1e-6),
        );
        expect(near).toBeGreaterThanOrEqual(0);
        found.add(near);
      }
      // Training goes on between them.
      expect(found.size).toBeGreaterThan(1);
    },
  );

  test('callbacks of a prediction may predict and, where no step waits for them, train', async () => {
    const order: string[] = [];
    const nested = {
      onPredictBatchEnd: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await model.predict(x, quiet);
        order.push('predicted');
      },
    };
    await Promise.all([
      model.fit(x, y, { ...quiet, epochs: 3, batchSize: 4 }),
      model.predict(x, { ...quiet, batchSize: 4, callbacks: nested }),
    ]);
    expect(order).toEqual(['predicted', 'predicted', 'predicted']);
    const training = { onPredictEnd: () => model.fit(x, y, quiet).then(() => void order.push('trained')) };
    await model.predict(x, { ...quiet, callbacks: training });
    expect(order.at(-1)).toBe('trained');
  });

  test('a callback stops its own prediction, and no other', async () => {
    const onPredictBatchEnd = (): void => {
      model.stopPredicting = true;
    };
    const results = await Promise.all([
      model.predict(x, { ...quiet, batchSize: 1 }),
      model.predict(x, { ...quiet, batchSize: 1, callbacks: { onPredictBatchEnd } }),
      model.predict(x, { ...quiet, batchSize: 1 }),
    ]);
    expect(results.map((result) => (result as tf.Tensor).shape[0])).toEqual([12, 1, 12]);
  });

  test('a prediction that fails holds nothing up', async () => {
    const fail = (): never => {
      throw new Error('enough');
    };
    const run = model.fit(x, y, { ...quiet, epochs: 3, batchSize: 4 });
    await expect(model.predict(x, { ...quiet, callbacks: { onPredictBatchEnd: fail } })).rejects.toThrow('enough');
    await expect(model.predict(filled([2, 7]), quiet)).rejects.toThrow('expected shape');
    expect((await run).epoch).toEqual([0, 1, 2]);
  });
});
