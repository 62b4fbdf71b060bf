/** The command `keras-ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ADDON_PATH, tryAddon } from './addon';
import { installInto, writeStamp } from './install';
import { cacheDirectory, platformName, wheelFor } from './platform';
import { InstallError } from './process';
import { createProgress, type Progress } from './progress';
import { installUpstream, requireTfjsNode } from './tfjs-node';

const USAGE = `Usage: keras-ts install-tensorflow [options]
       keras-ts inspect FILE [--json]
       keras-ts diff A B [--json]
       keras-ts convert IN OUT
       keras-ts predict MODEL IMAGE... [--json]
       keras-ts --version

Installs the native TensorFlow library that training runs on (Linux x64 and ARM, macOS ARM). It needs Python 3 with pip
and a C++ compiler; the library is kept in a per-user cache (KERAS_TS_CACHE says where), so it is downloaded once.

  --wheel FILE  take TensorFlow from this wheel: no package index is asked
  --copy        put the libraries into node_modules, rather than links to the cache; node_modules then stands alone
  --verify      look at all files again, by their SHA-256, though they are there with their sizes
  --upstream    run the installer of @tensorflow/tfjs-node instead: an older TensorFlow, from storage.googleapis.com
  --optional    end with exit code 0 though the library cannot be installed: training then runs on WebAssembly
  --version     print the version of keras-ts
  --help        print this

inspect tells what is in a .keras, .weights.h5 or .h5 file: the model, versions, and each weight with its range. diff
tells where two of them differ, with exit code 1 if they do. convert reads a model and writes it in the format that OUT
ends in (.keras, .h5; .weights.h5 for its weights alone). predict gives what a model says of pictures (PNG, JPEG, BMP, GIF).

  --json        tell it as JSON
`;

const OPTIONS = {
  wheel: { type: 'string' },
  copy: { type: 'boolean' },
  verify: { type: 'boolean' },
  upstream: { type: 'boolean' },
  optional: { type: 'boolean' },
  json: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** What was asked for. */
interface Asked {
  wheel?: string;
  copy?: boolean;
  upstream?: boolean;
  optional?: boolean;
}

/** Runs the command; gives its exit code. */
export async function main(args: string[]): Promise<number> {
  const all = { args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true } as const;
  const { values, positionals, tokens } = parseArgs(all);
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.version === true) {
    const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
    process.stdout.write(`${(JSON.parse(manifest) as { version: string }).version}\n`);
    return 0;
  }
  const problem = problemOf(tokens);
  if (problem !== undefined) {
    process.stderr.write(`keras-ts: ${problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  const [command, ...files] = positionals;
  return command === 'install-tensorflow'
    ? installTensorflow(values as Asked)
    : runOnFiles(command as FileCommand, files, values.json === true);
}

/** Commands that work on files: how many they take, what they are called, and whether they can tell it as JSON. */
const FILE_COMMANDS = {
  inspect: { least: 1, most: 1, needs: 'a file', hasJson: true },
  diff: { least: 2, most: 2, needs: 'two files', hasJson: true },
  convert: { least: 2, most: 2, needs: 'two files', hasJson: false },
  predict: { least: 2, most: Number.POSITIVE_INFINITY, needs: 'a model and pictures', hasJson: true },
} as const;
type FileCommand = keyof typeof FILE_COMMANDS;

/** What is wrong with the arguments. */
function problemOf(tokens: NonNullable<ReturnType<typeof parseArgs>['tokens']>): string | undefined {
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const [name = ''] = words;
  const command = Object.hasOwn(FILE_COMMANDS, name) ? FILE_COMMANDS[name as FileCommand] : undefined;
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.entries(OPTIONS).find(([key]) => key === token.name && token.rawName.startsWith('--'))?.[1];
    const isOfOther = command ? token.name !== 'json' || !command.hasJson : token.name === 'json';
    if (option === undefined || isOfOther) return `unknown argument '${token.rawName}'`;
    if (option.type === 'string' && !token.value) return `${token.rawName} expects a file`;
    if (option.type === 'boolean' && token.value !== undefined) return `${token.rawName} takes no value`;
  }
  if (words.length === 0) return 'a command is missing';
  if (command && words.length - 1 < command.least) return `${name} needs ${command.needs}`;
  const taken = command ? 1 + command.most : Number(name === 'install-tensorflow');
  return words.length > taken ? `unknown argument '${words[taken]}'` : undefined;
}

async function runOnFiles(command: FileCommand, files: string[], asJson: boolean): Promise<number> {
  const [first, second] = files as [string, string];
  // Loaded here, since the library may not be installed yet when the command is.
  const run = {
    inspect: () => {
      const { inspect } = require('./inspect') as typeof import('./inspect.js');
      return inspect(first, asJson);
    },
    diff: () => {
      const { diff } = require('./diff') as typeof import('./diff.js');
      return diff(first, second, asJson);
    },
    convert: () => {
      const { convert } = require('./convert') as typeof import('./convert.js');
      return convert(first, second);
    },
    predict: () => {
      const { predict } = require('./predict') as typeof import('./predict.js');
      return predict(first, files.slice(1), asJson);
    },
  };
  try {
    return await run[command]();
  } catch (error) {
    process.stderr.write(`keras-ts: ${(error as Error).message}\n`);
    return EXIT_FAILED;
  }
}

async function installTensorflow({ optional = false, ...asked }: Asked): Promise<number> {
  const progress = createProgress();
  const began = Date.now();
  try {
    await install(asked, progress);
    progress.say(`TensorFlow is ready (${Math.round((Date.now() - began) / 1000)} s).`);
    return 0;
  } catch (error) {
    progress.end();
    process.stderr.write(account(error as Error));
    return optional ? 0 : EXIT_FAILED;
  }
}

async function install({ wheel, copy, upstream }: Asked, progress: Progress): Promise<void> {
  if (upstream) {
    const tfjsNode = await requireTfjsNode(progress);
    await installUpstream(progress);
    await tryAddon(join(tfjsNode, ADDON_PATH));
    writeStamp(tfjsNode, 'upstream');
    return;
  }
  wheelFor(platformName()); // what no machine of this kind can have is told before anything is fetched
  await installInto(await requireTfjsNode(progress), progress, { file: wheel, copy });
}

/** What is missing, and how to get it. */
function account(error: Error): string {
  const mend = error instanceof InstallError ? `  ${error.mend}\n` : '';
  return (
    `keras-ts: the native TensorFlow library could not be installed: ${error.message}.\n${mend}` +
    `  (The cache is ${cacheDirectory()}.) Then run \`npx keras-ts install-tensorflow\` again.\n` +
    '  Until then training runs on WebAssembly, several times slower.\n'
  );
}
