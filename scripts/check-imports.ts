/** Holds the directions of imports in src: each part may use those below it. */
import { posix } from 'node:path';
import { type Import, importsOf, readSources, type SourceFile } from './sources';

/** The parts of src from top to bottom; those on one line may use each other, but not in a circle. */
const PARTS: readonly (readonly string[])[] = [
  ['cli'],
  ['index', 'names'],
  ['datasets', 'applications', 'plot', 'tf', 'utils'],
  ['saving'],
  ['models'],
  ['callbacks'],
  ['layers'],
  ['losses', 'metrics', 'optimizers'],
  ['activations', 'initializers', 'regularizers', 'constraints'],
  ['random'],
  ['ops'],
  ['backend'],
  ['host'],
  ['base'],
  ['reference', 'version'],
];

/** Parts that stand alone. */
const ALONE = ['reference', 'version'];

const CORE = '@tensorflow/tfjs-core';
const REGISTRATIONS = 'src/backend/registrations';

/** Modules that only some parts, or files, know. */
const ONLY: readonly { module: RegExp; parts: readonly string[]; what: string }[] = [
  { module: /^src\/backend\/(load-)?native$/, parts: ['backend', 'ops'], what: 'the native binding' },
  {
    module: /^@tensorflow\/tfjs$/,
    parts: [`${REGISTRATIONS}.ts`],
    what: 'the union of TensorFlow.js packages',
  },
  { module: /^@tensorflow\/tfjs-(node|backend-wasm)/, parts: ['backend', 'cli'], what: 'the TensorFlow.js backends' },
  { module: /^fflate/, parts: ['base'], what: 'the packing of zip archives' },
  { module: /^(jsfive|h5wasm)/, parts: ['saving'], what: 'HDF5' },
];

/** The one import upwards, made when it is asked for: `model.save` and its like load `saving`. */
const UPWARDS = { from: 'src/models/files.ts', to: 'src/saving/files' } as const;

interface Edge extends Import {
  from: string;
  /** Path of the file imported without its extension, or the name of a package. */
  to: string;
}

/** `src/layers/core/dense.ts` is of the part `layers`. */
function partOf(path: string): string {
  return path.replace(/\.ts$/, '').split('/')[1] ?? '';
}

function edgesOf(file: SourceFile, known: ReadonlySet<string>): Edge[] {
  return importsOf(file).map((found) => {
    const target = posix.join(posix.dirname(file.path), found.specifier.replace(/\.js$/, ''));
    const inside = [target, `${target}/index`].find((path) => known.has(`${path}.ts`));
    return { ...found, from: file.path, to: found.specifier.startsWith('.') ? (inside ?? target) : found.specifier };
  });
}

function directionProblem({ from, to }: Edge): string | undefined {
  const [user, used] = [partOf(from), partOf(to)];
  if (!to.startsWith('src/') || user === used) return undefined;
  if (ALONE.includes(user)) return `${user} imports nothing of ours`;
  const [upper, lower] = [user, used].map((part) => PARTS.findIndex((level) => level.includes(part))) as [
    number,
    number,
  ];
  if (upper < 0) return `${user} has no place among the parts: give it one in scripts/check-imports.ts`;
  return lower < upper ? `${user} stands below ${used}` : undefined;
}

function secretProblem({ from, to }: Edge): string | undefined {
  const rule = ONLY.find(({ module }) => module.test(to));
  return rule === undefined || rule.parts.includes(partOf(from)) || rule.parts.includes(from)
    ? undefined
    : `only ${rule.parts.join(' and ')} know${rule.parts.length === 1 ? 's' : ''} ${rule.what}`;
}

/** The first circle found in a graph, as `a -> b -> a`. */
function circle(graph: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const done = new Set<string>();
  const search = (node: string, path: string[]): string | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node].join(' -> ');
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const found = search(next, [...path, node]);
      if (found !== undefined) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = search(node, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function graphOf(edges: readonly Edge[], nameOf: (path: string) => string): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const [user, used] = [nameOf(from), nameOf(to)];
    if (user !== used) graph.set(user, (graph.get(user) ?? new Set()).add(used));
  }
  return graph;
}

/** All that a file loads, itself among it. */
function closure(graph: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const found = new Set([from]);
  for (const file of found) for (const next of graph.get(file) ?? []) found.add(next);
  return found;
}

/** Entries that load the core of TensorFlow.js without its gradients, methods and first backend. */
function incompleteEntries(atRunTime: readonly Edge[]): string[] {
  const graph = graphOf(atRunTime, (path) => path.replace(/\.ts$/, ''));
  return [...graph.keys()].filter((file) => {
    if (!/^src\/(\w+\/)?index$/.test(file)) return false;
    const loaded = closure(graph, file);
    return loaded.has(CORE) && !loaded.has(REGISTRATIONS);
  });
}

/** What is wrong with the imports of some files, one line each; empty when nothing is. */
export function importProblems(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map(({ path }) => path));
  const edges = files
    .flatMap((file) => edgesOf(file, known))
    .filter(({ from, to }) => from !== UPWARDS.from || to !== UPWARDS.to);
  const problems = edges.flatMap((edge) =>
    [directionProblem(edge), secretProblem(edge)]
      .filter((problem) => problem !== undefined)
      .map((problem) => `${edge.from}:${edge.line} imports '${edge.specifier}': ${problem}`),
  );
  const ours = edges.filter(({ to }) => to.startsWith('src/'));
  const parts = circle(graphOf(ours, partOf));
  if (parts !== undefined) problems.push(`parts import each other: ${parts}`);
  for (const entry of incompleteEntries(edges.filter(({ typeOnly }) => !typeOnly))) {
    problems.push(`${entry}.ts loads ${CORE} without ${REGISTRATIONS}: import that, too`);
  }
  const inCircle = circle(graphOf(ours, (path) => path.replace(/\.ts$/, '')));
  if (inCircle !== undefined) problems.push(`files import each other, be it types: ${inCircle}`);
  return problems;
}

if (require.main === module) {
  const problems = importProblems(readSources('src'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
