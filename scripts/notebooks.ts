/**
 * `npm run notebooks`: executes the notebooks and checks that they show what they should.
 * `npm run notebooks -- --help` lists the options.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { flawsOf, missingOf, type Notebook } from './notebooks/contents';
import { EXPECTED } from './notebooks/expected';
import { type Jupyter, prepareJupyter } from './notebooks/jupyter';
import { Failure, prepareLibrary } from './notebooks/library';
import { choose, type Options, parseOptions, USAGE, UsageError } from './notebooks/options';

const FOLDER = 'notebooks';
const OUT = join('out', 'notebooks');

const notebookNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ipynb'))
    .map((name) => name.slice(0, -'.ipynb'.length))
    .sort();

/** Executes a notebook into `out/notebooks`; returns what is wrong with it. */
function execute(name: string, { python, env }: Jupyter, { timeout, inplace }: Options): string[] {
  const [source, target] = [join(FOLDER, `${name}.ipynb`), join(OUT, `${name}.ipynb`)];
  rmSync(target, { force: true });
  const command = ['scripts/notebooks/execute.py', source, target, String(timeout)];
  const { status, stderr } = spawnSync(python, command, { env, encoding: 'utf8' });
  if (status !== 0 || !existsSync(target)) return [stderr.trim()];
  const notebook = JSON.parse(readFileSync(target, 'utf8')) as Notebook;
  const expected = EXPECTED[name];
  const problems = [
    ...flawsOf(notebook, statSync(target).size),
    ...(expected ? missingOf(notebook, expected) : ['it has no list in scripts/notebooks/expected.ts']),
  ];
  if (inplace && problems.length === 0) {
    copyFileSync(target, `${source}.part`);
    renameSync(`${source}.part`, source);
  }
  return problems;
}

function run(options: Options): number {
  const names = choose(notebookNames(), options.names);
  prepareLibrary(options);
  const jupyter = prepareJupyter();
  mkdirSync(OUT, { recursive: true });
  const failed = names.filter((name) => {
    const began = Date.now();
    const problems = execute(name, jupyter, options);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${problems.length === 0 ? 'passed' : 'FAILED'}: ${name} (${seconds} s)`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '  '));
    return problems.length > 0;
  });
  console.log(`Written: ${OUT}${options.inplace && failed.length < names.length ? ` and ${FOLDER}` : ''}`);
  console.log(`${names.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

function main(args: string[]): number {
  try {
    const options = parseOptions(args);
    if (options) return run(options);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (error instanceof Failure) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
