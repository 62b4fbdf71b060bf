/** What the checks know of the source files: their imports, lines of code and functions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One import, export from, `import()` or `require()`. */
export interface Import {
  /** As written: `./layer`, `@tensorflow/tfjs`. */
  specifier: string;
  line: number;
  /** Whether it is gone at run time. */
  typeOnly: boolean;
}

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  path: string;
  text: string;
}

/** All TypeScript files under a folder. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

export function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** Calls `visit` on every node. */
function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

export function importsOf(file: SourceFile): Import[] {
  const source = parse(file);
  const imports: Import[] = [];
  walk(source, (node) => {
    const found = importOf(node);
    if (found !== undefined && ts.isStringLiteralLike(found.from)) {
      imports.push({
        specifier: found.from.text,
        line: lineOf(source, node.getStart()),
        typeOnly: found.typeOnly,
      });
    }
  });
  return imports;
}

function importOf(node: ts.Node): { from: ts.Node; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    const { importClause } = node;
    return { from: node.moduleSpecifier, typeOnly: importClause !== undefined && bringsTypesOnly(importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { from: node.moduleSpecifier, typeOnly: node.isTypeOnly || allTypes(node.exportClause) };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { from: node.argument.literal, typeOnly: true };
  }
  if (ts.isCallExpression(node) && node.arguments[0] !== undefined) {
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
    return isImport ? { from: node.arguments[0], typeOnly: false } : undefined;
  }
  return undefined;
}

function bringsTypesOnly(clause: ts.ImportClause): boolean {
  return clause.isTypeOnly || (clause.name === undefined && allTypes(clause.namedBindings));
}

function allTypes(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (bindings === undefined || !('elements' in bindings)) return false;
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = bindings.elements;
  return elements.length > 0 && elements.every((element) => element.isTypeOnly);
}

/** Number of lines that hold anything but comments. */
export function linesOfCode(file: SourceFile): number {
  const source = parse(file);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    children.forEach(visit);
    if (children.length > 0 || node.getWidth(source) === 0) return;
    const last = lineOf(source, node.getEnd());
    for (let line = lineOf(source, node.getStart(source)); line <= last; line++) lines.add(line);
  };
  visit(source);
  return lines.size;
}

/** Name and number of lines of every function with a body. */
export function functionsOf(file: SourceFile): { name: string; line: number; lines: number }[] {
  const source = parse(file);
  const functions: { name: string; line: number; lines: number }[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const line = lineOf(source, node.getStart());
    const lines = lineOf(source, node.getEnd()) - line + 1;
    functions.push({ name: node.name?.getText() ?? nameOfOwner(node), line, lines });
  });
  return functions;
}

function nameOfOwner({ parent }: ts.Node): string {
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isClassLike(parent) ? `${parent.name?.text ?? 'class'}.constructor` : '(anonymous)';
}
