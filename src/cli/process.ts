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

/** How a program ended: its exit code (`-1`: it could not be started), the signal that ended it, the end of what it wrote. */
export interface Outcome {
  code: number;
  signal?: NodeJS.Signals;
  output: string;
}

/** What to run, and how. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  onOutput?: (text: string) => void;
  timeout?: number;
  shell?: boolean;
  /** Ends the program when it is aborted. */
  signal?: AbortSignal;
}

/** As Node, Python and C programs tell it. */
const DISK_FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded|\[Errno (28|122)\]/;
/** The wheel, the libraries and headers in it, and the addon. */
const NEEDED_GB = 1.2;
const KEPT_OUTPUT = 20_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_SIGNAL = 128;
const children = new Set<ChildProcess>();
const cleanUps = new Set<() => void>();

/** Runs a program to its end; standard output and error are kept together. Never rejects. */
export function run(command: string, args: string[], { env, onOutput, ...options }: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      ...options,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
      onOutput?.(chunk.toString());
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (outcome: Outcome): void => {
      children.delete(child);
      for (const stream of [child.stdout, child.stderr]) stream.destroy(); // a child of its own may hold them open
      resolve(outcome);
    };
    child.on('error', (error) => end({ code: -1, output: error.message }));
    child.on('close', (code, signal) => end({ code: code ?? 1, signal: signal ?? undefined, output }));
  });
}

/** The error for a program that failed: one with Node's code where it said that a disk is full, else `otherwise`. */
export function failure(said: string, otherwise: () => Error): Error {
  if (!DISK_FULL.test(said)) return otherwise();
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

/** An error that says that a disk is full, in our words; any other as it is. */
export function explainDiskFull(error: unknown, folder: string): unknown {
  if (!DISK_FULL.test(String((error as NodeJS.ErrnoException).code))) return error;
  return new InstallError(
    `the disk of ${folder} is full`,
    `Making the library takes up to ${NEEDED_GB} GB. Free some; KERAS_TS_CACHE names a cache on another disk.`,
  );
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
