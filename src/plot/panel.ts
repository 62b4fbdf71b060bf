import { type ColorScale, hex, inkOn, NAN_COLOR, type Rgb } from './colors';
import { type Block, type Matrix, rowsOf, shareOf, split } from './data';
import { fittingSize, textWidth } from './font';
import { formatNumber, ticksOf } from './numbers';
import { pngUri, SHARP_CELLS } from './png';
import { element, LINE, MUTED, rect, text } from './svg';

export type Range = readonly [number, number];

/** A matrix of colours, with texts to write on them. */
export interface Panel {
  readonly colors: readonly (readonly Rgb[])[];
  readonly labels?: readonly (readonly string[])[] | undefined;
}

/** Cells of at least this many pixels are drawn as squares of whole pixels, smaller ones as a smooth picture. */
const LEAST_SQUARE = 3;

/** Pixels for each cell, where `longest` cells have `room`. */
export function cellThatFits(room: number, longest: number): number {
  const cell = room / longest;
  return cell >= LEAST_SQUARE ? Math.floor(cell) : cell;
}

/** Up to this many cells are drawn one by one; more become a PNG inside the SVG. */
const MOST_CELLS = 1024;

/** The colours of numbers. */
export function paint(matrix: Matrix, range: Range, scale: ColorScale): Rgb[][] {
  return matrix.map((row) => row.map((value) => scale(shareOf(value, range))));
}

/** The colours of an image of shape (height, width, 1, 3 or 4), opaque on white. */
export function paintChannels(image: Block, [from, to]: Range): Rgb[][] {
  const [, width = 0, channels = 0] = image.shape;
  return split(image).map((row) =>
    rowsOf(row.data, channels)
      .slice(0, width)
      .map((pixel): Rgb => {
        if (pixel.some(Number.isNaN)) return NAN_COLOR;
        const [r = 0, g = 0, b = 0, opacity = 1] = pixel.map((value) =>
          Math.min(1, Math.max(0, (value - from) / (to - from))),
        );
        const byte = (share: number): number => Math.round(255 * (share * opacity + 1 - opacity));
        return [byte(r), byte(g), byte(b)];
      }),
  );
}

/** Draws a panel with its corner at (x, y), each cell `cell` pixels wide and high. */
export function drawPanel(who: string, panel: Panel, x: number, y: number, cell: number): string[] {
  const { colors, labels } = panel;
  const [rows, columns] = [colors.length, (colors[0] as readonly Rgb[]).length];
  const [width, height] = [columns * cell, rows * cell];
  const frame = rect(x, y, width, height, { fill: 'none', stroke: LINE, 'stroke-width': 1 });
  if (rows * columns > MOST_CELLS) {
    const href = pngUri(who, colors);
    const rendering = cell >= LEAST_SQUARE ? SHARP_CELLS : {};
    return [element('image', { x, y, width, height, preserveAspectRatio: 'none', ...rendering, href }), frame];
  }
  const cells = colors.flatMap((row, i) =>
    row.map((color, j) => rect(x + j * cell, y + i * cell, cell, cell, { fill: hex(color) })),
  );
  const body = element('g', { 'shape-rendering': 'crispEdges' }, ...cells);
  return labels ? [body, frame, ...drawLabels(panel, labels, x, y, cell)] : [body, frame];
}

function drawLabels(
  { colors }: Panel,
  labels: NonNullable<Panel['labels']>,
  x: number,
  y: number,
  cell: number,
): string[] {
  const size = fittingSize(labels.flat(), cell - 6, 6, Math.min(14, 0.45 * cell));
  return labels.flatMap((row, i) =>
    row.map((label, j) =>
      text(label, x + (j + 0.5) * cell, y + (i + 0.5) * cell, { size, fill: inkOn(colors[i]?.[j] as Rgb) }),
    ),
  );
}

const BAR = 14;
const STEPS = 64;

/** A bar that tells which colour stands for which number, `height` high; with the width it takes. */
export function drawColorBar(
  scale: ColorScale,
  range: Range,
  at: { x: number; y: number; height: number },
  label = '',
): { parts: string[]; width: number } {
  const { x, y, height } = at;
  const step = height / STEPS;
  const bar = Array.from({ length: STEPS }, (_, i) =>
    rect(x, y + i * step, BAR, step + 0.5, { fill: hex(scale(1 - (i + 0.5) / STEPS)) }),
  );
  const wanted = Math.max(3, Math.min(6, Math.floor(height / 36)));
  const some = ticksOf(range, wanted);
  const ticks = some.length < 3 ? ticksOf(range, 2 * wanted) : some;
  const marks = ticks.flatMap((tick) => {
    const middle = y + height * (1 - shareOf(tick, range));
    return [
      element('line', { x1: x + BAR, y1: middle, x2: x + BAR + 4, y2: middle, stroke: MUTED }),
      text(formatNumber(tick), x + BAR + 7, middle, { size: 11, anchor: 'start', fill: MUTED }),
    ];
  });
  const frame = rect(x, y, BAR, height, { fill: 'none', stroke: LINE });
  const widest = Math.max(...ticks.map((tick) => textWidth(formatNumber(tick), 11)));
  const beside = BAR + 7 + widest;
  const name =
    label === '' ? [] : [text(label, x + beside + 14, y + height / 2, { size: 12, fill: MUTED, upwards: true })];
  return { parts: [...bar, frame, ...marks, ...name], width: beside + (label === '' ? 0 : 24) };
}
