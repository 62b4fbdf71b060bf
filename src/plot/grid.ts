import type { ColorScale } from './colors';
import { cutText, textWidth } from './font';
import { cellThatFits, drawColorBar, drawPanel, type Panel, type Range } from './panel';
import { element, MUTED, svgDocument, text } from './svg';

/** Panels in rows, with titles. */
export interface Grid {
  readonly who: string;
  readonly panels: readonly Panel[];
  /** One for each panel. */
  readonly titles?: readonly (string | number)[] | undefined;
  readonly title?: string | undefined;
  /** A line below the title. */
  readonly subtitle?: string | undefined;
  readonly columns: number;
  /** Beside each row. */
  readonly rowTitles?: readonly string[] | undefined;
  /** Width and height of the largest panel, in pixels, which it keeps to. Default: as the number of columns allows. */
  readonly size?: number | undefined;
  /** Whether panels grow for their labels; otherwise labels are left out where they do not fit into the usual room. */
  readonly values?: boolean | undefined;
  readonly colorBar?: { scale: ColorScale; range: Range } | undefined;
}

const MARGIN = 16;
const GAP = 12;
const PANEL_TITLE = 20;
const TITLE_SIZE = 15;
const ROOM = 880;
const LONGEST_BAR = 320;
/** A panel that would be smaller, beside much larger ones, gets a scale of its own. */
const LEAST_PANEL = 16;

/** Panel sizes that suit a number of columns. */
function sizeFor(columns: number): number {
  const largest = columns === 1 ? 320 : columns <= 3 ? 220 : 160;
  return Math.max(40, Math.min(largest, Math.floor((ROOM - GAP * (columns - 1)) / columns)));
}

const longest = ({ colors }: Panel): number => Math.max(colors.length, colors[0]?.length ?? 0);

/** Cells that hold all labels: with comfort, and just so. */
function cellsForLabels(panels: readonly Panel[]): [comfortable: number, least: number] {
  const labels = panels.flatMap((panel) => panel.labels?.flat() ?? []);
  const widest = (size: number): number => Math.ceil(Math.max(...labels.map((label) => textWidth(label, size))));
  return [Math.max(30, widest(11) + 8), Math.max(18, widest(8) + 6)];
}

/** Pixels for each cell, the same in all panels so that their sizes can be compared, and whether labels fit. */
function scaleOf({ panels, columns, size, values }: Grid): { cells: number[]; hasLabels: boolean } {
  const wished = size ?? sizeFor(columns);
  const most = Math.max(...panels.map(longest));
  const cell = cellThatFits(wished, most);
  const scaled = (shared: number): number[] =>
    panels.map((panel) => {
      const isLegible = longest(panel) * shared >= LEAST_PANEL;
      return isLegible ? shared : Math.max(shared, cellThatFits(most * shared, longest(panel)));
    });
  if (!panels.some(({ labels }) => labels)) return { cells: scaled(cell), hasLabels: false };
  const [comfortable, least] = cellsForLabels(panels);
  const fits = (each: number): boolean => columns * (most * each + GAP) - GAP <= ROOM;
  if (size !== undefined) return { cells: scaled(cell), hasLabels: least <= cell };
  const enough = values ? comfortable : [comfortable, least].find((each) => each <= cell || fits(each));
  return { cells: scaled(Math.max(cell, enough ?? 0)), hasLabels: enough !== undefined };
}

/** As many columns as make a landscape of `count` panels with the fewest empty places; up to six stand in one row. */
export function columnsFor(count: number): number {
  if (count <= 6) return count;
  const root = Math.sqrt(count);
  const candidates = Array.from({ length: 12 }, (_, i) => i + 1).filter(
    (c) => c >= Math.min(root, 12) && c <= 2 * root,
  );
  const empty = (columns: number): number => (columns - (count % columns)) % columns;
  return candidates.reduce((best, columns) => (empty(columns) < empty(best) ? columns : best));
}

/** Where each panel is, and how large. */
function layOut(grid: Grid) {
  const { panels, titles, rowTitles, title, subtitle, columns } = grid;
  const { cells, hasLabels } = scaleOf(grid);
  const widths = panels.map(({ colors }, i) => (colors[0]?.length ?? 0) * (cells[i] as number));
  const heights = panels.map(({ colors }, i) => colors.length * (cells[i] as number));
  const [wide, high] = [Math.max(...widths), Math.max(...heights)];
  const left = MARGIN + (rowTitles ? Math.max(...rowTitles.map((name) => textWidth(name, 11))) + 8 : 0);
  let bottom = MARGIN + (title ? 26 : 0) + (subtitle ? 20 : 0) - GAP;
  const rowTops = Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) => {
    const named = titles?.slice(row * columns, (row + 1) * columns).some((name) => name !== '');
    const top = bottom + GAP + (named ? PANEL_TITLE : 0);
    bottom = top + high;
    return top;
  });
  const places = panels.map((_, i) => ({
    cell: cells[i] as number,
    x: left + (i % columns) * (wide + GAP) + (wide - (widths[i] as number)) / 2,
    // At the top of the row, so that titles stand in one line.
    y: rowTops[Math.floor(i / columns)] as number,
    width: widths[i] as number,
  }));
  return { places, hasLabels, rowTops, wide, high, left, right: left + columns * (wide + GAP) - GAP, bottom };
}

export function drawGrid(grid: Grid): string {
  const { who, panels, titles, title, subtitle, rowTitles, colorBar } = grid;
  const { places, hasLabels, rowTops, wide, high, left, right, bottom } = layOut(grid);
  const drawn = panels.flatMap((panel, i) => {
    const { x, y, cell, width } = places[i] as (typeof places)[number];
    const name = cutText(String(titles?.[i] ?? ''), 12, wide + GAP - 4);
    const shown = hasLabels ? panel : { colors: panel.colors };
    return [...drawPanel(who, shown, x, y, cell), ...(name === '' ? [] : [text(name, x + width / 2, y - 10)])];
  });
  const rowNames = (rowTitles ?? []).map((name, row) =>
    text(name, left - 8, (rowTops[row] as number) + high / 2, { size: 11, anchor: 'end', fill: MUTED }),
  );
  const top = rowTops[0] as number;
  const height = Math.min(bottom - top, LONGEST_BAR);
  const bar = colorBar && drawColorBar(colorBar.scale, colorBar.range, { x: right + 16, y: top, height });
  const inner = right + (bar ? 16 + bar.width : 0) + MARGIN;
  const heads = Math.max(textWidth(title ?? '', TITLE_SIZE, true), textWidth(subtitle ?? '', 12));
  const width = Math.max(inner, heads + 2 * MARGIN);
  const middle = width / 2;
  const heading = [
    ...(title ? [text(title, middle, MARGIN + 8, { size: TITLE_SIZE, bold: true })] : []),
    ...(subtitle ? [text(subtitle, middle, MARGIN + (title ? 30 : 4), { fill: MUTED })] : []),
  ];
  const shift = { transform: `translate(${Math.round((width - inner) / 2)} 0)` };
  const body = element('g', width > inner ? shift : {}, ...drawn, ...rowNames, ...(bar?.parts ?? []));
  return svgDocument(width, bottom + MARGIN, title ?? who, [...heading, body]);
}
