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
`;

const OPTIONS = {
  wheel: { type: 'string' },
  copy: { type: 'boolean' },
  verify: { type: 'boolean' },
  upstream: { type: 'boolean' },
  optional: { type: 'boolean' },
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
  const { values, tokens } = parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
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
  return installTensorflow(values as Asked);
}

/** What is wrong with the arguments. */
function problemOf(tokens: NonNullable<ReturnType<typeof parseArgs>['tokens']>): string | undefined {
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.entries(OPTIONS).find(([name]) => name === token.name && token.rawName.startsWith('--'))?.[1];
    if (option === undefined) return `unknown argument '${token.rawName}'`;
    if (option.type === 'string' && !token.value) return `${token.rawName} expects a file`;
    if (option.type === 'boolean' && token.value !== undefined) return `${token.rawName} takes no value`;
  }
  const unknown = words[0] === 'install-tensorflow' ? words[1] : words[0];
  if (unknown !== undefined) return `unknown argument '${unknown}'`;
  return words.length === 0 ? 'a command is missing' : undefined;
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
