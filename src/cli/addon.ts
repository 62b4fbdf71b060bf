/** The Node.js addon: tfjs-node's C++ sources compiled against the library. */
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Wheel } from './platform';
import { InstallError, lastLines, run } from './process';
import type { Progress } from './progress';

/** Version of the Node-API the addon is made for; newer Nodes keep it working. */
export const NAPI_VERSION = 8;
/** Place of the addon, and of the libraries, in the package tfjs-node. */
export const ADDON_PATH = join('lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
export const LIBRARY_PATH = join('deps', 'lib');

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
 * Compiles the addon into `directory`, laid out as in tfjs-node, and tries it.
 *
 * @throws InstallError where there is no compiler, or the addon does not compile or load
 */
export async function compileAddon(parts: AddonParts, directory: string, progress: Progress): Promise<void> {
  progress.step('compiling the addon');
  const { tfjsNode, library, wheel } = parts;
  const compiler = await findCompiler();
  const addon = join(directory, ADDON_PATH);
  mkdirSync(dirname(addon), { recursive: true });
  const logLevel = join(directory, 'log_level.cc');
  writeFileSync(logLevel, LOG_LEVEL_SOURCE);
  const includes = [tfjsNode, join(library, 'include'), napiHeaders()].map((path) => `-I${path}`);
  const args = ['-std=c++17', '-O2', '-shared', '-fPIC', '-w', `-DNAPI_VERSION=${NAPI_VERSION}`, ...includes];
  args.push(...SOURCES.map((source) => join(tfjsNode, 'binding', source)), logLevel);
  args.push(...wheel.libraries.map((name) => join(library, name)), '-o', addon);
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  args.push(`-Wl,-rpath,${origin}/../../deps/lib`);
  if (process.platform === 'darwin') args.push('-undefined', 'dynamic_lookup');
  const { code, output } = await run(compiler, args);
  if (code !== 0) {
    throw new InstallError(
      `${compiler} could not compile the addon: ${lastLines(output)}`,
      'A C++17 compiler is needed.',
    );
  }
  placeLibraries(library, wheel, directory);
  await tryAddon(addon);
}

/** Links the libraries into a tree laid out as tfjs-node; copies them where links are not allowed. */
export function placeLibraries(library: string, wheel: Wheel, tree: string): void {
  const target = join(tree, LIBRARY_PATH);
  mkdirSync(target, { recursive: true });
  for (const name of wheel.libraries) {
    replaceFile(join(target, name), (path) => {
      try {
        symlinkSync(join(library, name), path);
      } catch {
        cpSync(join(library, name), path);
      }
    });
  }
}

/** Makes a file beside its place, hidden, and renames it there: whoever looks sees the old one or the new one. */
export function replaceFile(place: string, make: (path: string) => void): void {
  const aside = join(dirname(place), `.${basename(place)}.${process.pid}`);
  rmSync(aside, { force: true });
  make(aside);
  renameSync(aside, place);
}

/** Loads an addon in another process: a library that does not fit this machine may end it. */
export async function tryAddon(addon: string): Promise<void> {
  const { code, output } = await run(process.execPath, ['-e', 'require(process.argv[1])', addon]);
  if (code === 0) return;
  const reason = /Error: (.*)/.exec(output)?.[1] ?? lastLines(output, 1);
  throw new InstallError(`the addon does not load: ${reason}`, 'The libraries do not fit this machine.');
}

/**
 * The system's C++ compiler.
 *
 * @throws InstallError where there is none
 */
export async function findCompiler(): Promise<string> {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name): name is string => Boolean(name));
  for (const name of names) {
    if ((await run(name, ['--version'])).code === 0) return name;
  }
  throw new InstallError(
    `no C++ compiler (tried ${names.join(', ')})`,
    'Install one (Debian, Ubuntu: apt-get install g++; macOS: xcode-select --install).',
  );
}

/** Directory of `node_api.h`. */
function napiHeaders(): string {
  try {
    return join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  } catch {
    throw new InstallError('the package node-api-headers is missing', 'Run `npm install node-api-headers`.');
  }
}
