import { ValueError } from '../base/errors';

/** What is used of tslab's `display`. */
interface Display {
  svg(picture: string): void;
  gif(picture: Uint8Array): void;
}

/** The notebook's display, inside tslab; `undefined` elsewhere. The kernel leaves its own `require` in a global. */
export function notebook(): Display | undefined {
  const kernel = (globalThis as { __tslab__?: { require?: (name: string) => { display?: Display } } }).__tslab__;
  return kernel?.require?.('tslab').display;
}

/** A module of Node; an error where there is none, as in browsers. Bundlers do not see it. */
function builtin<Name extends 'fs' | 'os' | 'path'>(
  who: string,
  name: Name,
): ReturnType<typeof process.getBuiltinModule<Name>> {
  const found = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.(name);
  if (found) return found;
  throw new Error(`${who}: files can be written in Node only. Use .svg(), which gives the picture as text.`);
}

/** The ending of a file's name, checked. */
export function endingOf(who: string, path: string, known: readonly string[]): string {
  const ending = /\.([a-z]+)$/i.exec(typeof path === 'string' ? path : '')?.[1]?.toLowerCase();
  if (ending !== undefined && known.includes(ending)) return ending;
  throw new ValueError(`${who}: the file must end in ${known.map((e) => `.${e}`).join(' or ')}. Received: '${path}'.`);
}

/** Writes a file whole or not at all, its folder too; returns its full path. */
export function writeWhole(who: string, path: string, content: string | Uint8Array): string {
  const { mkdirSync, renameSync, writeFileSync } = builtin(who, 'fs');
  const { dirname, resolve } = builtin(who, 'path');
  const target = resolve(path);
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  writeFileSync(part, content);
  renameSync(part, target);
  return target;
}

let shown = 0;

/** Writes a picture to a new file in the system's folder for temporary files, and prints its path. */
export function writeAndTell(who: string, ending: string, content: string | Uint8Array): void {
  const folder = builtin(who, 'path').join(builtin(who, 'os').tmpdir(), 'keras-ts');
  console.log(writeWhole(who, `${folder}/${who}-${process.pid}-${++shown}.${ending}`, content));
}
