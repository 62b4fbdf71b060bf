/** The host in Node: the one file of the models, layers and their helpers that names what only Node has. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';
import { provideCrc32 } from '../base/zip/crc32';
import type { ContextStore, Files, Host, Output, PackageName, Packages } from './host';

// Node 20.15 and newer; nothing in others.
provideCrc32((zlib as { crc32?: (bytes: Uint8Array, before?: number) => number }).crc32);

/** The names are spelt out, so that bundlers for Node find the packages. */
const LOADERS: Readonly<Record<PackageName, () => unknown>> = {
  '@dagrejs/dagre': () => require('@dagrejs/dagre'),
  '@resvg/resvg-js': () => require('@resvg/resvg-js'),
  echarts: () => require('echarts'),
  gifenc: () => require('gifenc'),
  'jpeg-js': () => require('jpeg-js'),
  pngjs: () => require('pngjs'),
  'tar-stream': () => require('tar-stream'),
};

const packages: Packages = {
  load: (name) => LOADERS[name](),
  locate: (file) => require.resolve(file),
};

/** Writes a new file, and waits until the disk has it. */
function writeFlushed(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  const pieces = ArrayBuffer.isView(whole) ? [whole] : whole;
  const file = openSync(path, 'wx');
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const files: Files = {
  temporary(name) {
    const ending = extname(name);
    return join(tmpdir(), 'keras-ts', `${basename(name, ending)}-${process.pid}${ending}`);
  },
  size: (path) => statSync(path, { throwIfNoEntry: false })?.size,
  write: writeFileSync,
  append: appendFileSync,
  writeWhole(path, content) {
    const target = resolve(path);
    mkdirSync(dirname(target), { recursive: true });
    const part = `${target}.${process.pid}-${randomUUID()}.part`;
    try {
      writeFlushed(part, content);
      renameSync(part, target);
    } finally {
      rmSync(part, { force: true });
    }
    return target;
  },
  async read(path, most) {
    const { size } = await stat(path);
    if (size > most) throw new RangeError(`${size} bytes are more than ${most}`);
    return readFile(path);
  },
  pathOf: fileURLToPath,
  list(folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    return readdirSync(folder);
  },
  remove: (path) => rmSync(path, { force: true }),
};

export const host: Host = {
  env: (name) => process.env[name],
  get output(): Output {
    return process.stdout;
  },
  /** Jupyter tells its kernels who started them; tslab is also recognized by its program. */
  get isNotebook() {
    return process.env.JPY_PARENT_PID !== undefined || /[\\/]tslab(\.js)?$/.test(process.argv[1] ?? '');
  },
  print: (text) => void process.stdout.write(text),
  tell: (line) => void process.stderr.write(`${line}\n`),
  warn: (message) => process.emitWarning(message, 'UserWarning'),
  contextStore: <T>(): ContextStore<T> => new AsyncLocalStorage<T>(),
  files,
  packages,
};
