import { parseArgs } from 'node:util';
import { WORK_NAMES, type WorkName } from './works';

/** Who is measured. */
export const CONTENDERS = ['keras-ts', 'keras', 'tf.layers', 'torch'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** What the command line says. */
export interface Options {
  quick: boolean;
  profile: boolean;
  works: readonly WorkName[];
  contenders: readonly ContenderName[];
  rounds: number;
}

export const USAGE = `Usage: npm run bench -- [options]

Trains the same networks with keras-ts, Keras, tf.layers and PyTorch, in processes that take turns, and prints tables
in Markdown: fit, evaluate and predict, seconds from process start to the first trained batch, peak memory.
Writes out/bench.md and out/bench.json. Makes the Python environments it needs.

  --quick              fewer steps and one round: ends within 3 minutes
  --works A,B,C,D      which networks: A the lesson's, B mnist_convnet, C VGG blocks, D an MLP; default all
  --rounds N           how often each is started and measured, 3 epochs each time; default 3, with --quick 1
  --contenders LIST    of keras-ts,keras,tf.layers,torch; default the first three
  --torch              PyTorch, too (installs it in .venv-torch; large)
  --profile            instead: what each operation of A and B takes alone, and what the machine reaches (default works: A,B)
  --help               this text
`;

/** A command line that cannot be followed: the message is printed with the usage, and the exit code is 2. */
export class UsageError extends Error {}

/** The options of a command line; `undefined` where it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const { quick = false, profile = false } = values;
  const asked = list('--contenders', values.contenders, CONTENDERS) ?? CONTENDERS.slice(0, 3);
  return {
    quick,
    profile,
    works: list('--works', values.works, WORK_NAMES) ?? (profile ? WORK_NAMES.slice(0, 2) : WORK_NAMES),
    contenders: CONTENDERS.filter((name) => asked.includes(name) || (name === 'torch' && values.torch)),
    rounds: rounds(values.rounds ?? (quick ? '1' : '3')),
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ quick: boolean, profile: boolean, torch: boolean, works: string, contenders: string, rounds: string },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function list<T extends string>(option: string, value: string | undefined, known: readonly T[]): T[] | undefined {
  if (value === undefined) return undefined;
  const names = value.split(',');
  const unknown = names.find((name) => !known.includes(name as T));
  if (unknown === undefined) return known.filter((name) => names.includes(name));
  throw new UsageError(`${option} must be a list of ${known.join(',')}. Received: '${value}'.`);
}

function rounds(value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new UsageError(`--rounds must be a whole number of at least 1. Received: '${value}'.`);
}
