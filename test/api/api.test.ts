/** The public API is the one that was written down: a change of it is a decision, and belongs in CHANGELOG.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_FILE, describeApi } from '../../scripts/api';

/** Lines of one text that the other has not. */
function without(text: string, other: string): string[] {
  const known = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !known.has(line));
}

test('the declarations of the package are those of test/api/declarations.txt', () => {
  const [written, now] = [readFileSync(API_FILE, 'utf8'), describeApi()];
  if (now === written) return;
  const changes = [
    ...without(written, now).map((line) => `- ${line}`),
    ...without(now, written).map((line) => `+ ${line}`),
  ];
  throw new Error(
    `The public API is not what ${API_FILE} says. If that is meant, run \`npm run api\` and tell it in CHANGELOG.md:\n` +
      (changes.slice(0, 40).join('\n') || 'only the order of lines differs'),
  );
});

test('what is exported, and what that names, is told; comments and private members are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-api-'));
  const root = join(folder, 'index.ts');
  writeFileSync(
    join(folder, 'part.ts'),
    'export interface Part { a: number }\nexport interface Unused { b: number }\n',
  );
  writeFileSync(join(folder, 'more.ts'), 'export const depth: number = 1;\nexport { posix } from "node:path";\n');
  writeFileSync(
    root,
    `import type { Part } from './part';
     type Options = { /** How many. */ count?: number };
     /** A thing. */
     export class Thing {
       #secret = 1;
       private hidden(): Unnamed { return this.#secret; }
       constructor(options: Options) {}
       parts(first: string): Part[] { return []; }
     }
     type Unnamed = number;
     export { Thing as Other };
     export * as more from './more';
     export const inferred = [1, 2].map((x) => ({ x }));`,
  );
  try {
    expect(describeApi(root, [''])).toBe(`'keras-ts' exports
  Other = Thing
  Thing
  inferred
  more = module more

'keras-ts, more' exports
  1 names of @types/node
  depth

class Thing {
    constructor(options: Options);
    parts(first: string): Part[];
}

const depth: number;

const inferred: {
    x: number;
}[];

interface Part {
    a: number;
}

type Options = {
    count?: number;
};
`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
