/** The command `keras-ts`. */
import { installInto, writeStamp } from './install';
import { InstallError } from './process';
import { createProgress } from './progress';
import { installUpstream, requireTfjsNode } from './tfjs-node';

const USAGE = `Usage: keras-ts install-tensorflow [--optional]
       keras-ts inspect FILE [--json]

Installs the native TensorFlow library that training runs on (Linux x64 and ARM, macOS ARM). It needs Python 3 with pip
and a C++ compiler; the library is kept in a per-user cache (KERAS_TS_CACHE says where), so it is downloaded once.

inspect tells what is in a .keras, .weights.h5 or .h5 file: the model, versions, and each weight with its range.

  --optional  end with exit code 0 though the library cannot be installed: training then runs on WebAssembly
  --json      tell it as JSON
  --help      print this
`;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs the command; gives its exit code. */
export async function main(args: string[]): Promise<number> {
  const [command, ...options] = args;
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === 'inspect') return inspectFile(options);
  const unknown = command === 'install-tensorflow' ? options.find((option) => option !== '--optional') : command;
  if (command === undefined || unknown !== undefined) {
    const problem = unknown === undefined ? 'a command is missing' : `unknown argument '${unknown}'`;
    process.stderr.write(`keras-ts: ${problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  return installTensorflow(options.includes('--optional'));
}

async function inspectFile(options: string[]): Promise<number> {
  const files = options.filter((option) => option !== '--json');
  const [file, more] = files;
  if (file === undefined || more !== undefined || file.startsWith('-')) {
    const problem = file === undefined ? 'inspect needs a file' : `unknown argument '${more ?? file}'`;
    process.stderr.write(`keras-ts: ${problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  // Loaded here, since the library may not be installed yet when the command is.
  const { inspect } = require('./inspect') as typeof import('./inspect.js');
  try {
    return await inspect(file, options.includes('--json'));
  } catch (error) {
    process.stderr.write(`keras-ts: ${(error as Error).message}\n`);
    return EXIT_FAILED;
  }
}

async function installTensorflow(optional: boolean): Promise<number> {
  const progress = createProgress();
  const began = Date.now();
  try {
    const tfjsNode = await requireTfjsNode(progress);
    try {
      await installInto(tfjsNode, progress);
    } catch (error) {
      if (!(error instanceof InstallError) || !(await installUpstream(progress))) throw error;
      writeStamp(tfjsNode, 'upstream');
    }
    progress.say(`TensorFlow is ready (${Math.round((Date.now() - began) / 1000)} s).`);
    return 0;
  } catch (error) {
    progress.end();
    process.stderr.write(account(error as Error));
    return optional ? 0 : EXIT_FAILED;
  }
}

/** What is missing, and how to get it. */
function account(error: Error): string {
  const mend = error instanceof InstallError ? `  ${error.mend}\n` : '';
  return (
    `keras-ts: the native TensorFlow library could not be installed: ${error.message}.\n${mend}` +
    '  Then run `npx keras-ts install-tensorflow` again. Until then training runs on WebAssembly, several times slower.\n'
  );
}
