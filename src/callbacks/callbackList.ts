import { callable } from '../base/callable';
import { ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import { type BatchLogs, type LogsReader, lazyLogs, readOnce, sortLogs } from './batchLogs';
import {
  type CallbackBase,
  type CallbackHooks,
  type CallbackModel,
  type CallbackObject,
  type CallbackParams,
  checkCallback,
  type Logs,
  ownHook,
  type PredictLogs,
} from './callback';
import { HistoryCallback } from './history';
import { ProgbarLoggerCallback } from './progbarLogger';

/** A callback, or a plain object of hooks. */
export type CallbackLike = CallbackBase | CallbackObject;
/** What `fit`, `evaluate` and `predict` take as `callbacks`. */
export type CallbacksArgument = CallbackLike | CallbackListBase | readonly (CallbackLike | CallbackListBase)[] | null;

/** `0` silent, `1` a progress bar, `2` one line for each epoch, `'auto'` as 1. */
export type Verbose = 0 | 1 | 2 | 'auto';

/** Arguments of a list of callbacks. */
export interface CallbackListOptions {
  /** Callbacks, also those of another list. Default: none. */
  callbacks?: CallbacksArgument;
  /** Adds a `History` if there is none. Default: false. */
  addHistory?: boolean;
  /** Adds a `ProgbarLogger` if there is none. Default: false. */
  addProgbar?: boolean;
  model?: CallbackModel;
  /** Default: 0. */
  verbose?: Verbose;
  /** Default: 1. */
  epochs?: number;
  /** Batches an epoch; `null` (default) when not known. */
  steps?: number | null;
}

export type CallbackListArguments =
  | [callbacks: CallbacksArgument, options?: Omit<CallbackListOptions, 'callbacks'>]
  | [options?: CallbackListOptions];

const SIGNATURE: Signature<CallbackListOptions> = {
  who: 'CallbackList',
  positional: ['callbacks'],
  defaults: {
    callbacks: null,
    addHistory: false,
    addProgbar: false,
    model: undefined,
    verbose: 0,
    epochs: 1,
    steps: null,
  },
};

/** Logs of a batch, or what reads them; called only if a callback looks. */
type GivenLogs<T extends BatchLogs> = T | (() => T) | LogsReader<T>;
/** Done, or a promise if a hook is asynchronous. */
type Done = void | Promise<void>;
type MomentName = 'onTrainBegin' | 'onTrainEnd' | 'onTestBegin' | 'onTestEnd' | 'onPredictBegin' | 'onPredictEnd';
type EpochName = 'onEpochBegin' | 'onEpochEnd';
type BatchBeginName = 'onTrainBatchBegin' | 'onTestBatchBegin' | 'onPredictBatchBegin';
type BatchEndName = 'onTrainBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd';
type HookName = MomentName | EpochName | BatchBeginName | BatchEndName;
type Task = () => unknown;

export class CallbackListBase {
  static readonly className = 'CallbackList';

  readonly callbacks: CallbackHooks[];
  params: CallbackParams;
  #model: CallbackModel | undefined;
  /** The callbacks that have a hook, found when it is first needed. */
  readonly #listening = new Map<HookName, CallbackHooks[]>();

  constructor(...args: CallbackListArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<CallbackListOptions>;
    const { callbacks, addHistory, addProgbar, model, verbose, epochs, steps } = options;
    this.params = { verbose: verbosity(verbose), epochs, steps };
    this.#model = model;
    this.callbacks = [];
    const given: unknown[] = [callbacks ?? []].flat(Number.POSITIVE_INFINITY);
    for (const each of given) {
      const members = each instanceof CallbackListBase ? each.callbacks : [each];
      for (const callback of members) this.append(callback as CallbackLike);
    }
    if (addHistory && !this.history) this.append(new HistoryCallback());
    if (addProgbar && !this.callbacks.some(isProgbar)) this.append(new ProgbarLoggerCallback());
    if (model && this.history) model.history = this.history;
  }

  /** Tells all callbacks of the model that runs. */
  setModel(model: CallbackModel): void {
    this.#model = model;
    if (this.history) model.history = this.history;
    for (const callback of this.callbacks) attach(callback, 'model', model);
  }

  /** Tells all callbacks what is asked for. */
  setParams(params: CallbackParams): void {
    this.params = params;
    for (const callback of this.callbacks) attach(callback, 'params', params);
  }

  /** The `History` among the callbacks. */
  get history(): HistoryCallback | undefined {
    return this.callbacks.filter(isHistory).at(-1);
  }

  /** Adds a callback at the end. */
  append(callback: CallbackLike): void {
    checkCallback('CallbackList', callback);
    const { params } = this;
    if (this.#model) attach(callback, 'model', this.#model);
    attach(callback, 'params', params);
    this.callbacks.push(callback);
    this.#listening.clear();
  }

  onTrainBegin(logs?: Logs): Done {
    return this.#tell('onTrainBegin', [], logs);
  }

  onTrainEnd(logs?: Logs): Done {
    return this.#tell('onTrainEnd', [], logs);
  }

  onEpochBegin(epoch: number, logs?: Logs): Done {
    return this.#tell('onEpochBegin', [epoch], logs);
  }

  /** Callbacks share one copy of the logs: what one adds, as a learning rate, later ones see. */
  onEpochEnd(epoch: number, logs?: Logs): Done {
    return this.#tell('onEpochEnd', [epoch], logs);
  }

  onTrainBatchBegin(batch: number, logs?: Logs): Done {
    return this.#tell('onTrainBatchBegin', [batch], logs);
  }

  /** @param logs the running means, or what reads them; called only if somebody looks. */
  onTrainBatchEnd(batch: number, logs: GivenLogs<Logs> = {}): Done {
    return this.#tellBatchEnd('onTrainBatchEnd', batch, logs);
  }

  onTestBegin(logs?: Logs): Done {
    return this.#tell('onTestBegin', [], logs);
  }

  onTestEnd(logs?: Logs): Done {
    return this.#tell('onTestEnd', [], logs);
  }

  onTestBatchBegin(batch: number, logs?: Logs): Done {
    return this.#tell('onTestBatchBegin', [batch], logs);
  }

  onTestBatchEnd(batch: number, logs: GivenLogs<Logs> = {}): Done {
    return this.#tellBatchEnd('onTestBatchEnd', batch, logs);
  }

  onPredictBegin(logs?: Logs): Done {
    return this.#tell('onPredictBegin', [], logs);
  }

  onPredictEnd(logs?: Logs): Done {
    return this.#tell('onPredictEnd', [], logs);
  }

  onPredictBatchBegin(batch: number, logs?: Logs): Done {
    return this.#tell('onPredictBatchBegin', [batch], logs);
  }

  /**
   * @param logs the outputs of the batch, or what reads them. Who tells keeps the tensors until what this returns is
   *   done, and frees them then.
   */
  onPredictBatchEnd(batch: number, logs: GivenLogs<PredictLogs>): Done {
    return this.#tellBatchEnd('onPredictBatchEnd', batch, logs);
  }

  #tell(name: HookName, position: number[], logs: Logs = {}): Done {
    const listening = this.#listeners(name);
    if (listening.length === 0) return;
    const shared = sortLogs(logs);
    return inOrder(listening.map((callback) => () => ownHook(callback, name)?.call(callback, ...position, shared)));
  }

  #tellBatchEnd<T extends BatchLogs>(name: BatchEndName, batch: number, logs: GivenLogs<T>): Done {
    const listening = this.#listeners(name);
    if (listening.length === 0) return;
    const reader = readOnce(isReader<T>(logs) ? logs : { now: typeof logs === 'function' ? logs : () => logs });
    return inOrder(listening.map((callback) => () => tellBatchEnd(callback, name, batch, reader)));
  }

  #listeners(name: HookName): CallbackHooks[] {
    const known = this.#listening.get(name);
    if (known) return known;
    const listening = this.callbacks.filter((callback) => ownHook(callback, name) !== undefined);
    this.#listening.set(name, listening);
    return listening;
  }
}

/**
 * Tells several callbacks in order. Each method returns a promise only if a hook did, or logs are waited for, so that a
 * training loop need not wait for the rest.
 *
 * @example
 * const list = CallbackList([{ onEpochEnd(epoch, logs) { logs.one = 1; } }], { addHistory: true, model });
 * await list.onTrainBegin();
 * await list.onEpochEnd(0, { loss: 0.5 });
 * list.history.history; // { loss: [0.5], one: [1] }
 * @see https://keras.io/api/callbacks/base_callback/
 */
export const CallbackList = callable(CallbackListBase);
export type CallbackList = CallbackListBase;

/** A hook that declares `logs` gets them, so that it may keep them; any other gets logs that are read when looked at. */
function tellBatchEnd(
  callback: CallbackHooks,
  name: BatchEndName,
  batch: number,
  reader: LogsReader<BatchLogs>,
): unknown {
  if (isProgbar(callback)) return callback.batchEnd(name, batch, reader as LogsReader);
  const hook = ownHook(callback, name);
  if (!hook || hook.length >= 2) {
    const tell = (logs: BatchLogs): unknown => hook?.call(callback, batch, logs);
    return reader.later ? reader.later().then(tell) : tell(reader.now());
  }
  const lazy = lazyLogs(reader);
  const done = hook.call(callback, batch, lazy.logs);
  if (isPromise(done)) return Promise.resolve(done).finally(() => lazy.expire());
  lazy.expire();
  return done;
}

/** Runs tasks one after the other; those after an asynchronous one wait for it. */
function inOrder(tasks: readonly Task[]): Done {
  for (const [i, task] of tasks.entries()) {
    const done = task();
    if (isPromise(done)) return Promise.resolve(done).then(() => inOrder(tasks.slice(i + 1)));
  }
}

/** Whether logs are to be read; they are no logs then, which hold numbers. */
function isReader<T extends BatchLogs>(logs: GivenLogs<T>): logs is LogsReader<T> {
  return typeof (logs as Partial<LogsReader<T>>).later === 'function';
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function isHistory(callback: CallbackHooks): callback is HistoryCallback {
  return callback instanceof HistoryCallback;
}

function isProgbar(callback: CallbackHooks): callback is ProgbarLoggerCallback {
  return callback instanceof ProgbarLoggerCallback;
}

/** Calls `setModel` or `setParams`; an object without them gets a hidden property, for `this.model` in its hooks. */
function attach<K extends 'model' | 'params'>(callback: CallbackHooks, key: K, value: CallbackModel | CallbackParams) {
  const setter = key === 'model' ? callback.setModel : callback.setParams;
  if (setter) setter.call(callback, value as CallbackModel & CallbackParams);
  else Reflect.defineProperty(callback, key, { value, writable: true, configurable: true, enumerable: false });
}

function verbosity(verbose: Verbose): number {
  if (verbose === 'auto') return 1;
  if (typeof verbose === 'boolean') return Number(verbose);
  if ([0, 1, 2].includes(verbose)) return verbose;
  throw new ValueError(`CallbackList: verbose must be 0, 1, 2 or 'auto'. Received: verbose=${String(verbose)}.`);
}
