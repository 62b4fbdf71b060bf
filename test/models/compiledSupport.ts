/** Trains the same model eagerly and compiled, from the same seed, and compares everything that comes out. */
import type * as tf from '@tensorflow/tfjs';
import { utils } from '../../src';
import { GraphSession } from '../../src/backend/graph';
import type { Variable } from '../../src/backend/variable';
import { resetNames } from '../../src/base/names';
import type { Model } from '../../src/models';
import type { CompileOptions } from '../../src/models/compile/compilation';
import { runsCustomCode } from '../../src/models/steps/customCode';

type Data = tf.Tensor | tf.Tensor[];
type Logs = Record<string, number>;

/** What is trained, and on what. */
export interface Training {
  model: () => Model;
  compile: () => CompileOptions;
  /** Tensors, or an iterable of batches. */
  x: Data;
  y?: Data;
  sampleWeight?: Data;
  validationData?: Data[];
  stepsPerEpoch?: number;
  validationSteps?: number;
  /** Called after each batch and each epoch, to change something. */
  meddle?: (model: Model, when: { batch?: number; epoch?: number }) => void | Promise<void>;
  batchSize?: number;
  epochs?: number;
  shuffle?: boolean;
}

/** How a training went. */
interface Run {
  model: Model;
  batches: Logs[];
  epochs: Logs[];
  variables: Variable[];
  /** Steps that ran in a session. */
  compiledSteps: number;
  notices: string[];
}

/** The notices that a step runs uncompiled, said while `body` runs. */
export async function noticesOf(body: () => unknown): Promise<string[]> {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    await body();
    return warn.mock.calls.map(([text]) => String(text)).filter((text) => /runs? uncompiled/.test(text));
  } finally {
    warn.mockRestore();
  }
}

/**
 * Steps that are not compiled: the first one, and with code of a user those that are done while they are recorded: two
 * more, the first of each epoch, and one of another size.
 */
const uncompiledSteps = ({ model, epochs }: Run): number => (runsCustomCode(model) ? 3 + epochs.length : 1);

/** Trains once. */
async function train(training: Training, runEagerly: boolean): Promise<Run> {
  const { x, y, batchSize = 4, epochs = 2, shuffle = true, meddle } = training;
  const { sampleWeight, validationData, stepsPerEpoch, validationSteps } = training;
  utils.setRandomSeed(11);
  resetNames();
  const model = training.model();
  model.compile({ ...training.compile(), runEagerly });
  const [batches, epochLogs]: [Logs[], Logs[]] = [[], []];
  const callbacks = [
    {
      onTrainBatchEnd: async (batch: number, logs: Logs) => {
        batches.push({ ...logs });
        await meddle?.(model, { batch });
      },
      onEpochEnd: async (epoch: number, logs: Logs) => {
        epochLogs.push({ ...logs });
        await meddle?.(model, { epoch });
        if (epoch + 1 === epochs) model.stopTraining = true;
      },
    },
  ];
  const run = jest.spyOn(GraphSession.prototype, 'run');
  // More epochs are announced than are made, because a graph is made where there are many steps to come.
  const data = y
    ? { sampleWeight, validationData, batchSize, shuffle }
    : { stepsPerEpoch, validationSteps, validationData };
  const options = { ...data, epochs: 100, verbose: 0, callbacks };
  const notices = await noticesOf(() => (y ? model.fit(x, y, options as never) : model.fit(x, options as never)));
  const compiledSteps = run.mock.calls.length;
  run.mockRestore();
  const { optimizer, metrics } = model.compilation;
  const variables = [...model.weights, ...optimizer.variables, ...metrics.flatMap((metric) => metric.variables)];
  return { model, batches, epochs: epochLogs, variables, compiledSteps, notices };
}

/** Where two numbers are farther apart than `tolerance`, relative to 1 or their size; `undefined` if nowhere. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): string | undefined {
  if (a.length !== b.length) return `${a.length} and ${b.length} numbers`;
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i] as number, b[i] as number];
    if (Object.is(p, q) || Math.abs(p - q) <= tolerance * Math.max(1, Math.abs(q))) continue;
    return `${p} at ${i}, eager ${q}`;
  }
  return undefined;
}

/** Expects equal numbers, up to rounding that grows with the steps done. */
export function expectEqual(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, steps = 1): void {
  const found = difference(actual, expected, 1e-6 * Math.max(1, steps));
  expect(found === undefined ? `${what}: equal` : `${what}: ${found}`).toBe(`${what}: equal`);
}

function expectEqualLogs(actual: Logs[], expected: Logs[], what: string, stepsEach: number): void {
  expect(actual.map((logs) => Object.keys(logs))).toEqual(expected.map((logs) => Object.keys(logs)));
  actual.forEach((logs, i) => {
    expectEqual(Object.values(logs), Object.values(expected[i] as Logs), `${what} ${i}`, (i + 1) * stepsEach);
  });
}

/** Expects the values of variables to be equal, pair by pair. */
function expectEqualVariables(actual: readonly Variable[], expected: readonly Variable[], steps = 1): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((variable, i) => {
    const other = expected[i] as Variable;
    expectEqual(variable.value.dataSync(), other.value.dataSync(), variable.path, steps);
  });
}

/**
 * Trains eagerly and compiled, and expects logs, weights and the state of optimizer and metrics to be equal to 1e-6 a
 * step, and all steps but the first ones to have been compiled.
 */
export async function expectSameTraining(
  training: Training,
  body?: (runs: [Run, Run]) => void | Promise<void>,
): Promise<void> {
  const [eager, compiled] = [await train(training, true), await train(training, false)];
  const steps = compiled.batches.length;
  expect(eager.compiledSteps).toBe(0);
  expect(compiled.notices).toEqual([]);
  expect(compiled.compiledSteps).toBeGreaterThanOrEqual(steps - uncompiledSteps(compiled));
  expectEqualLogs(compiled.batches, eager.batches, 'batch', 1);
  expectEqualLogs(compiled.epochs, eager.epochs, 'epoch', steps / compiled.epochs.length);
  expectEqualVariables(compiled.variables, eager.variables, steps);
  await body?.([eager, compiled]);
  eager.model.dispose();
  compiled.model.dispose();
}

/** What a scenario has at hand. */
export interface Scene {
  readonly runEagerly: boolean;
  /** `model.compile`, eagerly or not as the scene goes. */
  compile(model: Model, options: CompileOptions): void;
  /** Notes numbers, to be compared. */
  note(what: string, numbers: number | number[] | tf.Tensor | tf.Tensor[]): void;
}

/** Plays a scene; what it noted, and how many steps were compiled. */
async function play(
  scenario: (scene: Scene) => Promise<void>,
  runEagerly: boolean,
): Promise<[[string, number[]][], number]> {
  const noted: [string, number[]][] = [];
  const run = jest.spyOn(GraphSession.prototype, 'run');
  utils.setRandomSeed(5);
  resetNames();
  const scene: Scene = {
    runEagerly,
    compile: (model, options) => model.compile({ ...options, runEagerly }),
    note: (what, numbers) => {
      const flat = [numbers].flat().flatMap((item) => (typeof item === 'number' ? item : Array.from(item.dataSync())));
      noted.push([what, flat]);
    },
  };
  const notices = await noticesOf(() => scenario(scene));
  const steps = run.mock.calls.length;
  run.mockRestore();
  expect(notices).toEqual([]);
  return [noted, steps];
}

/** Plays a scene eagerly and compiled, at least `steps` steps of it, and expects the same numbers in the same order. */
export async function expectSameScene(steps: number, scenario: (scene: Scene) => Promise<void>): Promise<void> {
  const [expected, none] = await play(scenario, true);
  const [actual, compiled] = await play(scenario, false);
  expect(none).toBe(0);
  expect(compiled).toBeGreaterThanOrEqual(steps);
  expect(actual.map(([what]) => what)).toEqual(expected.map(([what]) => what));
  actual.forEach(([what, numbers], i) => {
    expectEqual(numbers, expected[i]?.[1] as number[], `${what} (note ${i})`, compiled);
  });
}
