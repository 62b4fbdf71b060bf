import type { ColorScale } from './colors';
import { cutText, textWidth } from './font';
import { indexTicks } from './numbers';
import { cellThatFits, drawColorBar, drawPanel, type Panel, type Range } from './panel';
import { element, MUTED, svgDocument, text } from './svg';

/** A matrix with names for its rows and columns, and what its colours mean. */
export interface LabelledMatrix {
  readonly who: string;
  readonly panel: Panel;
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** Default: the index, where there is room. */
  readonly rowNames?: readonly (string | number)[] | undefined;
  readonly columnNames?: readonly (string | number)[] | undefined;
  readonly bar?: { scale: ColorScale; range: Range; label?: string } | undefined;
}

const MARGIN = 16;
const SIZE = 380;
const MOST_CELL = 80;
const LEAST_CELL_WITH_LABEL = 24;
const NAME_SIZE = 12;
const LONGEST_NAME = 120;
const MARK = 5;
const LEAST_PER_NAME = 18;

interface Mark {
  readonly at: number;
  readonly name: string;
}

function marksOf(names: readonly (string | number)[] | undefined, count: number, cell: number): Mark[] {
  const most = Math.max(2, Math.min(count, Math.floor((count * cell) / (names ? LEAST_PER_NAME : 28))));
  return indexTicks(count, most).map((at) => ({
    at,
    name: cutText(String(names?.[at] ?? at), NAME_SIZE, LONGEST_NAME),
  }));
}

function cellSize({ colors, labels }: Panel, columns: number): number {
  const cell = Math.min(MOST_CELL, cellThatFits(SIZE, Math.max(colors.length, columns)));
  if (!labels) return cell;
  const widest = Math.max(...labels.flat().map((label) => textWidth(label, 11)));
  return Math.max(cell, Math.ceil(widest) + 8, LEAST_CELL_WITH_LABEL);
}

const widthOf = (marks: readonly Mark[]): number => Math.max(...marks.map(({ name }) => textWidth(name, NAME_SIZE)));

/** Title and the line below it, around the middle at x. */
function heading({ title, subtitle }: LabelledMatrix, x: number): string[] {
  return [
    ...(title ? [text(title, x, MARGIN + 8, { size: 15, bold: true })] : []),
    ...(subtitle ? [text(subtitle, x, MARGIN + (title ? 30 : 8), { fill: MUTED })] : []),
  ];
}

export function drawMatrix(matrix: LabelledMatrix): string {
  const { who, panel, title, subtitle, xLabel, yLabel, rowNames, columnNames, bar } = matrix;
  const [rows, columns] = [panel.colors.length, panel.colors[0]?.length ?? 0];
  const cell = cellSize(panel, columns);
  const [width, height] = [columns * cell, rows * cell];
  const down = marksOf(rowNames, rows, cell);
  const across = marksOf(columnNames, columns, cell);
  const step = ((across[1]?.at ?? columns) - (across[0]?.at ?? 0)) * cell;
  const turned = widthOf(across) > step - 6;

  const left = MARGIN + (yLabel ? 24 : 0) + widthOf(down) + MARK + 6;
  const top = MARGIN + (title ? 30 : 0) + (subtitle ? 20 : 0);
  const [right, bottom] = [left + width, top + height];
  const below = bottom + MARK + 4 + (turned ? widthOf(across) : NAME_SIZE) + 4;
  const stroke = { stroke: MUTED };
  const rowMarks = down.flatMap(({ at, name }) => {
    const y = top + (at + 0.5) * cell;
    return [
      element('line', { x1: left - MARK, y1: y, x2: left, y2: y, ...stroke }),
      text(name, left - MARK - 4, y, { size: NAME_SIZE, anchor: 'end' }),
    ];
  });
  const columnMarks = across.flatMap(({ at, name }) => {
    const x = left + (at + 0.5) * cell;
    const label = turned
      ? text(name, x, bottom + MARK + 4, { size: NAME_SIZE, anchor: 'end', upwards: true })
      : text(name, x, bottom + MARK + 10, { size: NAME_SIZE });
    return [element('line', { x1: x, y1: bottom, x2: x, y2: bottom + MARK, ...stroke }), label];
  });
  const drawnBar = bar && drawColorBar(bar.scale, bar.range, { x: right + 18, y: top, height }, bar.label);
  const body = [
    ...drawPanel(who, panel, left, top, cell),
    ...rowMarks,
    ...columnMarks,
    ...(yLabel ? [text(yLabel, MARGIN + 8, top + height / 2, { size: 13, upwards: true })] : []),
    ...(xLabel ? [text(xLabel, left + width / 2, below + 12, { size: 13 })] : []),
    ...(drawnBar?.parts ?? []),
  ];
  const middle = left + width / 2;
  const half = Math.max(textWidth(title ?? '', 15, true), textWidth(subtitle ?? '', 12)) / 2;
  const shift = Math.max(0, half + MARGIN - middle);
  const full = shift + Math.max(right + (drawnBar ? 18 + drawnBar.width : 0), middle + half) + MARGIN;
  const shown = [...heading(matrix, middle), ...body];
  const placed = shift > 0 ? [element('g', { transform: `translate(${Math.ceil(shift)} 0)` }, ...shown)] : shown;
  return svgDocument(full, below + (xLabel ? 24 : 0) + MARGIN - 4, title ?? who, placed);
}
