/** Where progress and messages go: a part of Node's streams. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Characters in a row of a terminal; it may change. */
  readonly columns?: number;
}

const NOWHERE: Output = { write: () => true };

/** Standard output; where there is none, as in a browser, nothing is written. */
export function standardOutput(): Output {
  return typeof process === 'object' && process.stdout ? process.stdout : NOWHERE;
}

/** Whether lines may be redrawn with `\r`: on a terminal, and in a notebook's kernel. */
export function canRedraw(output: Output): boolean {
  return output.isTTY === true || (typeof process === 'object' && output === process.stdout && inKernel());
}

/** Jupyter tells its kernels who started them; tslab is also recognized by its program. */
function inKernel(): boolean {
  return process.env.JPY_PARENT_PID !== undefined || /[\\/]tslab(\.js)?$/.test(process.argv[1] ?? '');
}

/** Writes a line, by default to standard output. */
export function printLine(text: string, output: Output = standardOutput()): void {
  output.write(`${text}\n`);
}
