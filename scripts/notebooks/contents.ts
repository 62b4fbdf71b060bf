/** What is in a notebook, and what is wrong with it. */
import type { Expected } from './expected';

/** What is used of an .ipynb file. Texts are one string or the lines of one. */
export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec?: { name?: string; display_name?: string; language?: string } };
  cells: Cell[];
}

type Text = string | string[];

interface Cell {
  cell_type: string;
  id?: string;
  source: Text;
  execution_count?: number | null;
  outputs?: Output[];
}

interface Output {
  output_type: string;
  name?: string;
  text?: Text;
  data?: Record<string, Text>;
}

/** An absolute path of somebody's machine. */
const MACHINE_PATH = /(?<![\w.:/])\/(?:home|root|work|Users|tmp|usr|opt|var|mnt)\/[\w.-]+|[A-Za-z]:\\\w+|file:\/\//;
const LARGEST_FILE = 2.5 * 2 ** 20;
const LARGEST_GIF = 300 * 1000;

const join = (text: Text | undefined): string => (Array.isArray(text) ? text.join('') : (text ?? ''));
const isCode = ({ cell_type }: Cell): boolean => cell_type === 'code';

/** All that the outputs say in words: printed text, results and displayed Markdown or HTML. Pictures are left out. */
export function textOf(notebook: Notebook): string {
  const texts = notebook.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ text, data = {} }) => [
      join(text),
      ...['text/plain', 'text/markdown', 'text/html'].map((mime) => join(data[mime])),
    ]),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
  return texts.join('\n').replace(/\x1b\[\d*m/g, '');
}

/** The pictures of one kind among the outputs. */
function picturesOf(notebook: Notebook, kind: 'still' | 'gif'): string[] {
  const mimes = kind === 'gif' ? ['image/gif'] : ['image/svg+xml', 'image/png'];
  const outputs = notebook.cells.flatMap(({ outputs: all = [] }) => all);
  return outputs.flatMap(({ data = {} }) => mimes.filter((mime) => mime in data).map((mime) => join(data[mime])));
}

/** What is wrong with the file itself: its format, and whether it was run from top to bottom without complaint. */
export function flawsOf(notebook: Notebook, bytes: number): string[] {
  const { nbformat, nbformat_minor, metadata, cells } = notebook;
  const flaws: string[] = [];
  const check = (holds: boolean, flaw: string): void => void (holds || flaws.push(flaw));
  check(nbformat === 4 && nbformat_minor >= 5, `its format is ${nbformat}.${nbformat_minor}, not 4.5`);
  const { name, language } = metadata.kernelspec ?? {};
  check(name === 'tslab' && language === 'typescript', `its kernel is ${name} (${language}), not tslab (typescript)`);
  check(new Set(cells.map(({ id }) => id)).size === cells.length, 'its cells have no ids of their own');
  const counts = cells.filter(isCode).map(({ execution_count }) => execution_count);
  check(
    counts.every((count, i) => count === i + 1),
    `its cells were not run once each, from top to bottom: ${counts.map((count) => count ?? '-').join(' ')}`,
  );
  check(counts.length > 0, 'it has no code');
  for (const { output_type, name, text } of cells.flatMap(({ outputs = [] }) => outputs)) {
    check(output_type !== 'error' && name !== 'stderr', `it complains: ${join(text).trim().slice(0, 200)}`);
  }
  const words = `${cells.map(({ source }) => join(source)).join('\n')}\n${textOf(notebook)}`;
  check(!MACHINE_PATH.test(words), `it names a path of a machine: ${MACHINE_PATH.exec(words)?.[0]}`);
  check(bytes <= LARGEST_FILE, `it is too large: ${(bytes / 2 ** 20).toFixed(1)} MB`);
  for (const gif of picturesOf(notebook, 'gif')) {
    const size = Math.round((gif.replaceAll('\n', '').length * 3) / 4);
    check(size <= LARGEST_GIF, `a GIF is too large: ${Math.round(size / 1000)} kB`);
  }
  return flaws;
}

/** What should be among the outputs and is not. */
export function missingOf(notebook: Notebook, expected: Expected): string[] {
  const text = textOf(notebook);
  const holds = (wanted: string | RegExp): boolean =>
    typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  const missing = expected.texts.filter((wanted) => !holds(wanted)).map((wanted) => `not in its outputs: ${wanted}`);
  const [figures, gifs] = [picturesOf(notebook, 'still').length, picturesOf(notebook, 'gif').length];
  if (figures < expected.figures) missing.push(`${figures} figures, ${expected.figures} expected`);
  if (gifs < (expected.gifs ?? 0)) missing.push(`${gifs} animations, ${expected.gifs} expected`);
  return missing;
}
