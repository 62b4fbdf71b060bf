import { ValueError } from '../base/errors';
import { type Files, host } from '../host';

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

/** The file system; an error where there is none, as in browsers. */
function filesFor(who: string): Files {
  if (host.files) return host.files;
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
  return filesFor(who).writeWhole(path, content);
}

let shown = 0;

/** Writes a picture to a new file in the system's folder for temporary files, and prints its path. */
export function writeAndTell(who: string, ending: string, content: string | Uint8Array): void {
  const files = filesFor(who);
  console.log(files.writeWhole(files.temporary(`${who}-${++shown}.${ending}`), content));
}
