import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as reference from 'keras-ts/reference';

const folder = join(__dirname, '../../src/reference');
const EXAMPLE = /^(?: \* )?(\w.*); \/\/ (.+)$/;

/** Every line `expression; // value` of the doc comments and of the README. */
const examples = readdirSync(folder).flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, expression, value] = EXAMPLE.exec(line) ?? [];
      return expression && value ? [[file, expression, value] as const] : [];
    }),
);

test('every public function has an example', () => {
  const code = examples.map(([, expression]) => expression).join('\n');
  expect(Object.keys(reference).filter((name) => !code.includes(name))).toEqual([]);
});

test.each(examples)('%s: %s', (_, expression, value) => {
  const run = new Function(...Object.keys(reference), `return ${expression}`);
  expect(run(...Object.values(reference))).toEqual(JSON.parse(value));
});
