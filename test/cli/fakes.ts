/**
 * A TensorFlow wheel of a few kilobytes whose library is a real one, a tfjs-node whose addon needs it, and a package index
 * on this machine that serves the wheel to pip.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { TENSORFLOW_VERSION, type Wheel, wheelFor } from '../../src/cli/platform';

const REAL = wheelFor('linux-x64');
export const LIBRARIES = Object.keys(REAL.libraries) as [string, string];
/** Large enough to be loaded by pages: cut short, it ends the process that loads it. */
const LIBRARY_SOURCE = `extern "C" { extern const char filling[1 << 20]; const char filling[1 << 20] = {7};
int TF_Answer() { return filling[0] * 6; } }`;
const LOG_HEADER = `namespace absl {
enum class LogSeverityAtLeast : int { kInfo = 0 };
}
#define ABSL_NAMESPACE_BEGIN
#define ABSL_NAMESPACE_END
`;
const BINDING = `#include <node_api.h>
extern "C" int TF_Answer();
static napi_value Init(napi_env env, napi_value exports) {
  napi_value answer;
  napi_create_int32(env, TF_Answer(), &answer);
  napi_set_named_property(env, exports, "answer", answer);
  return exports;
}
NAPI_MODULE(tfjs_binding, Init)
`;

/** A wheel for this machine, and the entry that pins it. */
export interface FakeWheel {
  name: string;
  file: string;
  wheel: Wheel;
}

/** Makes the wheel in a folder. Its library can be cut to some bytes before it is packed. */
export function makeWheel(folder: string, { cut = Number.POSITIVE_INFINITY, name = 'wheel' } = {}): FakeWheel {
  const root = join(folder, name);
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  put('library.cc', LIBRARY_SOURCE);
  for (const library of LIBRARIES) {
    const built = join(root, library);
    const soname = process.platform === 'darwin' ? `-Wl,-install_name,@rpath/${library}` : `-Wl,-soname,${library}`;
    must('c++', ['-shared', '-fPIC', soname, join(root, 'library.cc'), '-o', built]);
    put(`files/tensorflow/${library}`, readFileSync(built).subarray(0, cut));
  }
  put('files/tensorflow/include/absl/log/globals.h', LOG_HEADER);
  put('files/tensorflow/include/Eigen/Core', 'not needed');
  put('files/tensorflow/python/big.so', 'not needed');
  const info = `tensorflow_cpu-${TENSORFLOW_VERSION}.dist-info`;
  put(`files/${info}/METADATA`, `Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: ${TENSORFLOW_VERSION}\n`);
  put(`files/${info}/WHEEL`, 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_17_x86_64\n');
  put(`files/${info}/RECORD`, '');
  const file = join(root, `tensorflow_cpu-${TENSORFLOW_VERSION}-cp312-cp312-manylinux_2_17_x86_64.whl`);
  must('python3', ['-m', 'zipfile', '-c', file, join(root, 'files/tensorflow'), join(root, `files/${info}`)]);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  return { name: file.slice(root.length + 1), file, wheel: { ...REAL, sha256: [sha256] } };
}

/** Makes the sources of tfjs-node. */
export function makeTfjsNode(folder: string): string {
  const root = join(folder, 'tfjs-node');
  mkdirSync(join(root, 'binding'), { recursive: true });
  writeFileSync(join(root, 'binding', 'tfjs_binding.cc'), BINDING);
  writeFileSync(join(root, 'binding', 'tfjs_backend.cc'), '');
  return root;
}

/** What the addon says when it is loaded, in a process of its own. */
export function answerOf(tfjsNode: string): string {
  const addon = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
  const { stdout } = spawnSync(process.execPath, ['-p', 'require(process.argv[1]).answer', addon], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

/** A simple index with one project; `serve` answers for its one file. */
export function simpleIndex(name: string, serve: (response: ServerResponse) => void): RequestListener {
  return (request, response) => {
    if (request.url === '/simple/tensorflow-cpu/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="/files/${name}">${name}</a>`);
    } else if (request.url === `/files/${name}`) serve(response);
    else response.writeHead(404).end();
  };
}

function must(command: string, args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
