import { ValueError } from '../../base/errors';

/**
 * Tables of text as Python's `rich` draws them for Keras: a heavy box around the header, a line between rows, cells
 * wrapped at words and cut with `…`.
 */

/** A column: its header, its width without the padding, and where text stands in it. */
export interface Column {
  readonly header: string;
  readonly width: number;
  readonly justify: 'left' | 'right' | 'center';
}

/** Draws a table at most `width` characters wide; lines end in a newline. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const widths = fitWidths(
    columns.map((column) => column.width + 2),
    width - columns.length - 1,
  );
  const rule = (left: string, fill: string, cross: string, right: string): string =>
    `${left}${widths.map((cell) => fill.repeat(cell)).join(cross)}${right}`;
  const header = columns.map((column) => column.header);
  const body = rows.map((row) => renderRow(row, columns, widths, '│', false));
  const lines = [
    rule('┏', '━', '┳', '┓'),
    ...renderRow(header, columns, widths, '┃', true),
    rule('┡', '━', '╇', '┩'),
    ...body.flatMap((row, i) => (i === 0 ? row : [rule('├', '─', '┼', '┤'), ...row])),
    rule('└', '─', '┴', '┘'),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Widths that together are at most `total`: what is too much is taken from all columns evenly. */
function fitWidths(given: readonly number[], total: number): number[] {
  const widths = given.map((width) => Math.min(width, total));
  let excess = widths.reduce((sum, width) => sum + width, 0) - total;
  return widths.map((width, i) => {
    if (excess <= 0) return width;
    const share = Math.min(width, roundHalfEven(excess / (widths.length - i)));
    excess -= share;
    return width - share;
  });
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The lines of a row. Short cells are filled up below; in the header, above. */
function renderRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
  divider: string,
  isHeader: boolean,
): string[] {
  const blocks = columns.map(({ justify }, i) => {
    const width = Math.max(0, (widths[i] as number) - 2);
    const lines = width > 0 ? wrap(cells[i] ?? '', width, false) : [];
    return lines.map((line) => ` ${justified(line, width, justify)} `);
  });
  const height = Math.max(1, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, y) => {
    const line = blocks.map((block, i) => {
      const blank = ' '.repeat(widths[i] as number);
      return block[isHeader ? y - height + block.length : y] ?? blank;
    });
    return `${divider}${line.join(divider)}${divider}`;
  });
}

function justified(line: string, width: number, justify: Column['justify']): string {
  const text = crop(justify === 'left' ? line : line.trimEnd(), width);
  if (justify === 'right') return text.padStart(width);
  return text.padStart(justify === 'center' ? Math.floor((width + text.length) / 2) : 0).padEnd(width);
}

function crop(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/**
 * Breaks text into lines at words. A word that is longer than a line is broken, too, if `fold`; otherwise its line
 * stays too long.
 */
export function wrap(text: string, width: number, fold: boolean): string[] {
  const breaks: number[] = [];
  let used = 0;
  for (const match of text.matchAll(/\s*\S+\s*/g)) {
    const word = match[0];
    const index = match.index ?? 0;
    const length = word.trimEnd().length;
    if (length <= width - used) {
      used += word.length;
    } else if (length <= width) {
      if (used > 0) breaks.push(index);
      used = word.length;
    } else if (fold) {
      for (let start = 0; start < word.length; start += width) {
        breaks.push(index + start);
        used = Math.min(width, word.length - start);
      }
    } else {
      breaks.push(index);
      used = word.length;
    }
  }
  const starts = [0, ...breaks.filter((start) => start > 0)];
  return starts.map((start, i) => trimBeyond(text.slice(start, starts[i + 1]), width));
}

/** Removes blanks at the end as far as they are beyond `width`. */
function trimBeyond(line: string, width: number): string {
  return line.length > width ? line.slice(0, Math.max(width, line.trimEnd().length)) : line;
}

/** Widths of columns that end at the given fractions of a line. */
export function columnWidths(who: string, positions: readonly number[], lineLength: number): number[] {
  let start = 0;
  return positions.map((position) => {
    const width = Math.trunc(position * lineLength) - start;
    if (width < 4) {
      throw new ValueError(
        `${who}: each column must be at least 4 characters wide. Received: lineLength=${lineLength}, ` +
          `positions=[${positions.join(', ')}]. Give a larger lineLength.`,
      );
    }
    start += width;
    return width;
  });
}
