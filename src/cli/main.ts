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

inspect tells what is in a .keras, .weights.h5 or .h5 file: the model, versions, and each weight with its range.

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
  const [command, file] = positionals;
  return command === 'inspect' ? inspectFile(file as string, values.json === true) : installTensorflow(values as Asked);
}

/** What is wrong with the arguments. */
function problemOf(tokens: NonNullable<ReturnType<typeof parseArgs>['tokens']>): string | undefined {
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const isInspect = words[0] === 'inspect';
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.entries(OPTIONS).find(([name]) => name === token.name && token.rawName.startsWith('--'))?.[1];
    if (option === undefined || (token.name === 'json') !== isInspect) return `unknown argument '${token.rawName}'`;
    if (option.type === 'string' && !token.value) return `${token.rawName} expects a file`;
    if (option.type === 'boolean' && token.value !== undefined) return `${token.rawName} takes no value`;
  }
  if (words.length === 0) return 'a command is missing';
  if (isInspect && words.length === 1) return 'inspect needs a file';
  const taken = isInspect ? 2 : Number(words[0] === 'install-tensorflow');
  return words.length > taken ? `unknown argument '${words[taken]}'` : undefined;
}

async function inspectFile(file: string, asJson: boolean): Promise<number> {
  // Loaded here, since the library may not be installed yet when the command is.
  const { inspect } = require('./inspect') as typeof import('./inspect.js');
  try {
    return await inspect(file, asJson);
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
