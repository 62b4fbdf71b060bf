/** Runs the contenders, each in a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'tsup';
import { preparePython, pythonWithKeras } from '../python-env';
import type { ContenderName } from './options';

const COMPILED = join('out', 'bench-js');
const TORCH = {
  packages: ['torch==2.15.0', 'numpy'],
  probe: 'import numpy, torch; assert torch.__version__.startswith("2.15.0")',
};
/** What processes are started with: no GPU, and no remarks. */
export const ENVIRONMENT = {
  ...process.env,
  ...{ KERAS_BACKEND: 'tensorflow', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
};

/** A process that failed, or took too long. */
export class ProcessError extends Error {}

/** Compiles the library and the contenders file by file, as in the package: processes start as those of users do. */
export async function compile(): Promise<void> {
  await build({
    entry: ['src/**/*.ts', 'scripts/bench/*.ts'],
    outDir: COMPILED,
    clean: true,
    bundle: false,
    format: ['cjs'],
    target: 'node20',
    platform: 'node',
    config: false,
    silent: true,
  });
}

const compiled = (name: string): string[] => [process.execPath, join(COMPILED, 'scripts', 'bench', `${name}.js`)];
const python = (name: string): string => join('scripts', 'bench', `${name}.py`);

/** The command that starts a contender's process; makes what it needs. */
export function commandOf(contender: ContenderName): string[] {
  if (contender === 'keras') return [pythonWithKeras(), python('with_keras')];
  if (contender === 'torch') return [preparePython('.venv-torch', [TORCH]), python('with_torch')];
  return compiled(contender === 'keras-ts' ? 'kerasTs' : 'tfLayers');
}

/** The command of one of our own measurements. */
export function ownCommand(name: 'measureGrowth' | 'measureProfile'): string[] {
  return compiled(name);
}

/**
 * Starts a command with a job as its last argument.
 * @param end when it is stopped, in milliseconds since 1970.
 * @returns the last line it prints, from JSON, and when it was started, in milliseconds since 1970.
 */
export function runJob<T>(
  command: readonly string[],
  job: object,
  end = Number.POSITIVE_INFINITY,
): Promise<{ result: T; startedAt: number }> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const timeout = Number.isFinite(end) ? Math.max(1, end - startedAt) : 0;
    const options = { env: ENVIRONMENT, timeout, maxBuffer: 2 ** 26 };
    execFile(program, [...args, JSON.stringify(job)], options, (error, output, errors) => {
      if (error?.killed) return reject(new ProcessError('stopped: no time was left'));
      if (error) return reject(new ProcessError(errors.trim().split('\n').slice(-12).join('\n') || error.message));
      resolve({ result: JSON.parse(output.trim().split('\n').at(-1) as string) as T, startedAt });
    });
  });
}
