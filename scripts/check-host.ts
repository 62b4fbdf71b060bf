/** Holds that the host is asked, never named: what only Node has is used in src/host/node.ts and in a few Node halves. */
import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { importsOf, parse, readSources, type SourceFile } from './sources';

/** What runs in Node only, and why it may. */
const NODE_HALVES: readonly { path: RegExp; why: string }[] = [
  { path: /^src\/host\/node\.ts$/, why: 'the half of the host that `#host` is in Node' },
  { path: /^src\/cli\//, why: 'commands' },
  { path: /^src\/datasets\//, why: 'read files' },
  { path: /^src\/backend\/load-native\.ts$/, why: 'loads the native library' },
  { path: /^src\/backend\/wasm\.ts$/, why: 'finds the binaries of WebAssembly beside their package' },
  { path: /^src\/backend\/graph\/savedModel\.ts$/, why: 'hands graphs to the native library, by files' },
  { path: /^src\/utils\/(getFile|download|wholeOrNothing)\.ts$/, why: 'write files' },
  { path: /^src\/utils\/(image|imageFiles)\.ts$/, why: 'read and write files of pictures' },
  { path: /^src\/utils\/images\//, why: 'decode such files, as `Buffer`s' },
];

/** Names that Node alone gives to every module. */
const NAMES: readonly string[] = ['process', 'Buffer', 'require', 'global', '__dirname', '__filename'];
const CHOOSER = 'src/host/index.ts';

/** Whether a name stands for itself: `process`, not `x.process`, `{ process: 1 }` or a key of a type. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true;
  const isMember = ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isObjectLiteralElement(parent);
  return !isMember || parent.name !== node || ts.isShorthandPropertyAssignment(parent);
}

/** `globalThis.process` and `globalThis['process']`. */
function globalName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'globalThis') return node.name.text;
  const isElement = ts.isElementAccessExpression(node) && node.expression.getText() === 'globalThis';
  return isElement && ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

function namesIn(file: SourceFile): { name: string; line: number }[] {
  const source = parse(file);
  const found: { name: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isIdentifier(node) && isReference(node) ? node.text : globalName(node);
    if (name !== undefined && NAMES.includes(name)) {
      found.push({ name, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** Names and imports of Node outside its halves, one line each; empty when there are none. */
export function hostProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const { path } = file;
    const chosen = importsOf(file)
      .filter(({ specifier }) => specifier === '#host' && path !== CHOOSER)
      .map(({ line }) => `${path}:${line} imports '#host': only ${CHOOSER} does, ask it`);
    if (NODE_HALVES.some((half) => half.path.test(path))) return chosen;
    const named = namesIn(file).map(({ name, line }) => `${path}:${line} names \`${name}\`: ask src/host`);
    const imported = importsOf(file)
      .filter(({ specifier }) => specifier.startsWith('node:') || isBuiltin(specifier))
      .map(({ specifier, line }) => `${path}:${line} imports '${specifier}': ask src/host`);
    return [...chosen, ...named, ...imported];
  });
}

/** The entries of the list of Node halves that match no file. */
export function unusedHalves(files: readonly SourceFile[]): string[] {
  return NODE_HALVES.filter((half) => !files.some(({ path }) => half.path.test(path))).map(
    ({ path, why }) => `no file matches ${path} (${why}): take it out of scripts/check-host.ts`,
  );
}

if (require.main === module) {
  const files = readSources('src');
  const problems = [...hostProblems(files), ...unusedHalves(files)];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
