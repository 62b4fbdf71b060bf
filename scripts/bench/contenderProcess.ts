/** A contender in a process of its own, which does one turn at a time. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Answer, Job } from './contender';
import { ENVIRONMENT, ProcessError } from './run';

export class ContenderProcess {
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt = Date.now();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #exit: Promise<number | null>;
  #errors = '';

  /** @param end when it is stopped, in milliseconds since 1970. */
  constructor(
    command: readonly string[],
    job: Job,
    readonly end: number,
  ) {
    const [program, ...args] = command as [string, ...string[]];
    this.#child = spawn(program, [...args, JSON.stringify(job)], { env: ENVIRONMENT });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#exit = new Promise((resolve) => {
      this.#child.on('close', resolve);
      this.#child.on('error', (error) => {
        this.#errors += error.message;
        resolve(null);
      });
    });
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(-10_000);
    });
    this.#child.stdin.on('error', () => undefined); // it has ended: its exit code says more
  }

  /** What it answers at the end of the turn it is in; `undefined` where it has ended. */
  async answer(): Promise<Answer | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      if (Number.isFinite(this.end)) timer = setTimeout(resolve, Math.max(1, this.end - Date.now()), 'late');
    });
    const next = await Promise.race([this.#nextAnswer(), late]);
    clearTimeout(timer);
    if (next !== 'late') return next;
    this.stop();
    throw new ProcessError('stopped: no time was left');
  }

  async #nextAnswer(): Promise<Answer | undefined> {
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      // What else a library prints is no answer.
      if (next.value.startsWith('{')) return JSON.parse(next.value) as Answer;
    }
    const code = await this.#exit;
    if (code === 0) return undefined;
    throw new ProcessError(this.#errors.trim().split('\n').slice(-12).join('\n') || `exit code ${code}`);
  }

  /** Lets it do its next turn. */
  go(): void {
    this.#child.stdin.write('\n');
  }

  stop(): void {
    this.#child.kill();
  }
}
