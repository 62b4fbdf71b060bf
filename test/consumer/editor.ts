/** What an editor says of a program that uses the package: TypeScript's language service on the declarations as they are built. */
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** Where the declarations are, as far as the language service knows; beside `node_modules`, so that these are found. */
const FOLDER = resolve('declarations-of-keras-ts');
const MAIN = join(FOLDER, 'program.ts');

/** The declarations that `npm run build` writes, by path. */
export function declarations(): Map<string, string> {
  const config = ts.getParsedCommandLineOfConfigFile(
    'tsconfig.build.json',
    { outDir: FOLDER, noCheck: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  if (!config) throw new Error('tsconfig.build.json: cannot be read');
  const files = new Map<string, string>();
  const program = ts.createProgram(config.fileNames, config.options);
  program.emit(undefined, (path, text) => files.set(resolve(path), text));
  return files;
}

/** An editor with one program in it. In the code, a comment of one bar marks where the cursor is. */
export class Editor {
  readonly #service: ts.LanguageService;
  readonly #files: Map<string, string>;
  #version = 0;
  #cursor = 0;

  /** @param compiler the TypeScript that the editor has, which may be an old one. */
  constructor(
    readonly compiler: typeof ts,
    files: ReadonlyMap<string, string>,
  ) {
    this.#files = new Map([...files, [MAIN, '']]);
    const folders = new Set([...this.#files.keys()].map(dirname));
    const { sys } = compiler;
    this.#service = compiler.createLanguageService({
      getCompilationSettings: () => ({
        target: compiler.ScriptTarget.ES2022,
        module: compiler.ModuleKind.ESNext,
        moduleResolution: compiler.ModuleResolutionKind.Node10,
        strict: true,
        noUncheckedIndexedAccess: true,
        esModuleInterop: true,
        skipLibCheck: true,
        types: ['node'],
        baseUrl: FOLDER,
        paths: { 'keras-ts': ['./index.d.ts'], 'keras-ts/*': ['./*/index.d.ts'] },
      }),
      getScriptFileNames: () => [MAIN],
      getScriptVersion: (path) => (path === MAIN ? String(this.#version) : '1'),
      getScriptSnapshot: (path) => {
        const text = this.#files.get(path) ?? sys.readFile(path);
        return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => FOLDER,
      getDefaultLibFileName: (options) => compiler.getDefaultLibFilePath(options),
      fileExists: (path) => this.#files.has(path) || sys.fileExists(path),
      readFile: (path) => this.#files.get(path) ?? sys.readFile(path),
      directoryExists: (path) => folders.has(path) || sys.directoryExists(path),
    });
  }

  /** Opens a program; the first mark in it becomes the cursor. */
  open(code: string): void {
    this.#cursor = code.indexOf('/*|*/');
    this.#files.set(MAIN, code.replace('/*|*/', ''));
    this.#version++;
  }

  /** What may be written at the cursor. */
  completions(): string[] {
    const found = this.#service.getCompletionsAtPosition(MAIN, this.#cursor, {
      includeCompletionsWithInsertText: false,
    });
    return (found?.entries ?? []).map(({ name }) => name);
  }

  /** What is shown where the cursor is on a name, or on the one at a position: the type, and the documentation. */
  hover(position: number = this.#cursor): { type: string; documentation: string } {
    const found = this.#service.getQuickInfoAtPosition(MAIN, position);
    const { displayPartsToString: text } = this.compiler;
    return { type: text(found?.displayParts), documentation: text(found?.documentation) };
  }

  /** What is shown while the arguments of a call are written: each way to call, and what it does. */
  signatures(): { label: string; documentation: string }[] {
    const found = this.#service.getSignatureHelpItems(MAIN, this.#cursor, undefined);
    const { displayPartsToString: text } = this.compiler;
    return (found?.items ?? []).map((item) => ({
      label: `${text(item.prefixDisplayParts)}${item.parameters.map((p) => text(p.displayParts)).join(', ')}`,
      documentation: text(item.documentation),
    }));
  }

  /** What is wrong in the program. */
  errors(): string[] {
    const found = [...this.#service.getSyntacticDiagnostics(MAIN), ...this.#service.getSemanticDiagnostics(MAIN)];
    const text = this.#files.get(MAIN) as string;
    return found.map(({ messageText, start = 0 }) => {
      const line = text.slice(text.lastIndexOf('\n', start) + 1).split('\n', 1)[0] as string;
      return `${line.trim()}: ${this.compiler.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }
}
