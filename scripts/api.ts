/**
 * `npm run api`: writes the public API, as its declarations tell it, into test/api/declarations.txt; a test compares. What the
 * modules of the package export is there, and what of ours those declarations name, without comments and private members.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import { namespaces } from './sub-paths';

export const API_FILE = 'test/api/declarations.txt';
/** Where the declarations would be: they stay in memory. */
const FOLDER = resolve('api');
const PRINTER = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** A program of the declarations that the compiler makes of the sources. */
function declarationProgram(root: string): ts.Program {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile) as { config: { compilerOptions: object } };
  const parsed = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.').options;
  const options = {
    ...parsed,
    noEmit: false,
    emitDeclarationOnly: true,
    sourceMap: false,
    noCheck: true,
    types: ['node'],
  };
  const sources = ts.createProgram([root], { ...options, rootDir: dirname(root), outDir: FOLDER });
  const texts = new Map<string, string>();
  sources.emit(undefined, (path, text) => texts.set(resolve(path), text), undefined, true);
  const host = ts.createCompilerHost(options);
  const { fileExists, directoryExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.directoryExists = (path) => path.startsWith(FOLDER) || (directoryExists?.(path) ?? true);
  host.getSourceFile = (path, languageVersion) => {
    const text = texts.get(path) ?? ts.sys.readFile(path);
    return texts.has(path) || sources.getSourceFile(path) === undefined
      ? ts.createSourceFile(path, text ?? '', languageVersion, true)
      : sources.getSourceFile(path);
  };
  return ts.createProgram([resolve(FOLDER, 'index.d.ts')], options, host);
}

/** What each module exports, and all that this makes part of the API. */
class Api {
  readonly #checker: ts.TypeChecker;
  readonly #declarations = new Map<ts.Symbol, string[]>();
  readonly #modules: string[] = [];
  readonly #entries: string[];

  constructor(program: ts.Program, modules: string[]) {
    this.#entries = modules;
    this.#checker = program.getTypeChecker();
    for (const module of modules) {
      const source = program.getSourceFile(resolve(FOLDER, module, 'index.d.ts'));
      const symbol = source && this.#checker.getSymbolAtLocation(source);
      if (symbol === undefined) throw new Error(`the module '${module}' has no declarations`);
      this.#addModule(module === '' ? 'keras-ts' : `keras-ts/${module}`, symbol);
    }
  }

  toString(): string {
    const declarations = [...this.#declarations.values()].filter((texts) => texts.length > 0);
    return [...this.#modules.sort(), ...declarations.map((texts) => texts.join('\n')).sort()].join('\n\n') + '\n';
  }

  #addModule(name: string, module: ts.Symbol): void {
    const lines: string[] = [];
    const foreign = new Map<string, number>();
    for (const exported of this.#checker.getExportsOfModule(module)) {
      const symbol = this.#resolve(exported);
      const home = moduleName(symbol);
      if (!isModule(symbol) && home.isForeign) foreign.set(home.name, (foreign.get(home.name) ?? 0) + 1);
      else {
        this.#add(symbol);
        const own = isModule(symbol) ? `module ${home.name}` : symbol.name;
        lines.push(own === exported.name ? own : `${exported.name} = ${own}`);
        if (isModule(symbol) && !home.isForeign && !this.#entries.includes(home.name)) {
          this.#addModule(`${name}, ${exported.name}`, symbol);
        }
      }
    }
    for (const [home, count] of foreign) lines.push(`${count} names of ${home}`);
    this.#modules.push([`'${name}' exports`, ...lines.sort().map((line) => `  ${line}`)].join('\n'));
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** Adds the declarations of ours of a symbol, and of all that they name. */
  #add(symbol: ts.Symbol): void {
    if (this.#declarations.has(symbol) || isModule(symbol)) return;
    const statements = (symbol.declarations ?? []).flatMap(statementOf);
    this.#declarations.set(symbol, statements.map(print));
    for (const statement of statements) this.#addNamed(statement);
  }

  #addNamed(node: ts.Node): void {
    if (isPrivate(node)) return;
    if (ts.isIdentifier(node) && !isMemberName(node)) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      if (symbol !== undefined) this.#add(this.#resolve(symbol));
    }
    node.forEachChild((child) => this.#addNamed(child));
  }
}

function isModule(symbol: ts.Symbol): boolean {
  return symbol.declarations?.some(ts.isSourceFile) ?? false;
}

/** Where a symbol is from: `layers`, or a package of others. */
function moduleName({ declarations }: ts.Symbol): { name: string; isForeign: boolean } {
  const path = declarations?.[0]?.getSourceFile().fileName ?? '';
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  const name = inPackage ?? path.slice(FOLDER.length + 1).replace(/(\/index)?\.d\.ts$/, '');
  return { name, isForeign: inPackage !== undefined };
}

/** The statement of ours, at the top of its file, that is this declaration; none for members and type parameters. */
function statementOf(declaration: ts.Declaration): ts.Statement[] {
  const isVariable = ts.isVariableDeclaration(declaration);
  const node = isVariable ? declaration.parent.parent : declaration;
  const isOurs = node.getSourceFile().fileName.startsWith(FOLDER);
  return isOurs && ts.isSourceFile(node.parent) ? [node as ts.Statement] : [];
}

/** Whether a name is what it is the name of: a property, a parameter, a member of a type. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isParameter(parent)) && parent.name === node;
}

function isPrivate(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  const hidden = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private;
  return hidden !== 0 || (node.name !== undefined && ts.isPrivateIdentifier(node.name));
}

/** A statement without comments, private members, `export`, `declare` and the paths of our files. */
function print(statement: ts.Statement): string {
  const { transformed } = ts.transform(statement, [
    (context) => {
      const visit = (node: ts.Node): ts.Node | undefined =>
        isPrivate(node) ? undefined : ts.visitEachChild(node, visit, context);
      return (node) => visit(node) as ts.Statement;
    },
  ]);
  const text = PRINTER.printNode(ts.EmitHint.Unspecified, transformed[0] as ts.Statement, statement.getSourceFile());
  return text.replace(/^(export |declare |default )+/, '').replace(/import\("\.[^"]*"\)\./g, '');
}

/** The public API in one text: what each module exports, then the declarations in the order of their texts. */
export function describeApi(root = resolve('src/index.ts'), modules: string[] = ['', ...namespaces()]): string {
  return new Api(declarationProgram(root), modules).toString();
}

if (require.main === module) {
  mkdirSync(dirname(API_FILE), { recursive: true });
  writeFileSync(API_FILE, describeApi());
}
