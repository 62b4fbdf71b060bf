/** `npm run bench`: how fast keras-ts is beside Keras, tf.layers and PyTorch. `npm run bench -- --help` lists the options. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import type { Answer, Job } from './bench/contender';
import { ContenderProcess } from './bench/contenderProcess';
import { GROWTH, type GrowthPoint, growthMarkdown, QUICK_GROWTH } from './bench/growth';
import { type ContenderName, type Options, parseOptions, USAGE, UsageError } from './bench/options';
import { type Profile, profileMarkdown } from './bench/profile';
import { commandOf, compile, ownCommand, ProcessError, runJob } from './bench/run';
import { benchMarkdown, type Measured, NAMES, type Samples } from './bench/tables';
import { WORKS, type WorkName } from './bench/works';

const FOLDER = 'out';
/** Milliseconds within which `--quick` ends, and how many of them are kept for the growth of an epoch. */
const QUICK_LIMIT = 168_000;
const GROWTH_LIMIT = 20_000;
const THREADS = os.availableParallelism();

const tell = (text: string): boolean => process.stderr.write(text);

/** Writes a file whole or not at all. */
function writeWhole(name: string, text: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, name);
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

function jobOf(work: WorkName, quick: boolean): Job {
  const { layers, inputShape, batchSize, steps, quickSteps } = WORKS[work];
  return { layers, inputShape, batchSize, steps: quick ? quickSteps : steps, turns: 3, threads: THREADS };
}

/** The contenders' measurements, round by round; each round begins with another contender. */
class Benchmark {
  readonly measured: Measured = {};
  readonly versions = new Set<string>();
  readonly failures: string[] = [];
  readonly #commands: Map<ContenderName, string[]>;
  /** When `--quick` has to end. */
  readonly #end: number;

  constructor(readonly options: Options) {
    this.#commands = new Map(options.contenders.map((name) => [name, commandOf(name)]));
    this.#end = options.quick ? Date.now() + QUICK_LIMIT : Number.POSITIVE_INFINITY;
  }

  async run(): Promise<void> {
    const { rounds, works, contenders } = this.options;
    for (let round = 0; round < rounds; round++) {
      for (const work of works) {
        tell(`round ${round + 1} of ${rounds}: ${work} ... `);
        const began = performance.now();
        const first = round % contenders.length;
        await this.#measure(work, [...contenders.slice(first), ...contenders.slice(0, first)]);
        tell(`${((performance.now() - began) / 1000).toFixed(1)} s\n`);
      }
    }
  }

  /** Starts the contenders one after the other; then they take turns, each while the others wait. */
  async #measure(work: WorkName, contenders: readonly ContenderName[]): Promise<void> {
    const playing = new Map<ContenderName, ContenderProcess>();
    const turn = async (name: ContenderName, contender: ContenderProcess): Promise<void> => {
      try {
        const answer = await contender.answer();
        if (answer) this.#note(work, name, contender, answer);
        else playing.delete(name);
      } catch (error) {
        playing.delete(name);
        this.#fail(`${work}, ${NAMES[name]}`, error);
      }
    };
    try {
      for (const name of contenders) {
        const command = this.#commands.get(name) as string[];
        const contender = new ContenderProcess(command, jobOf(work, this.options.quick), this.#end - GROWTH_LIMIT);
        playing.set(name, contender);
        await turn(name, contender);
      }
      while (playing.size > 0) {
        for (const [name, contender] of [...playing]) {
          contender.go();
          await turn(name, contender);
        }
      }
    } finally {
      for (const contender of playing.values()) contender.stop();
    }
  }

  #note(work: WorkName, name: ContenderName, { startedAt }: ContenderProcess, answer: Answer): void {
    const { measure, value = Number.NaN, versions } = answer;
    if (measure) this.#samples(work, name)[measure].push(measure === 'firstBatch' ? (value - startedAt) / 1000 : value);
    if (versions) this.versions.add(versions);
  }

  #samples(work: WorkName, contender: ContenderName): Samples {
    const ofWork = this.measured[work] ?? {};
    const samples = ofWork[contender] ?? { fit: [], evaluate: [], predict: [], firstBatch: [], memory: [] };
    this.measured[work] = { ...ofWork, [contender]: samples };
    return samples;
  }

  async growth(): Promise<GrowthPoint[]> {
    const name = 'growth of an epoch';
    tell(`${name} ... `);
    try {
      const job = this.options.quick ? QUICK_GROWTH : GROWTH;
      const { result, startedAt } = await runJob<GrowthPoint[]>(ownCommand('measureGrowth'), job, this.#end);
      tell(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
      return result;
    } catch (error) {
      this.#fail(name, error);
      return [];
    }
  }

  #fail(what: string, error: unknown): void {
    if (!(error instanceof ProcessError)) throw error;
    this.failures.push(`${what}: ${error.message}`);
    tell(`${error.message}\n`);
  }
}

/** Of a failed process's last words, the line that names the error. */
function shortly(text: string): string {
  const [first = '', ...lines] = text.split('\n');
  const error = lines.findLast((line) => /^\w*Error\b/.test(line));
  return error === undefined ? first : `${first.split(': ')[0]}: ${error}`;
}

function factsOf(versions: Iterable<string>, command: string): string[] {
  const processor = os.cpus()[0]?.model.trim() ?? 'unknown processor';
  return [
    `Measured by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, ${THREADS} cores (${processor}), ${os.platform()} ${os.arch()}`,
    `Node ${process.versions.node}${[...versions].map((text) => `, ${text}`).join('')}`,
  ];
}

function publish(name: string, markdown: string, data: object): void {
  writeWhole(`${name}.md`, `${markdown}\n`);
  writeWhole(`${name}.json`, `${JSON.stringify(data, null, 2)}\n`);
  process.stdout.write(`${markdown}\n`);
  tell(`Written: ${join(FOLDER, `${name}.md`)}, ${join(FOLDER, `${name}.json`)}\n`);
}

async function bench(options: Options, command: string): Promise<number> {
  const benchmark = new Benchmark(options);
  await benchmark.run();
  const { measured, versions, failures } = benchmark;
  const facts = factsOf(versions, command);
  const growth = options.contenders.includes('keras-ts') ? await benchmark.growth() : [];
  const failed = failures.map((text) => `Failed: ${shortly(text)}`);
  const parts = [benchMarkdown(measured, options.contenders, [...facts, ...failed]), growthMarkdown(growth)];
  publish('bench', parts.filter((part) => part !== '').join('\n\n'), { facts, options, measured, growth, failures });
  return failures.length > 0 ? 1 : 0;
}

async function profile({ works, quick }: Options, command: string): Promise<number> {
  const profiles: Partial<Record<WorkName, Profile>> = {};
  for (const work of works) {
    tell(`profile of ${work} ...\n`);
    profiles[work] = (await runJob<Profile>(ownCommand('measureProfile'), jobOf(work, quick))).result;
  }
  const facts = factsOf([], command);
  publish('profile', profileMarkdown(profiles, facts), { facts, profiles });
  return 0;
}

async function main(args: string[]): Promise<number> {
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  try {
    const options = parseOptions(args);
    if (!options) {
      process.stdout.write(USAGE);
      return 0;
    }
    await compile();
    return await (options.profile ? profile : bench)(options, command);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
