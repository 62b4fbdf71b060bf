/**
 * The modules of the package, `keras-ts/layers` and so on: one for each namespace that src/names.ts exports.
 * `npm run sub-paths` writes them into package.json; `npm run check` fails where package.json differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const NAMESPACE = /^export \* as (\w+) from '\.\/(\w+)';$/gm;

/** Names of the namespaces of the root module, in their order there. */
export function namespaces(index: string = readFileSync('src/names.ts', 'utf8')): string[] {
  return [...index.matchAll(NAMESPACE)].map(([line, name, folder]) => {
    if (name !== folder) throw new Error(`src/names.ts: expected a namespace named as its folder. Received: ${line}`);
    return folder as string;
  });
}

function conditions(entry: string): object {
  return {
    import: { types: `./dist/${entry}.d.mts`, default: `./dist/${entry}.mjs` },
    require: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
  };
}

/** What package.json has to say about the modules; `typesVersions` is for Node10 resolution, which knows no `exports`. */
export function packageFields(names: string[] = namespaces()): { exports: object; typesVersions: object } {
  return {
    exports: {
      '.': conditions('index'),
      ...Object.fromEntries(names.map((name) => [`./${name}`, conditions(`${name}/index`)])),
      './package.json': './package.json',
    },
    typesVersions: { '*': Object.fromEntries(names.map((name) => [name, [`./dist/${name}/index.d.ts`]])) },
  };
}

if (require.main === module) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as object;
  writeFileSync('package.json', `${JSON.stringify({ ...manifest, ...packageFields() }, null, 2)}\n`);
}
