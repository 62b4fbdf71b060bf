import type { Output } from './output';

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
const CODE = /\x1b\[[\d;]*m/;
/** ANSI codes and characters, one by one. */
const PIECES = new RegExp(`${CODE.source}|[^]`, 'gu');
const RESET = '\x1b[0m';
/** A backspace at the left edge goes on at the end of the row above, if that row runs on here. */
const REVERSE_WRAP_ON = '\x1b[?45h';
const REVERSE_WRAP_OFF = '\x1b[?45l';
const ERASE_ROW = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

const NO_CELL = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const TWO_CELLS =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]$/u;

/** Without ANSI codes. */
export function plainText(text: string): string {
  return text.replace(new RegExp(CODE, 'g'), '');
}

/** Cells that a text takes on a terminal: two for an East Asian character, none for an accent or an ANSI code. */
export function cellsOf(text: string): number {
  return piecesOf(text).reduce((sum, [, cells]) => sum + cells, 0);
}

/** The beginning of a text that fits into so many cells, all ANSI codes before its end included. */
export function cutToCells(text: string, cells: number): string {
  let shown = '';
  let left = cells;
  for (const [piece, size] of piecesOf(text)) {
    if (size > left) return shown + RESET;
    shown += piece;
    left -= size;
  }
  return shown;
}

/** A line that is drawn again and again in its place. */
export class RedrawnLine {
  readonly #output: Output;
  /** Cells of what stands there. */
  #cells = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * The characters that put a text in the place of the one before. On a terminal that is narrower they show its
   * beginning: what fills a row goes on in the next, from where no `\r` leads back.
   * @param last whether the line stays as it is: then the whole text is shown, on several rows where need be.
   */
  draw(text: string, last: boolean): string {
    const { columns } = this.#output;
    const end = last ? '\n' : '';
    if (!columns) return this.#overwrite(text) + end;
    const start = this.#cells < columns ? `\r${ERASE_ROW}` : eraseWrapped(this.#cells);
    const shown = last ? text : cutToCells(text, Math.max(1, columns - 1));
    this.#cells = cellsOf(shown);
    return start + shown + end;
  }

  /** For a page that knows no codes to erase: blanks over the rest of a longer text. */
  #overwrite(text: string): string {
    const cells = cellsOf(text);
    const blank = ' '.repeat(Math.max(0, this.#cells - cells));
    this.#cells = cells;
    return `\r${text}${blank}`;
  }
}

/**
 * Erases a text that a terminal, made narrower since, may have broken into several rows. The way back over rows that run
 * on is one that passes no other line; a terminal that breaks rows again and does not know it keeps the first of them.
 */
function eraseWrapped(cells: number): string {
  return `${REVERSE_WRAP_ON}${'\b'.repeat(cells)}${REVERSE_WRAP_OFF}\r${ERASE_BELOW}`;
}

function piecesOf(text: string): (readonly [piece: string, cells: number])[] {
  return [...text.matchAll(PIECES)].map(([piece]) => [piece, cellsOfPiece(piece)]);
}

function cellsOfPiece(piece: string): number {
  if (CODE.test(piece) || NO_CELL.test(piece)) return 0;
  return TWO_CELLS.test(piece) ? 2 : 1;
}
