/** Holds the code small: the sizes of files and functions of src, and a line that tells the size of the whole. */
import { functionsOf, linesOfCode, readSources, type SourceFile } from './sources';

const LIMITS = { layerFile: 80, file: 400, function: 60 } as const;

/** Whether a file holds one layer, rather than what layers share. */
function isLayerFile({ path, text }: SourceFile): boolean {
  return /^src\/layers\/\w+\/\w+\.ts$/.test(path) && /\bcallable\(/.test(text);
}

function linesOf({ text }: SourceFile): number {
  return text.trimEnd().split('\n').length;
}

/** What is too long, one line each; empty when nothing is. */
export function sizeProblems(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  const check = (what: string, size: number, limit: number): void => {
    if (size > limit) problems.push(`${what}: ${size} lines, ${limit} are allowed; shorten it, or divide it`);
  };
  for (const file of files) {
    const { path } = file;
    check(path, linesOf(file), LIMITS.file);
    if (isLayerFile(file)) check(`${path} (without comments)`, linesOfCode(file), LIMITS.layerFile);
    for (const { name, line, lines } of functionsOf(file)) {
      check(`${path}:${line} ${name}`, lines, LIMITS.function);
    }
  }
  return problems;
}

/** The size of the whole: `src: 5,120 lines of code in 104 files; longest layer file: ... (71 lines of code)`. */
export function sizeLine(files: readonly SourceFile[]): string {
  const total = files.reduce((sum, file) => sum + linesOfCode(file), 0);
  const layers = files.filter(isLayerFile).map((file) => ({ path: file.path, lines: linesOfCode(file) }));
  const longest = layers.sort((a, b) => b.lines - a.lines)[0];
  const layer = longest === undefined ? 'no layer files' : `${longest.path} (${longest.lines} lines of code)`;
  return `src: ${total.toLocaleString('en')} lines of code in ${files.length} files; longest layer file: ${layer}`;
}

if (require.main === module) {
  const files = readSources('src');
  const problems = sizeProblems(files);
  for (const problem of problems) console.error(problem);
  console.log(sizeLine(files));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
