/** The command `keras-ts`. */
import { installInto, writeStamp } from './install';
import { InstallError } from './process';
import { createProgress } from './progress';
import { installUpstream, requireTfjsNode } from './tfjs-node';

const USAGE = `Usage: keras-ts install-tensorflow [--optional]

Installs the native TensorFlow library that training runs on (Linux x64 and ARM, macOS ARM). It needs Python 3 with pip
and a C++ compiler; the library is kept in a per-user cache (KERAS_TS_CACHE says where), so it is downloaded once.

  --optional  end with exit code 0 though the library cannot be installed: training then runs on WebAssembly
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
  const unknown = command === 'install-tensorflow' ? options.find((option) => option !== '--optional') : command;
  if (command === undefined || unknown !== undefined) {
    const problem = unknown === undefined ? 'a command is missing' : `unknown argument '${unknown}'`;
    process.stderr.write(`keras-ts: ${problem}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  return installTensorflow(options.includes('--optional'));
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
