import type * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { formatValue, nearest } from '../base/errors';
import type { Nested } from '../base/nest';

/** A number; of a metric with a vector as result, as `F1Score()`, a list of them. */
export type LogValue = number | number[];

/** Ends of names that stand for a single number, whatever precedes them: `val_loss`, `digit_accuracy`. */
type ScalarEnd = 'loss' | 'accuracy' | 'acc' | 'auc' | 'error' | 'mae' | 'mse' | 'learning_rate';
/** Names of what is a single number. */
export type ScalarName = `${string}${ScalarEnd}`;

/** Names and values at one moment: `{ accuracy: 0.91, f1_score: [0.8, 0.5], loss: 0.3, val_loss: 0.4 }`. */
export interface Logs {
  [name: ScalarName]: number;
  [name: string]: LogValue;
}

/** Logs of training and evaluation, which hold the loss. */
export interface MetricLogs extends Logs {
  loss: number;
}

/** Logs of a batch of `predict`. */
export interface PredictLogs {
  /**
   * A tensor, or the list or record of them that the model returns. They are freed when the hook has ended (its promise,
   * if it returns one): `clone()` or read what shall stay.
   */
  outputs: Nested<tf.Tensor>;
}

/** What `fit`, `evaluate` and `predict` tell their callbacks. */
export interface CallbackParams {
  verbose: number;
  epochs: number;
  /** Batches an epoch; `null` when not known. */
  steps: number | null;
}

/** The model of a callback: a `Model`, as src/models says, which stands above. */
export interface CallbackModel {
  /** Set to true, training ends after the batch or epoch that is running. */
  stopTraining: boolean;
}

/** The moments at which callbacks are told, in Keras's names; a hook that returns a promise is waited for. */
export interface CallbackHooks {
  onTrainBegin?(logs: Logs): unknown;
  onTrainEnd?(logs: MetricLogs): unknown;
  /** @param epoch counts from 0. */
  onEpochBegin?(epoch: number, logs: Logs): unknown;
  /** @param logs means over the epoch, those of the validation data as `val_...`. */
  onEpochEnd?(epoch: number, logs: MetricLogs): unknown;
  onTrainBatchBegin?(batch: number, logs: Logs): unknown;
  /**
   * @param logs running means since the epoch began. A hook that declares them waits for the device after each
   *   batch; leave them out where they are not needed.
   */
  onTrainBatchEnd?(batch: number, logs: MetricLogs): unknown;
  onTestBegin?(logs: Logs): unknown;
  onTestEnd?(logs: MetricLogs): unknown;
  onTestBatchBegin?(batch: number, logs: Logs): unknown;
  onTestBatchEnd?(batch: number, logs: MetricLogs): unknown;
  onPredictBegin?(logs: Logs): unknown;
  onPredictEnd?(logs: Logs): unknown;
  onPredictBatchBegin?(batch: number, logs: Logs): unknown;
  onPredictBatchEnd?(batch: number, logs: PredictLogs): unknown;
  /** Another name of `onTrainBatchBegin`. */
  onBatchBegin?(batch: number, logs: Logs): unknown;
  /** Another name of `onTrainBatchEnd`. */
  onBatchEnd?(batch: number, logs: MetricLogs): unknown;
  setModel?(model: CallbackModel): void;
  setParams?(params: CallbackParams): void;
}

type HookName = Exclude<keyof CallbackHooks, 'setModel' | 'setParams'>;

/** A plain object of hooks; inside them `this.model` and `this.params` are those of the run. */
export type CallbackObject = CallbackHooks & ThisType<CallbackHooks & { model: CallbackModel; params: CallbackParams }>;

const HOOKS: Readonly<Record<keyof CallbackHooks, true>> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onTestBatchBegin: true,
  onTestBatchEnd: true,
  onPredictBegin: true,
  onPredictEnd: true,
  onPredictBatchBegin: true,
  onPredictBatchEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  setModel: true,
  setParams: true,
};

export class CallbackBase<M = CallbackModel> implements CallbackHooks {
  /** What `fit`, `evaluate` or `predict` was asked for; set when it begins. */
  params!: CallbackParams;
  /** The model that runs; set when `fit`, `evaluate` or `predict` begins. */
  model!: M;

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  setModel(model: CallbackModel): void {
    this.model = model as M;
  }

  onTrainBegin(_logs: Logs): void | Promise<void> {}
  onTrainEnd(_logs: MetricLogs): void | Promise<void> {}
  onEpochBegin(_epoch: number, _logs: Logs): void | Promise<void> {}
  onEpochEnd(_epoch: number, _logs: MetricLogs): void | Promise<void> {}
  onTrainBatchBegin(batch: number, logs: Logs): void | Promise<void> {
    return this.onBatchBegin(batch, logs);
  }
  onTrainBatchEnd(batch: number, logs: MetricLogs): void | Promise<void> {
    return this.onBatchEnd(batch, logs);
  }
  onTestBegin(_logs: Logs): void | Promise<void> {}
  onTestEnd(_logs: MetricLogs): void | Promise<void> {}
  onTestBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onTestBatchEnd(_batch: number, _logs: MetricLogs): void | Promise<void> {}
  onPredictBegin(_logs: Logs): void | Promise<void> {}
  onPredictEnd(_logs: Logs): void | Promise<void> {}
  onPredictBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onPredictBatchEnd(_batch: number, _logs: PredictLogs): void | Promise<void> {}
  onBatchBegin(_batch: number, _logs: Logs): void | Promise<void> {}
  onBatchEnd(_batch: number, _logs: MetricLogs): void | Promise<void> {}
}

/**
 * Base of callbacks: override the hooks you need; each may be `async`. A callback without state can be written as a
 * plain object of hooks instead.
 *
 * @example
 * class Note extends Callback {
 *   override onEpochEnd(epoch: number, logs: MetricLogs) { console.log(epoch, logs.loss); }
 * }
 * const { history } = await model.fit(x, y, {
 *   epochs: 2,
 *   callbacks: [new Note(), { onEpochEnd(_, logs) { logs.double = 2 * logs.loss; } }],
 * });
 * history.double; // [28, 23.5548]
 * @see https://keras.io/api/callbacks/base_callback/
 */
export const Callback = callable(CallbackBase);
export type Callback<M = CallbackModel> = CallbackBase<M>;

/** Another name under which a hook may be given. */
const ALIASES: { readonly [name in HookName]?: HookName } = {
  onTrainBatchBegin: 'onBatchBegin',
  onTrainBatchEnd: 'onBatchEnd',
};

/** The hook of a callback, or its alias; `undefined` where it has none of its own. */
export function ownHook(callback: CallbackHooks, name: HookName): ((...args: unknown[]) => unknown) | undefined {
  const hook: unknown = Reflect.get(callback, name);
  const inherited = callback instanceof CallbackBase ? CallbackBase.prototype[name] : undefined;
  if (typeof hook === 'function' && hook !== inherited) return hook as (...args: unknown[]) => unknown;
  const alias = ALIASES[name];
  return alias && ownHook(callback, alias);
}

/** Refuses what is no callback, and plain objects with a misspelt hook. */
export function checkCallback(who: string, callback: unknown): asserts callback is CallbackHooks {
  if (callback instanceof CallbackBase) return;
  if (typeof callback !== 'object' || callback === null) {
    throw new TypeError(
      `${who}: a callback must be a Callback or an object of hooks, as { onEpochEnd(epoch, logs) {} }. ` +
        `Received: ${formatValue(callback)}.`,
    );
  }
  const names = methodNames(callback);
  checkHookNames(who, names);
  if (names.some((name) => name in HOOKS)) return;
  throw new TypeError(
    `${who}: a callback must have at least one hook, as { onEpochEnd(epoch, logs) {} }. ` +
      `Received: ${formatValue(callback)}. Known: ${Object.keys(HOOKS).join(', ')}.`,
  );
}

/** Refuses names that are meant to be hooks and are none; other methods are the callback's own business. */
export function checkHookNames(who: string, names: readonly string[]): void {
  for (const name of names) {
    if (name in HOOKS) continue;
    const near = nearest(name, Object.keys(HOOKS));
    if (near === undefined && !/^on[A-Z_]/.test(name)) continue;
    const mend = near === undefined ? `Known: ${Object.keys(HOOKS).join(', ')}.` : `Did you mean '${near}'?`;
    throw new TypeError(`${who}: unknown hook. Received: '${name}'. ${mend}`);
  }
}

/** Names of all functions of an object, its classes' included. */
function methodNames(object: object): string[] {
  const names = new Set<string>();
  for (let from: object | null = object; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name !== 'constructor' && typeof Reflect.get(object, name) === 'function') names.add(name);
    }
  }
  return [...names];
}
