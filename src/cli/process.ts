/** Running other programs, and leaving nothing behind when we are interrupted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A step of the installation that could not be done: what went wrong, and how to mend it. */
export class InstallError extends Error {
  override readonly name: string = 'InstallError';
  constructor(
    message: string,
    readonly mend: string,
  ) {
    super(message);
  }
}

/** How a program ended: its exit code (`-1`: it could not be started) and the end of what it wrote. */
export interface Outcome {
  code: number;
  output: string;
}

const KEPT_OUTPUT = 20_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_SIGNAL = 128;
const children = new Set<ChildProcess>();
const cleanUps = new Set<() => void>();

/** Runs a program to its end; standard output and error are kept together. Never rejects. */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; onOutput?: (text: string) => void; timeout?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout,
    });
    children.add(child);
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
      options.onOutput?.(chunk.toString());
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (code: number, text: string): void => {
      children.delete(child);
      resolve({ code, output: text });
    };
    child.on('error', (error) => end(-1, error.message));
    child.on('close', (code) => end(code ?? 1, output));
  });
}

/** The last lines of a program's output that say something. */
export function lastLines(output: string, count = 3): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

/** Does `work`; however it ends, by a signal too, `cleanUp` (synchronous, repeatable) is done. */
export async function withCleanUp<T>(work: () => Promise<T>, cleanUp: () => void): Promise<T> {
  if (cleanUps.size === 0) for (const signal of SIGNALS) process.on(signal, onSignal);
  cleanUps.add(cleanUp);
  try {
    return await work();
  } finally {
    cleanUps.delete(cleanUp);
    if (cleanUps.size === 0) for (const signal of SIGNALS) process.off(signal, onSignal);
    cleanUp();
  }
}

function onSignal(signal: NodeJS.Signals): void {
  for (const child of children) child.kill('SIGTERM');
  for (const cleanUp of [...cleanUps].reverse()) cleanUp();
  process.exit(EXIT_SIGNAL + constants.signals[signal]);
}
