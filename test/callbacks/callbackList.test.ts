import { inspect } from 'node:util';
import {
  Callback,
  type CallbackBase,
  CallbackList,
  type CallbackModel,
  History,
  LambdaCallback,
  type Logs,
  type PredictLogs,
  ProgbarLogger,
} from '../../src/callbacks';

const model = (): CallbackModel =>
  ({ stopTraining: false, getWeights: () => [], setWeights: () => undefined }) as never;

describe('CallbackList', () => {
  test('tells every hook, with its alias, in order', async () => {
    const told: string[] = [];
    class Own extends Callback {
      override onTrainBegin(): void {
        told.push('own train begin');
      }
      override onBatchBegin(batch: number): void {
        told.push(`own batch begin ${batch}`);
      }
      override onBatchEnd(batch: number, logs: Logs): void {
        told.push(`own batch end ${batch} ${logs.loss}`);
      }
    }
    const plain = {
      onTrainBegin: () => void told.push('train begin'),
      onTrainEnd: (logs: Logs) => void told.push(`train end ${logs.loss}`),
      onEpochBegin: (epoch: number) => void told.push(`epoch begin ${epoch}`),
      onEpochEnd: (epoch: number, logs: Logs) => void told.push(`epoch end ${epoch} ${Object.keys(logs)}`),
      onBatchBegin: (batch: number) => void told.push(`batch begin ${batch}`),
      onTrainBatchEnd: (batch: number, logs: Logs) => void told.push(`batch end ${batch} ${logs.loss}`),
      onTestBegin: () => void told.push('test begin'),
      onTestBatchBegin: (batch: number) => void told.push(`test batch begin ${batch}`),
      onTestBatchEnd: (batch: number, logs: Logs) => void told.push(`test batch end ${batch} ${logs.loss}`),
      onTestEnd: (logs: Logs) => void told.push(`test end ${logs.loss}`),
      onPredictBegin: () => void told.push('predict begin'),
      onPredictBatchBegin: (batch: number) => void told.push(`predict batch begin ${batch}`),
      onPredictBatchEnd: (batch: number) => void told.push(`predict batch end ${batch}`),
      onPredictEnd: () => void told.push('predict end'),
    };
    const list = CallbackList({ callbacks: [new Own(), plain], model: model() });
    await list.onTrainBegin();
    await list.onEpochBegin(0);
    await list.onTrainBatchBegin(0);
    await list.onTrainBatchEnd(0, () => ({ loss: 1 }));
    await list.onTestBegin();
    await list.onTestBatchBegin(0);
    await list.onTestBatchEnd(0, () => ({ loss: 2 }));
    await list.onTestEnd({ loss: 3 });
    await list.onEpochEnd(0, { val_loss: 2, loss: 1, accuracy: 0 });
    await list.onTrainEnd({ loss: 4 });
    await list.onPredictBegin();
    await list.onPredictBatchBegin(0);
    await list.onPredictBatchEnd(0, () => ({ outputs: [] }));
    await list.onPredictEnd();
    expect(told).toEqual([
      'own train begin',
      'train begin',
      'epoch begin 0',
      'own batch begin 0',
      'batch begin 0',
      'own batch end 0 1',
      'batch end 0 1',
      'test begin',
      'test batch begin 0',
      'test batch end 0 2',
      'test end 3',
      'epoch end 0 accuracy,loss,val_loss',
      'train end 4',
      'predict begin',
      'predict batch begin 0',
      'predict batch end 0',
      'predict end',
    ]);
  });

  test('is synchronous unless a hook is not, and then waits for each in turn', async () => {
    const told: string[] = [];
    const quiet = CallbackList({ callbacks: { onEpochEnd: () => void told.push('quiet') } });
    expect(quiet.onEpochEnd(0)).toBeUndefined();
    expect(quiet.onEpochBegin(0)).toBeUndefined();
    const list = CallbackList({
      callbacks: [
        {
          async onEpochEnd() {
            await new Promise((resolve) => setTimeout(resolve, 5));
            told.push('slow');
          },
        },
        { onEpochEnd: () => void told.push('after') },
      ],
    });
    const done = list.onEpochEnd(0);
    expect(told).toEqual(['quiet']);
    await done;
    expect(told).toEqual(['quiet', 'slow', 'after']);
  });

  test('waits for whatever has a then', async () => {
    const told: string[] = [];
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const thenable = { then: (done: (count: number) => void) => setTimeout(() => done(told.push('slow')), 5) };
    const late = { onTrainBatchEnd: (...args: unknown[]) => (args.length ? thenable : undefined) };
    const list = CallbackList([late, { onTrainBatchEnd: () => void told.push('after') }]);
    const done = list.onTrainBatchEnd(0);
    expect(done).toBeInstanceOf(Promise);
    await done;
    expect(told).toEqual(['slow', 'after']);
  });

  test('passes on what a hook throws', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => CallbackList({ callbacks: { onEpochEnd: fail } }).onEpochEnd(0)).toThrow('no');
    const slow = CallbackList({ callbacks: [{ onEpochEnd: async () => undefined }, { onEpochEnd: fail }] });
    await expect(slow.onEpochEnd(0)).rejects.toThrow('no');
  });

  test('callbacks share the logs of an epoch, but not with the caller', () => {
    const history = History();
    const list = CallbackList({
      callbacks: [{ onEpochEnd: (_: number, logs: Logs) => Object.assign(logs, { learning_rate: 0.5 }) }, history],
      model: model(),
    });
    const logs = { loss: 1 };
    list.onEpochEnd(0, logs);
    expect(history.history).toEqual({ loss: [1], learning_rate: [0.5] });
    expect(logs).toEqual({ loss: 1 });
  });

  test('gives model and params to callbacks and to plain objects', () => {
    const seen: unknown[] = [];
    const target = model();
    const callback = Callback();
    const plain = {
      onTrainBegin(this: { model: CallbackModel; params: unknown }) {
        seen.push(this.model, this.params);
        this.model.stopTraining = true;
      },
    };
    const options = { callbacks: [callback, plain], model: target, verbose: 'auto', epochs: 3, steps: 7 } as const;
    CallbackList(options).onTrainBegin();
    const params = { verbose: 1, epochs: 3, steps: 7 };
    expect(seen).toEqual([target, params]);
    expect([callback.model, callback.params, target.stopTraining]).toEqual([target, params, true]);
    expect(Object.keys(plain)).toEqual(['onTrainBegin']);
  });

  test('adds a history and a progress bar, unless they are there', () => {
    const target = model();
    const list = new CallbackList({ addHistory: true, addProgbar: true, model: target });
    expect(list.callbacks.length).toBe(2);
    expect(list.callbacks[1]).toBeInstanceOf(ProgbarLogger);
    expect(target.history).toBe(list.history);
    const own = [ProgbarLogger(), History()];
    const given = CallbackList({ callbacks: own, addHistory: true, addProgbar: true });
    expect([given.callbacks.length, given.history]).toEqual([2, own[1]]);
    expect(CallbackList().history).toBeUndefined();
  });
});

describe("CallbackList, for loops of one's own", () => {
  test('takes the callbacks by position, those of another list, and logs as they are', () => {
    const told: unknown[] = [];
    const note = { onTrainBatchEnd: (batch: number, { loss }: { loss: number }) => void told.push([batch, loss]) };
    const inner = CallbackList([note], { epochs: 4 });
    const list = CallbackList([inner, [History()] as never], { epochs: 2 });
    expect(list.callbacks).toEqual([note, list.history]);
    list.onTrainBatchEnd(3, { loss: 0.5 });
    list.onTrainBatchEnd(4);
    expect(told).toEqual([
      [3, 0.5],
      [4, undefined],
    ]);
    expect(list.history?.params).toEqual({ verbose: 0, epochs: 2, steps: null });
  });

  test('tells of a model and of params later on', () => {
    const callback = Callback();
    const list = CallbackList(callback, { addHistory: true });
    const target = model();
    list.setModel(target);
    list.setParams({ verbose: 2, epochs: 7, steps: 3 });
    expect([callback.model, callback.params.epochs, list.params.steps]).toEqual([target, 7, 3]);
    expect(target.history).toBe(list.history);
    const late = Callback();
    list.append(late);
    expect([late.model, late.params.epochs]).toEqual([target, 7]);
  });

  test('refuses unknown options', () => {
    expect(() => CallbackList({ epoch: 3 } as never)).toThrow(
      "CallbackList: unknown argument 'epoch'. Received: epoch=3. Did you mean 'epochs'?",
    );
  });
});

describe('outputs of a batch of predict', () => {
  const outputs = { a: [1], b: [2] } as never;

  test('reach the hook, read once and only where there is one', () => {
    const read = jest.fn(() => ({ outputs }));
    const seen: unknown[] = [];
    CallbackList([{ onPredictEnd: () => undefined }]).onPredictBatchEnd(0, read);
    CallbackList([ProgbarLogger()], { verbose: 2 }).onPredictBatchEnd(0, read);
    expect(read).not.toHaveBeenCalled();
    class Own extends Callback {
      override onPredictBatchEnd(batch: number, logs: PredictLogs): void {
        seen.push(batch, logs.outputs);
      }
    }
    const plain = { onPredictBatchEnd: (_: number, logs: PredictLogs) => void seen.push(logs) };
    CallbackList([new Own(), plain]).onPredictBatchEnd(5, read);
    expect(seen).toEqual([5, outputs, { outputs }]);
    expect(seen[1]).toBe(outputs);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('are there until an asynchronous hook is done', async () => {
    const seen: unknown[] = [];
    const slow = async (...args: unknown[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push((args[1] as PredictLogs).outputs);
    };
    const done = CallbackList([{ onPredictBatchEnd: slow }]).onPredictBatchEnd(0, () => ({ outputs }));
    expect(seen).toEqual([]);
    await done;
    expect(seen).toEqual([outputs]);
  });

  test('are not shown by the progress bar', () => {
    const written: string[] = [];
    const read = jest.fn(() => ({ outputs }));
    const output = { isTTY: true, write: (text: string) => written.push(text) };
    const list = CallbackList([ProgbarLogger({ output })], { verbose: 1, steps: 2 });
    list.onPredictBegin();
    list.onPredictBatchEnd(0, read);
    list.onPredictBatchEnd(1, read);
    list.onPredictEnd();
    expect(read).not.toHaveBeenCalled();
    expect(written.join('')).toContain('2/2');
    expect(written.join('')).not.toContain('outputs');
  });
});

describe('logs of a batch', () => {
  const end = (callback: object, read: () => Logs) =>
    CallbackList({ callbacks: callback as CallbackBase }).onTrainBatchEnd(0, read);

  test('are not read if nobody has the hook, or nobody looks', () => {
    const read = jest.fn(() => ({ loss: 1 }));
    end({ onEpochEnd: () => undefined }, read);
    end({ onTrainBatchEnd: () => undefined }, read);
    end({ onTestBatchEnd: (_: number, logs: Logs) => logs.loss }, read);
    expect(read).not.toHaveBeenCalled();
  });

  test('are read once for all who look', () => {
    const read = jest.fn(() => ({ loss: 1, accuracy: 2 }));
    const seen: unknown[] = [];
    const list = CallbackList({
      callbacks: [
        { onTrainBatchEnd: (_: number, logs: Logs) => void seen.push(logs) },
        { onTrainBatchEnd: (...args: unknown[]) => void seen.push({ ...(args[1] as Logs) }) },
        { onTrainBatchEnd: (...args: unknown[]) => void seen.push(JSON.stringify(args[1]), inspect(args[1])) },
      ],
    });
    list.onTrainBatchEnd(0, read);
    const logs = { accuracy: 2, loss: 1 };
    expect(seen).toEqual([logs, logs, JSON.stringify(logs), inspect(logs)]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('that a hook declares may be kept', () => {
    const kept: Logs[] = [];
    const list = CallbackList({ callbacks: { onTrainBatchEnd: (_: number, logs: Logs) => void kept.push(logs) } });
    let loss = 3;
    for (let batch = 0; batch < 3; batch++) {
      list.onTrainBatchEnd(batch, () => ({ loss }));
      loss--;
    }
    expect(kept).toEqual([{ loss: 3 }, { loss: 2 }, { loss: 1 }]);
  });

  test('that were never looked at are an error afterwards, not the values of another batch', async () => {
    const kept: Logs[] = [];
    end({ onTrainBatchEnd: (...args: unknown[]) => void kept.push(args[1] as Logs) }, () => ({ loss: 1 }));
    expect(() => kept[0]?.loss).toThrow(
      'Callback: the logs of a batch were first looked at after its hook had ended. ' +
        'Declare them as the second parameter, as in onTrainBatchEnd(batch, logs), or copy them: { ...logs }.',
    );
    const late = async (...args: unknown[]): Promise<void> => {
      await Promise.resolve();
      kept.push({ ...(args[1] as Logs) });
    };
    await end({ onTrainBatchEnd: late }, () => ({ loss: 1 }));
    expect(kept[1]).toEqual({ loss: 1 });
  });

  test('are read by a progress bar only when it is drawn', () => {
    const written: string[] = [];
    const page = { isTTY: true, write: (text: string) => written.push(text) };
    let seconds = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => seconds * 1000);
    const read = jest.fn(() => ({ loss: 1 }));
    const list = CallbackList({ callbacks: ProgbarLogger({ output: page }), verbose: 1, steps: 1000 });
    list.onTrainBegin();
    list.onEpochBegin(0);
    for (let batch = 0; batch < 100; batch++) {
      seconds += 0.003;
      list.onTrainBatchEnd(batch, read);
    }
    jest.restoreAllMocks();
    expect(read.mock.calls.length).toBeLessThanOrEqual(7);
    expect(written.length).toBe(read.mock.calls.length);
  });
});

describe('bad callbacks', () => {
  test.each([
    [
      { onEpochEnds: () => undefined },
      "CallbackList: unknown hook. Received: 'onEpochEnds'. Did you mean 'onEpochEnd'?",
    ],
    [
      { on_epoch_end: () => undefined },
      "CallbackList: unknown hook. Received: 'on_epoch_end'. Did you mean 'onEpochEnd'?",
    ],
    [{ onEpochEnd: () => 0, onAir: () => 0 }, /^CallbackList: unknown hook. Received: 'onAir'. Known: onTrainBegin, /],
    [{ count: 0 }, /^CallbackList: a callback must have at least one hook, .* Received: {count: 0}. Known: onTrain/],
    [
      () => undefined,
      /^CallbackList: a callback must be a Callback or an object of hooks, as { onEpochEnd.* Received: function/,
    ],
    [undefined, 'Received: undefined.'],
  ])('%p is refused', (callback, message) => {
    expect(() => CallbackList({ callbacks: [callback] as never })).toThrow(message);
  });

  test('other methods and state are the own business of a callback', () => {
    const counter = {
      count: 0,
      tally() {
        this.count++;
      },
      onEpochEnd() {
        this.tally();
      },
    };
    CallbackList({ callbacks: counter }).onEpochEnd(0);
    expect(counter.count).toBe(1);
  });

  test('LambdaCallback takes hooks only', () => {
    const told: number[] = [];
    const callback = LambdaCallback({ onEpochBegin: (epoch) => told.push(epoch) });
    const list = CallbackList({ callbacks: callback });
    list.onEpochBegin(5);
    expect(list.onEpochEnd(5)).toBeUndefined();
    expect(told).toEqual([5]);
    expect(() => LambdaCallback({ onEpochBegins: () => 0 } as never)).toThrow(
      "LambdaCallback: unknown hook. Received: 'onEpochBegins'. Did you mean 'onEpochBegin'?",
    );
  });

  test('verbose is 0, 1, 2 or auto', () => {
    expect(() => CallbackList({ verbose: 3 as never })).toThrow(
      "CallbackList: verbose must be 0, 1, 2 or 'auto'. Received: verbose=3.",
    );
  });
});
