import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import {
  type CallbackBase,
  CSVLogger,
  EarlyStopping,
  History,
  LearningRateScheduler,
  type Logs,
  type MetricLogs,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '../../src/callbacks';
import { directionOf } from '../../src/callbacks/direction';
import fixture from '../fixtures/callbacks.json';

/** A model whose weight is the number of the epoch. */
class FakeModel {
  stopTraining = false;
  history: unknown;
  metrics: { name: string; direction?: 'up' | 'down' }[] = [];
  readonly weight: tf.Variable = tf.tidy(() => tf.variable(tf.scalar(-1)));
  readonly optimizer: { learningRate: number };

  constructor(rate: number) {
    let stored = Math.fround(rate);
    this.optimizer = {
      get learningRate() {
        return stored;
      },
      set learningRate(value) {
        stored = Math.fround(value);
      },
    };
  }

  get epoch(): number {
    return this.weight.dataSync()[0] as number;
  }

  train(epoch: number): void {
    tf.tidy(() => this.weight.assign(tf.scalar(epoch)));
  }

  getWeights(): tf.Tensor[] {
    return [this.weight.clone()];
  }

  setWeights([weight]: tf.Tensor[]): void {
    this.weight.assign(weight as tf.Tensor);
  }
}

interface Recorded {
  options?: object;
  values?: (number | string)[];
  monitor?: string;
  epochs: number;
  rates: number[];
  weights: number;
  logs: Record<string, number | string>[];
  output: string;
  state: Record<string, number | string | null>;
}

/** JSON has no NaN and no infinity: they are strings. */
type JsonNumber = number | string;
const toNumbers = (value: JsonNumber | JsonNumber[]) => (Array.isArray(value) ? value.map(Number) : Number(value));

let output = '';
beforeAll(ready);
beforeEach(() => {
  output = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Trains through the given values, one per epoch, until the callback stops it. */
async function run(callback: CallbackBase, values: readonly (number | string)[], monitor: string) {
  const model = new FakeModel(0.1);
  const rates: number[] = [];
  const logged: Logs[] = [];
  callback.setModel(model as never);
  await callback.onTrainBegin({});
  for (const [epoch, value] of values.entries()) {
    model.train(epoch);
    await callback.onEpochBegin(epoch, {});
    const logs = { [monitor]: Number(value) } as MetricLogs;
    await callback.onEpochEnd(epoch, logs);
    logged.push(logs);
    rates.push(model.optimizer.learningRate);
    if (model.stopTraining) break;
  }
  await callback.onTrainEnd({} as MetricLogs);
  const weights = model.epoch;
  model.weight.dispose();
  const state = Object.fromEntries(STATE.map((name) => [name, Reflect.get(callback, name) as unknown]));
  return { epochs: rates.length, rates, weights, logs: logged, output, state: JSON.parse(JSON.stringify(state)) };
}

const STATE = ['best', 'bestEpoch', 'stoppedEpoch', 'wait'];
const expected = ({ epochs, rates, weights, logs, output, state }: Recorded) => ({
  epochs,
  rates,
  weights,
  logs: logs.map((log) => Object.fromEntries(Object.entries(log).map(([name, value]) => [name, Number(value)]))),
  output,
  state: Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value === 'NaN' ? null : value])),
});
const named = (cases: unknown) =>
  (cases as Recorded[]).map((scenario) => [JSON.stringify(scenario.options), scenario] as const);

describe('EarlyStopping', () => {
  test.each(named(fixture.earlyStopping))('decides as Keras does: %s', async (_, scenario) => {
    const tensors = tf.memory().numTensors;
    const callback = EarlyStopping(scenario.options);
    expect(await run(callback, scenario.values ?? [], scenario.monitor as string)).toEqual(expected(scenario));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('asks the metric which way is better', async () => {
    const callback = new EarlyStopping('val_score', { patience: 1 });
    const model = new FakeModel(0.1);
    model.metrics = [{ name: 'score', direction: 'up' }];
    callback.setModel(model as never);
    callback.onTrainBegin();
    for (const [epoch, score] of [0.1, 0.2, 0.3].entries()) callback.onEpochEnd(epoch, { val_score: score });
    expect(model.stopTraining).toBe(false);
    callback.onEpochEnd(3, { val_score: 0.25 });
    expect([model.stopTraining, callback.stoppedEpoch, callback.best]).toEqual([true, 3, 0.3]);
    model.weight.dispose();
  });

  test.each(Object.entries(fixture.directions))('knows which way %s gets better: %s', (className, direction) => {
    class Known {
      static readonly className = className;
      name = 'metric';
    }
    class Inherited extends Known {}
    expect([directionOf(new Known()), directionOf(new Inherited())]).toEqual([
      direction ?? undefined,
      direction ?? undefined,
    ]);
    expect(directionOf({ direction: 'down' })).toBe('down');
  });

  test('refuses to guess the direction, and unknown options', () => {
    const callback = EarlyStopping({ monitor: 'score' });
    callback.setModel(new FakeModel(0.1) as never);
    callback.onTrainBegin();
    expect(() => callback.onEpochEnd(0, { score: 1 })).toThrow(
      "EarlyStopping: it is not known whether 'score' should be small or large. Received: mode='auto'. " +
        "Pass mode: 'max' or mode: 'min'.",
    );
    expect(() => EarlyStopping({ patients: 3 } as never)).toThrow(
      "EarlyStopping: unknown argument 'patients'. Received: patients=3. Did you mean 'patience'?",
    );
  });

  test('warns once when there is nothing to watch, and goes on', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const { epochs } = await run(EarlyStopping(), [1, 2, 3], 'loss');
    expect(epochs).toBe(3);
    expect(warn.mock.calls).toEqual([
      ['Early stopping conditioned on metric `val_loss` which is not available. Available metrics are: loss'],
    ]);
  });
});

describe('what is watched', () => {
  const both = [EarlyStopping, ReduceLROnPlateau];

  test.each([0, 1])('warnings are in the words of Keras, %i', (i) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const watch = both[i] as typeof EarlyStopping;
    watch({ mode: 'best' as never });
    const callback = watch({ mode: 'min' });
    const model = new FakeModel(0.5);
    callback.setModel(model as never);
    callback.onTrainBegin();
    callback.onEpochEnd(0, { loss: 0.5, accuracy: 1 });
    model.weight.dispose();
    const { unknownMode, unavailable } = fixture.messages;
    expect(warn.mock.calls).toEqual([[unknownMode[i]], [unavailable[i]]]);
  });

  // Keras fails in the second epoch: "The truth value of an array with more than one element is ambiguous".
  test.each([0, 1])('must be a single number, %i', (i) => {
    const callback = (both[i] as typeof EarlyStopping)('f1_score', { mode: 'max' });
    const model = new FakeModel(0.5);
    callback.setModel(model as never);
    callback.onTrainBegin();
    expect(() => callback.onEpochEnd(0, { loss: 1, f1_score: [0.5, 0.25] })).toThrow(
      `${['EarlyStopping', 'ReduceLROnPlateau'][i]}: 'f1_score' must be a single number, to tell which epoch is better. ` +
        'Received: [0.5, 0.25]. Watch another quantity, or give the metric a single result, ' +
        "as F1Score({ average: 'macro' }).",
    );
    expect([callback.best, callback.wait, model.stopTraining]).toEqual([null, 0, false]);
    model.weight.dispose();
  });
});

describe('ReduceLROnPlateau', () => {
  test.each(named(fixture.reduceLROnPlateau))('reduces as Keras does: %s', async (_, scenario) => {
    const callback = ReduceLROnPlateau(scenario.options);
    expect(await run(callback, scenario.values ?? [], scenario.monitor as string)).toEqual(expected(scenario));
  });

  test('refuses a factor of 1', () => {
    expect(() => ReduceLROnPlateau({ factor: 1 })).toThrow(
      'ReduceLROnPlateau: factor must be less than 1. Received: factor=1.',
    );
  });
});

describe('LearningRateScheduler', () => {
  test('sets, prints and logs as Keras does', async () => {
    const scenario = fixture.learningRateScheduler;
    const callback = LearningRateScheduler((epoch) => scenario.schedule[epoch] as number, { verbose: 1 });
    expect(await run(callback, [0.1, 0.1, 0.1, 0.1, 0.1], 'loss')).toEqual(expected(scenario));
  });

  test('passes the rate before, and refuses what is no number', () => {
    const seen: number[] = [];
    const callback = LearningRateScheduler((_, rate) => seen.push(rate) as never);
    const model = new FakeModel(0.25);
    callback.setModel(model as never);
    callback.onEpochBegin(0);
    expect(seen).toEqual([0.25]);
    const wrong = LearningRateScheduler((() => 'fast') as never);
    wrong.setModel(model as never);
    expect(() => wrong.onEpochBegin(2)).toThrow(
      "LearningRateScheduler: schedule must return a number. Received: 'fast' for epoch 2.",
    );
    expect(() => LearningRateScheduler(0.1 as never)).toThrow(
      'LearningRateScheduler: schedule must be a function of the epoch and the learning rate. Received: schedule=0.1.',
    );
    expect(model.optimizer.learningRate).toBe(1);
  });

  test('needs an optimizer', () => {
    const callback = LearningRateScheduler(() => 1);
    callback.setModel({ ...new FakeModel(1), optimizer: undefined } as never);
    expect(() => callback.onEpochBegin(0)).toThrow(
      'LearningRateScheduler: the model must have an optimizer with a learningRate. Received: optimizer=undefined. ' +
        'Compile the model with one.',
    );
  });
});

describe('TerminateOnNaN', () => {
  const finish = (callback: CallbackBase, loss: number | number[]): boolean => {
    const model = new FakeModel(0.1);
    callback.setModel(model as never);
    callback.onTrainBatchEnd(3, { loss: loss as number });
    model.weight.dispose();
    return model.stopTraining;
  };

  test('ends training at a loss that is no finite number', () => {
    const losses = [1, Number.NaN, Number.POSITIVE_INFINITY, [1, 2], [1, Number.NaN]];
    const ended = [false, true, true, false, true];
    expect(losses.map((loss) => finish(TerminateOnNaN(), loss))).toEqual(ended);
    expect(output).toBe(`${'Batch 3: Invalid loss, terminating training\n'.repeat(3)}`);
  });

  test.each([
    ['nan', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
  ] as const)('throws if asked to: %s', (name, loss) => {
    const callback = TerminateOnNaN({ raiseError: true });
    expect(() => finish(callback, loss)).toThrow(new Error(fixture.messages.notFinite[name]));
    expect(callback.model.stopTraining).toBe(false);
    expect(finish(callback, 1)).toBe(false);
  });
});

describe('CSVLogger', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'csv-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(fixture.csv.map((scenario, i) => [i, scenario] as const))(
    'writes the file of Keras, case %i',
    (_, scenario) => {
      const path = join(folder, 'log.csv');
      const logger = CSVLogger(path, scenario.options);
      for (const logs of scenario.runs as unknown as Record<string, JsonNumber | JsonNumber[]>[][]) {
        logger.onTrainBegin();
        for (const [epoch, values] of logs.entries()) {
          const numbers = Object.entries(values).map(([name, value]) => [name, toNumbers(value)]);
          logger.onEpochEnd(epoch, Object.fromEntries(numbers));
        }
        logger.onTrainEnd({ loss: 0 });
      }
      expect(readFileSync(path, 'utf8')).toBe(scenario.file);
    },
  );
});

describe('History', () => {
  test('keeps epochs and logs, also over two runs', () => {
    const history = History();
    const model = new FakeModel(0.1);
    history.setModel(model as never);
    history.onTrainBegin();
    history.onEpochEnd(0, { loss: 2 });
    history.onEpochEnd(1, { loss: 1, val_loss: 3 });
    expect([history.epoch, history.history]).toEqual([[0, 1], { loss: [2, 1], val_loss: [3] }]);
    history.onTrainBegin();
    history.onEpochEnd(2, { loss: 0.5 });
    expect([history.epoch, history.history]).toEqual([[2], { loss: [2, 1, 0.5], val_loss: [3] }]);
    expect(model.history).toBe(history);
    model.weight.dispose();
  });

  test('keeps vectors whole, and is typed', () => {
    const history = History();
    const model = new FakeModel(0.1);
    history.setModel(model as never);
    history.onTrainBegin();
    history.onEpochEnd(0, { loss: 2, f1_score: [0.5, 0.25] });
    history.onEpochEnd(1, { loss: 1, f1_score: [1, 0.75], val_loss: 3, val_f1_score: [0, 0] });
    const { loss, val_loss, f1_score, val_f1_score } = history.history;
    const numbers: (number[] | undefined)[] = [loss, val_loss];
    const vectors: (number[] | number[][] | undefined)[] = [f1_score, val_f1_score];
    expect([numbers, vectors]).toEqual([
      [[2, 1], [3]],
      [
        [
          [0.5, 0.25],
          [1, 0.75],
        ],
        [[0, 0]],
      ],
    ]);
    model.weight.dispose();
  });
});
