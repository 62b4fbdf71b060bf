/** Tries the built package as its users meet it: what is packed, how it loads, and what TypeScript makes of it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { namespaces, packageFields } from './sub-paths';

/** The oldest TypeScript that has to read the declarations, and each way to find them. */
/** The oldest and the newest TypeScript that the declarations are for; the newest has no resolution as of Node 10. */
const TYPESCRIPTS = [
  { name: 'TypeScript 5.0', tsc: 'node_modules/typescript50/lib/tsc.js', takes: () => true },
  {
    name: 'TypeScript 7',
    tsc: 'node_modules/@typescript/native-preview/bin/tsgo',
    takes: (resolution: string) => !/^node(10)?$/.test(resolution),
  },
] as const;
const RESOLUTIONS = [
  { moduleResolution: 'node10', module: 'commonjs', file: 'consumer.ts' },
  { moduleResolution: 'node16', module: 'node16', file: 'consumer.cts' },
  { moduleResolution: 'node16', module: 'node16', file: 'consumer.mts' },
  { moduleResolution: 'bundler', module: 'esnext', file: 'consumer.ts' },
];
/** What must be packed; beside it, what is built. */
const WANTED = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'package.json',
  'scripts/keras-ts.js',
  'dist/cli/main.js',
  'dist/index.js',
  'dist/index.mjs',
  'dist/index.d.ts',
];
const BUILT = /^dist\/[\w/-]+(\.js|\.js\.map|\.mjs|\.d\.ts|\.d\.mts)$/;
/** In bytes. All of it is code: whatever is large got in by mistake. */
const LIMITS = { file: 200_000, packed: 2_500_000, unpacked: 10_000_000 } as const;
const CONSUMER = 'test/consumer/consumer.ts';

function node(args: string[], cwd?: string): string {
  return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function checkManifest(): void {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  for (const [field, expected] of Object.entries(packageFields())) {
    if (isDeepStrictEqual(manifest[field], expected)) continue;
    throw new Error(`package.json: '${field}' is not what src/names.ts asks for. Run \`npm run sub-paths\`.`);
  }
}

/** What `npm pack` tells. */
export interface Pack {
  /** Bytes, packed and unpacked. */
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** What is wrong with the content and the size of the package, one line each. */
export function packProblems({ size, unpackedSize, files }: Pack): string[] {
  const paths = files.map(({ path }) => path);
  const missing = WANTED.filter((path) => !paths.includes(path)).map((path) => `the package lacks ${path}`);
  const extra = paths.filter((path) => !WANTED.includes(path) && !BUILT.test(path));
  const large = files.filter((file) => file.size > LIMITS.file);
  const problems = [...missing, ...extra.map((path) => `the package holds ${path}, which is not for users`)];
  for (const file of large) problems.push(`${file.path} has ${file.size} bytes, ${LIMITS.file} are allowed`);
  if (size > LIMITS.packed) problems.push(`packed it has ${size} bytes, ${LIMITS.packed} are allowed`);
  if (unpackedSize > LIMITS.unpacked) problems.push(`it has ${unpackedSize} bytes, ${LIMITS.unpacked} are allowed`);
  return problems;
}

function checkPacked(): void {
  const [pack] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8' })) as [Pack];
  const problems = packProblems(pack);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  if (!node(['scripts/keras-ts.js', '--help']).includes('install-tensorflow')) throw new Error('the command fails');
}

/** Every module gives the same objects to `require` and to `import`, and no name is lost. */
function checkLoading(): void {
  const modules = ['keras-ts', ...namespaces().map((name) => `keras-ts/${name}`)];
  const script = `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    for (const name of ${JSON.stringify(modules)}) {
      const [required, imported] = [require(name), await import(name)];
      const lost = Object.keys(required).filter((key) => typeof required[key] === 'object'
        ? !(key in imported) : imported[key] !== required[key]);
      if (lost.length > 0) throw new Error(name + ': import and require differ in ' + lost.join(', '));
    }`;
  node(['--input-type=module', '--eval', script], resolve('.'));
  const read =
    "require('./dist'); for (const file of Object.keys(require.cache)) if (/hdf5/.test(file)) console.log(file)";
  const early = node(['--eval', read], resolve('.')).trim();
  if (early !== '') throw new Error(`a program that saves nothing loads ${early}`);
}

/** Node loads its half of the host, the other half names nothing of Node, and no declaration needs to choose one. */
function checkHost(): void {
  const script = "console.log(require('node:module').createRequire(process.argv[1]).resolve('#host'))";
  const found = node(['--eval', script, resolve('dist/index.js')]).trim();
  if (found !== resolve('dist/host/node.js')) throw new Error(`'#host' is '${found}' in Node`);
  const half = 'dist/host/default.js';
  if (/require\("(?!\.)|process|Buffer/.test(readFileSync(half, 'utf8'))) throw new Error(`${half} names Node`);
  const choosing = readdirSync('dist', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.d\.m?ts$/.test(name))
    .filter((name) => /['"]#host['"]/.test(readFileSync(join('dist', name), 'utf8')));
  if (choosing.length > 0) throw new Error(`declarations name '#host', which old TypeScript cannot: ${choosing}`);
}

/** Exports of a program whose types must have names that its own declarations can use; tslab writes such for each cell. */
const DECLARED = `
import { Input, Model, Sequential, layers, losses, metrics, optimizers, plot } from 'keras-ts';

export const input = Input({ shape: [4, 4, 1] });
export const hidden = layers.Conv2D(2, 3)(input);
export const model = Sequential([input, layers.Flatten(), layers.Dense(1)]);
export const one = Model({ inputs: input, outputs: hidden });
export const several = Model({ inputs: input, outputs: [hidden, layers.Flatten()(hidden)] });
export const named = Model({ inputs: { x: input }, outputs: { y: hidden } });
export const inside = Model({ inputs: model.inputs[0]!, outputs: model.layers.map((layer) => layer.output) });
export const outputs = several(input);
export const predicted = named.predict([[[[1]]]]);
export const evaluated = model.evaluate([[[[1]]]], [[1]], { returnDict: true });
export const made = [optimizers.Adam(), losses.Huber(), metrics.AUC()];
export const figure = plot.plotModel(several);
`;

/** Type-checks test/consumer/consumer.ts, and the import of every module, with the oldest and the newest TypeScript. */
function checkDeclarations(): void {
  for (const { name, tsc, takes } of TYPESCRIPTS) {
    for (const resolution of RESOLUTIONS)
      if (takes(resolution.moduleResolution)) compileConsumer(name, tsc, resolution);
  }
}

function compileConsumer(
  name: string,
  tsc: string,
  { moduleResolution, module, file }: (typeof RESOLUTIONS)[number],
): void {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-consumer-'));
  try {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'dir');
    copyFileSync(CONSUMER, join(folder, file));
    const imports = namespaces().map((space) => `import * as ${space} from 'keras-ts/${space}';\nvoid ${space};\n`);
    const all = file.replace('consumer', 'modules');
    writeFileSync(join(folder, all), imports.join(''));
    const declared = file.replace('consumer', 'declared');
    writeFileSync(join(folder, declared), DECLARED);
    const compilerOptions = {
      target: 'es2022',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      declaration: true,
      types: ['node'],
    };
    const config = { compilerOptions: { ...compilerOptions, module, moduleResolution }, files: [file, all, declared] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    node([resolve(tsc), '--pretty', 'false', '-p', folder]);
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string };
    throw new Error(`${name}, ${moduleResolution}, ${file}:\n${stdout || message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (require.main === module) {
  for (const check of [checkManifest, checkPacked, checkLoading, checkHost, checkDeclarations]) {
    try {
      check();
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  }
}
