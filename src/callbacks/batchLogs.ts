import type { Logs, PredictLogs } from './callback';

/** Logs of a batch. */
export type BatchLogs = Logs | PredictLogs;
/** Reads the logs of a batch. Costly: it waits for the device. */
export interface LogsReader<T extends BatchLogs = Logs> {
  /** At once, where the device can be read so. */
  now(): T;
  /** Without holding the device up; absent where nothing has to be waited for. */
  later?(): Promise<T>;
}

/** The same logs with names in order, as Keras hands them to callbacks. */
export function sortLogs<T extends BatchLogs>(logs: T): T {
  return Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : Number(a > b)))) as T;
}

/** A reader that reads at most once. */
export function readOnce<T extends BatchLogs>(reader: LogsReader<T>): LogsReader<T> {
  let logs: T | undefined;
  const keep = (read: T): T => {
    logs ??= sortLogs(read);
    return logs;
  };
  const now = (): T => logs ?? keep(reader.now());
  return reader.later ? { now, later: async () => logs ?? keep(await (reader as Later<T>).later()) } : { now };
}

type Later<T extends BatchLogs> = Required<LogsReader<T>>;

/** Logs that are read when they are first looked at, and what ends that possibility. */
export interface LazyLogs {
  readonly logs: BatchLogs;
  expire(): void;
}

/**
 * Logs for a hook that may not look at them. They must be looked at before the hook ends: afterwards the values
 * are those of another batch, and reading is an error.
 */
export function lazyLogs(reader: LogsReader<BatchLogs>): LazyLogs {
  const values = {} as BatchLogs;
  let state: 'unread' | 'read' | 'expired' = 'unread';
  const fill = (): BatchLogs => {
    if (state === 'expired') {
      throw new Error(
        'Callback: the logs of a batch were first looked at after its hook had ended. ' +
          'Declare them as the second parameter, as in onTrainBatchEnd(batch, logs), or copy them: { ...logs }.',
      );
    }
    if (state === 'unread') Object.assign(values, reader.now());
    state = 'read';
    return values;
  };
  // console.log looks behind a proxy, at `values`.
  Object.defineProperty(values, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => ({ ...fill() }),
    enumerable: false,
  });
  const logs = new Proxy(values, {
    get: (_, key) => Reflect.get(fill(), key) as unknown,
    has: (_, key) => Reflect.has(fill(), key),
    set: (_, key, value) => Reflect.set(fill(), key, value),
    ownKeys: () => Reflect.ownKeys(fill()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(fill(), key),
  });
  return {
    logs,
    expire: () => {
      if (state === 'unread') state = 'expired';
    },
  };
}
