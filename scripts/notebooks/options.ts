import { parseArgs } from 'node:util';

/** What the command line says. */
export interface Options {
  /** Which notebooks, by the beginning of their names; none for all. */
  names: string[];
  /** Whether the outputs are kept in the notebooks themselves. */
  inplace: boolean;
  build: boolean;
  /** Seconds that one cell may take. */
  timeout: number;
}

export const USAGE = `Usage: npm run notebooks -- [options] [name ...]

Executes the notebooks from top to bottom, all or the named ones (01 is enough of a name), and checks what they show.

  --inplace          keep the outputs in notebooks/; without it they are only in out/notebooks/
  --no-build         take dist/ as it is
  --timeout SECONDS  for one cell; default 300
  --help             this text
`;

/** A command line that cannot be followed: the message is printed with the usage, and the exit code is 2. */
export class UsageError extends Error {}

/** The options of a command line; `undefined` where it asks for help. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const timeout = Number(values.timeout);
  if (!(Number.isInteger(timeout) && timeout > 0)) {
    throw new UsageError(`notebooks: --timeout must be a whole number above 0. Received: ${values.timeout}`);
  }
  return { names: positionals, inplace: values.inplace, build: !values['no-build'], timeout };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { inplace: flag, 'no-build': flag, timeout: { type: 'string', default: '300' }, help: flag },
    });
  } catch (error) {
    throw new UsageError(`notebooks: ${(error as Error).message}`);
  }
}

/** The notebooks that are asked for; each name is the beginning of one. */
export function choose(known: readonly string[], names: readonly string[]): string[] {
  const chosen = names.map((name) => {
    const stem = name.replace(/^.*[\\/]/, '').replace(/\.ipynb$/, '');
    const found = known.includes(stem) ? [stem] : known.filter((each) => each.startsWith(stem));
    if (found.length === 1) return found[0] as string;
    throw new UsageError(`notebooks: expected the name of a notebook, of ${known.join(', ')}. Received: ${name}`);
  });
  return names.length === 0 ? [...known] : [...new Set(chosen)];
}
