/**
 * `npm run smoke`: the built package, and README's snippets in new projects, on this Node and on others, which come from
 * npm, into `.cache/`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeProjects } from './smoke/readme';

const VERSIONS = [22, 24];
const BACKENDS = ['tensorflow', 'wasm'];
const TIMEOUT_MS = 300_000;
const NOT_THERE = 'that does not end by itself, or could not be started';

/** Path of a Node of a major version, fetched once. (The package `node` would have to run a script.) */
function fetchNode(version: number): string {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = resolve('.cache', `node-${version}`);
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    const options = [
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    run('npm', ['install', ...options, `${name}@${version}`], {});
  }
  return binary;
}

/** @param cwd where it runs, and writes files. Default: here. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()): void {
  const { status } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: TIMEOUT_MS,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status ?? NOT_THERE}`);
}

try {
  const others = VERSIONS.map(fetchNode);
  for (const node of others) {
    for (const backend of BACKENDS) run(node, ['scripts/smoke/program.mjs'], { KERAS_TS_BACKEND: backend });
  }
  const { folder, programs } = makeProjects();
  try {
    for (const node of [process.execPath, ...others])
      for (const program of programs) run(node, [program], {}, dirname(program));
  } finally {
    rmSync(folder, { recursive: true });
  }
} catch (error) {
  console.error(`smoke: ${(error as Error).message}`);
  process.exitCode = 1;
}
