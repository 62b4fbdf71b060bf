/** Holds that on the way of `fit`, `evaluate` and `predict` no value is read at once: WebGPU cannot. */
import ts from 'typescript';
import { parse, readSources, type SourceFile } from './sources';

/** What that way leads through. */
const WAY = /^src\/(models|callbacks|layers|losses|metrics|optimizers|regularizers|constraints|activations|ops)\//;
/** What reads at once all the same, and why it may. */
const ALLOWED: readonly { path: string; why: string }[] = [
  {
    path: 'src/models/compile/logs.ts',
    why: 'trainOnBatch and testOnBatch, and logs that nobody was known to look at',
  },
  { path: 'src/models/compile/compileConfig.ts', why: 'factors of losses that are tensors, where a config is written' },
  { path: 'src/optimizers/optimizer.ts', why: 'the rate of a schedule, where a caller asks for it' },
  { path: 'src/ops/qr.ts', why: 'initial values are made on a backend that can be read' },
  { path: 'src/ops/shuffle.ts', why: 'random.shuffle makes its order in JavaScript' },
];
const READS: readonly string[] = ['dataSync', 'arraySync', 'bufferSync', 'readSync'];

/** Calls that read a value at once, one line each; empty when there are none. */
export function readProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    if (!WAY.test(file.path) || ALLOWED.some(({ path }) => path === file.path)) return [];
    const source = parse(file);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node) && READS.includes(node.name.text)) {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        found.push(`${file.path}:${line} calls \`${node.name.text}\`: await data(), or ask valuesOf after fetchValues`);
      }
      node.forEachChild(visit);
    };
    visit(source);
    return found;
  });
}

/** The entries of the list of what may read that read nothing. */
export function unusedReads(files: readonly SourceFile[]): string[] {
  return ALLOWED.filter(({ path }) => !files.some((file) => file.path === path && /\b\w+Sync\(/.test(file.text))).map(
    ({ path, why }) => `${path} (${why}) reads nothing at once: take it out of scripts/check-reads.ts`,
  );
}

if (require.main === module) {
  const files = readSources('src');
  const problems = [...readProblems(files), ...unusedReads(files)];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
