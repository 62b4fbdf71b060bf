/** The Node.js addon: tfjs-node's C++ sources compiled against the library. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Wheel } from './platform';
import { failure, InstallError, lastLines, type Outcome, run } from './process';
import type { Progress } from './progress';
import { replaceFile } from './scratch';

/** Version of the Node-API the addon is made for; newer Nodes keep it working. */
export const NAPI_VERSION = 8;
/** Place of the addon, and of the libraries, in the package tfjs-node. */
export const ADDON_PATH = join('lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
export const LIBRARY_PATH = join('deps', 'lib');

const SHARED = ['-std=c++17', '-shared', '-fPIC'];
const NEEDED =
  'A C++17 compiler is needed (Debian, Ubuntu: apt-get install g++; macOS: xcode-select --install). CXX names one.';
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];

/** TensorFlow's first session writes two lines that TF_CPP_MIN_LOG_LEVEL does not stop; absl's own level does. */
const LOG_LEVEL_SOURCE = `#include <cstdlib>
#include "absl/log/globals.h"
namespace absl {
ABSL_NAMESPACE_BEGIN
__attribute__((weak)) void SetMinLogLevel(absl::LogSeverityAtLeast);
ABSL_NAMESPACE_END
}
static const bool done = [] {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (&absl::SetMinLogLevel == nullptr) return false;
  absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(level ? std::atoi(level) : 3));
  return true;
}();
`;

/** Where things are. */
export interface AddonParts {
  /** The package tfjs-node. */
  tfjsNode: string;
  /** Directory with the libraries and `include`. */
  library: string;
  wheel: Wheel;
}

/**
 * Compiles the addon into `directory`, laid out as in tfjs-node.
 *
 * @throws InstallError where there is no compiler, or the addon does not compile
 */
export async function compileAddon(parts: AddonParts, directory: string, progress: Progress): Promise<void> {
  progress.step('compiling the addon');
  const { tfjsNode, library, wheel } = parts;
  const compiler = await findCompiler();
  const addon = join(directory, ADDON_PATH);
  mkdirSync(dirname(addon), { recursive: true });
  const logLevel = join(dirname(directory), 'log_level.cc');
  writeFileSync(logLevel, LOG_LEVEL_SOURCE);
  const includes = [tfjsNode, join(library, 'include'), napiHeaders()].map((path) => `-I${path}`);
  const args = [...SHARED, '-O2', '-w', `-DNAPI_VERSION=${NAPI_VERSION}`, ...includes];
  args.push(...SOURCES.map((source) => join(tfjsNode, 'binding', source)), logLevel);
  args.push(...Object.keys(wheel.libraries).map((name) => join(library, name)), '-o', addon);
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  args.push(`-Wl,-rpath,${origin}/../../deps/lib`);
  if (process.platform === 'darwin') args.push('-undefined', 'dynamic_lookup');
  const { code, output } = await compile(compiler, args, dirname(directory));
  if (code === 0) return;
  throw failure(
    output,
    () => new InstallError(`${compiler} could not compile the addon: ${lastLines(output)}`, NEEDED),
  );
}

/** Links (or copies) the libraries into a tree laid out as tfjs-node; copies them where links are not allowed. */
export function placeLibraries(library: string, wheel: Wheel, tree: string, copy = false): void {
  const target = join(tree, LIBRARY_PATH);
  mkdirSync(target, { recursive: true });
  for (const name of Object.keys(wheel.libraries)) {
    replaceFile(join(target, name), (path) => {
      try {
        if (copy) cpSync(join(library, name), path);
        else symlinkSync(join(library, name), path);
      } catch (error) {
        if (copy) throw error;
        cpSync(join(library, name), path);
      }
    });
  }
}

/** Loads an addon in another process: a library that is damaged or does not fit this machine may end it. */
export async function tryAddon(addon: string): Promise<void> {
  const { code, signal, output } = await run(process.execPath, ['-e', 'require(process.argv[1])', addon]);
  if (code === 0) return;
  const said = /Error: (.*)/.exec(output)?.[1] ?? lastLines(output, 1);
  const reason = signal === undefined ? said : `it ends the process (${signal})`;
  const mend =
    signal === 'SIGILL' ? 'TensorFlow needs a processor with AVX.' : 'The libraries do not fit this machine.';
  throw new InstallError(`the addon does not load: ${reason}`, mend);
}

/**
 * The system's C++ compiler; in a `scratch` directory it is tried, too.
 *
 * @throws InstallError where there is none
 */
export async function findCompiler(scratch?: string): Promise<string> {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name): name is string => Boolean(name));
  for (const name of names) {
    if ((await run(name, ['--version'])).code !== 0) continue;
    if (scratch !== undefined) await tryCompiler(name, scratch);
    return name;
  }
  throw new InstallError(`no C++ compiler (tried ${names.join(', ')})`, NEEDED);
}

/** Lets the compiler make a library of two lines: it may be too old, or lack its headers or its linker. */
async function tryCompiler(compiler: string, scratch: string): Promise<void> {
  const [source, target] = [join(scratch, 'try.cc'), join(scratch, 'try.node')];
  writeFileSync(source, '#include <string_view>\nextern "C" int size(std::string_view s) { return s.size(); }\n');
  const { code, output } = await compile(compiler, [...SHARED, '-w', source, '-o', target], scratch);
  if (code === 0) return;
  throw failure(output, () => new InstallError(`${compiler} cannot compile C++17: ${lastLines(output)}`, NEEDED));
}

/** Compiles, in English, with its temporary files in `scratch`. */
function compile(compiler: string, args: string[], scratch: string): Promise<Outcome> {
  return run(compiler, args, { env: { TMPDIR: scratch, LC_ALL: 'C' } });
}

/** Directory of `node_api.h`. */
function napiHeaders(): string {
  try {
    return join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  } catch {
    throw new InstallError('the package node-api-headers is missing', 'Run `npm install node-api-headers`.');
  }
}
