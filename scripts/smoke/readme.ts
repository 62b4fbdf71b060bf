/** README's snippets as files of new projects, which have the packed package and what it depends on. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** The snippets in a language, in order. */
export function snippetsOf(readme: string, language: 'ts' | 'js'): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...readme.matchAll(fence)].map(([, code]) => code as string);
}

const shell = process.platform === 'win32';
/** Its newest version that runs on Node 20. */
const PNPM = '9';

/** Installs the package as `npm pack` makes it; all else is linked from here. Gives the packed package's path. */
function install(folder: string): string {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'keras-ts'), { recursive: true });
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8', shell });
  const archive = join(folder, packed.trim().split('\n').at(-1) as string);
  execFileSync('tar', ['-xzf', archive, '-C', join(modules, 'keras-ts'), '--strip-components=1']);
  for (const name of readdirSync('node_modules')) {
    if (name !== 'keras-ts') symlinkSync(resolve('node_modules', name), join(modules, name), 'junction');
  }
  return archive;
}

/** A project of pnpm, which links nothing but what a project names: a package that names too little does not load there. */
function installByPnpm(project: string, archive: string): void {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'by-pnpm', private: true }));
  const options = ['--ignore-scripts', '--store-dir', join(project, '.store'), '--reporter', 'silent'];
  const command = ['--yes', `pnpm@${PNPM}`, '--ignore-workspace', 'add', archive, ...options];
  execFileSync('npx', command, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'], shell });
}

/** Compiles a program where it lies; gives the JavaScript's path. */
function compile(path: string): string {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const program = ts.createProgram([path], options);
  const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : '?';
    return `${path}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  if (wrong.length > 0) throw new Error(`README.md does not compile: ${wrong.join('\n')}`);
  program.emit();
  return path.replace(/ts$/, 'js');
}

/** Makes projects in a new folder: one of ECMAScript modules, one as `npm init -y` leaves it, and one of pnpm. */
export function makeProjects(readme: string = readFileSync('README.md', 'utf8')): {
  folder: string;
  programs: string[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-readme-'));
  const archive = install(folder);
  const [modern, initial, byPnpm] = ['modern', 'initial', 'by-pnpm'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  installByPnpm(byPnpm, archive);
  for (const project of [modern, initial]) mkdirSync(project);
  writeFileSync(join(modern, 'package.json'), JSON.stringify({ name: 'modern', type: 'module' }));
  execFileSync('npm', ['init', '-y', '--silent'], { cwd: initial, stdio: 'ignore', shell });
  const write = (path: string, code: string): string => {
    writeFileSync(path, code);
    return path;
  };
  const [first, ...others] = snippetsOf(readme, 'ts').map((code, i) => [`snippet${i + 1}`, code] as const);
  if (!first) throw new Error('README.md: there is no first script');
  return {
    folder,
    programs: [
      compile(write(join(initial, `${first[0]}.mts`), first[1])),
      ...others.map(([name, code]) => compile(write(join(modern, `${name}.ts`), code))),
      ...others.map(([name, code]) => compile(write(join(initial, `${name}.mts`), code))),
      ...[initial, byPnpm].flatMap((project) =>
        snippetsOf(readme, 'js').map((code, i) => write(join(project, `common${i + 1}.js`), code)),
      ),
    ],
  };
}
