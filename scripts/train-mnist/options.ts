import { parseArgs } from 'node:util';

/** The networks that can be trained. */
export const NETWORKS = ['lesson', 'convnet'] as const;
export const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;

/** What the command line says. */
export interface Options {
  model: (typeof NETWORKS)[number];
  epochs: number;
  batchSize: number;
  seed: number;
  /** Number of training digits to use, counted from the first; undefined for all 8,000. */
  limit: number | undefined;
  backend: (typeof BACKENDS)[number] | undefined;
  out: string;
}

export const USAGE = `Usage: npm start -- [options]

Trains a convolutional network on 8,000 handwritten digits and tests it on 2,000 others.

  --model NAME       lesson (one convolution) or convnet (Keras's mnist_convnet); default convnet
  --epochs N         passes over the training digits; default 20
  --batch-size N     digits per step; default 32
  --seed N           start of all random numbers; the same seed gives the same run; default 1
  --limit N          use only the first N training digits (at least 20); default all
  --backend NAME     tensorflow, wasm or cpu; default the best there is
  --out FOLDER       where model.keras, history.json and report.md go; default out
  --help             this text
`;

/** A command line that cannot be followed: the message is printed with the usage, and the exit code is 2. */
export class UsageError extends Error {}

/** The options of a command line; `undefined` where it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  return {
    model: oneOf('--model', values.model ?? 'convnet', NETWORKS),
    epochs: whole('--epochs', values.epochs ?? '20', 1),
    batchSize: whole('--batch-size', values['batch-size'] ?? '32', 1),
    seed: whole('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
    limit: values.limit === undefined ? undefined : whole('--limit', values.limit, 20, 8000),
    backend: values.backend === undefined ? undefined : oneOf('--backend', values.backend, BACKENDS),
    out: values.out ?? 'out',
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{
          model: string,
          epochs: string,
          'batch-size': string,
          seed: string,
          limit: string,
          backend: string,
          out: string,
        },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw new UsageError(`${option} must be one of ${known.join(', ')}. Received: '${value}'.`);
}

function whole(option: string, value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option} must be a whole number ${range}. Received: '${value}'.`);
}
