import { host, type Output } from '../host';

export type { Output };

const NOWHERE: Output = { write: () => true };

/** Standard output; where there is none, as in a browser, nothing is written. */
export function standardOutput(): Output {
  return host.output ?? NOWHERE;
}

/** Whether lines may be redrawn with `\r`: on a terminal, and in a notebook's kernel. */
export function canRedraw(output: Output): boolean {
  return output.isTTY === true || (output === host.output && host.isNotebook);
}

/** Writes a line, by default to standard output. */
export function printLine(text: string, output: Output = standardOutput()): void {
  output.write(`${text}\n`);
}
