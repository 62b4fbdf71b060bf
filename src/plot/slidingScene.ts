import type { Axis } from '../reference/axis';
import { reach } from '../reference/axis';
import { hex, type Rgb } from './colors';
import { type Matrix, rangeOf, shareOf } from './data';
import { fittingSize } from './font';
import { formatNumber } from './numbers';
import { type Slide, SUM_SIZE, sumLines } from './slidingSum';
import { MUTED, rect, svgDocument, text } from './svg';

/** Everything that is the same in all frames. */
export interface SceneParts {
  readonly title: string;
  readonly subtitle: string;
  readonly input: Matrix;
  /** What stands in the cells of the input. */
  readonly labels: readonly (readonly string[])[];
  readonly kernel: Matrix;
  readonly output: Matrix;
  readonly rows: Axis;
  readonly columns: Axis;
}

export interface Scene extends SceneParts {
  readonly cell: number;
  readonly width: number;
  /** Middle height of the three matrices, and where the sum begins. */
  readonly middle: number;
  readonly below: number;
  /** Most lines that a sum takes. */
  readonly lines: number;
  readonly inputX: number;
  readonly kernelX: number;
  readonly outputX: number;
}

const MARGIN = 20;
const TOP = 92;
const BETWEEN = 56;
/** Room for the name of a narrow matrix. */
const HEADER = 120;
const LARGEST_CELL = 42;
const LEAST_CELL = 14;
const LEAST_WITH_NUMBERS = 22;
const ROOM = 460;
const LINE_HEIGHT = 20;
const PALE: Readonly<Record<'input' | 'kernel' | 'output', readonly [Rgb, Rgb]>> = {
  input: [
    [240, 247, 252],
    [134, 190, 226],
  ],
  kernel: [
    [255, 246, 224],
    [247, 190, 84],
  ],
  output: [
    [232, 247, 240],
    [108, 200, 164],
  ],
};
const WINDOW = '#d55e00';
const DONE = '#00734f';
const ZERO = { fill: '#ffffff', stroke: '#9a9a9a', 'stroke-dasharray': '3 3' };
const UNDER_KERNEL = { fill: '#f7c860', 'fill-opacity': 0.8 };

/** What is drawn in two goes, so that squares never cover numbers. */
interface Layers {
  readonly squares: readonly string[];
  readonly numbers: readonly string[];
}

/** Lays out input, kernel and output beside each other. */
export function sceneOf(parts: SceneParts, slides: readonly Slide[]): Scene {
  const { rows, columns, kernel, output } = parts;
  const high = rows.before + rows.input + rows.after;
  const wide = columns.before + columns.input + columns.after;
  const cell = Math.max(LEAST_CELL, Math.min(LARGEST_CELL, Math.floor(ROOM / Math.max(high, wide))));
  const room = (across: number): number => Math.max(HEADER, across * cell);
  const [inputWide, kernelWide, outputWide] = [room(wide), room(columns.kernel), room(columns.output)];
  const tallest = Math.max(high, kernel.length, output.length) * cell;
  const kernelX = MARGIN + inputWide + BETWEEN;
  const outputX = kernelX + kernelWide + BETWEEN;
  const width = outputX + outputWide + MARGIN;
  return {
    ...parts,
    cell,
    width,
    lines: Math.max(...slides.map((slide) => sumLines(width - 2 * MARGIN, slide).length)),
    middle: TOP + tallest / 2,
    below: TOP + tallest + 28,
    inputX: MARGIN + (inputWide - wide * cell) / 2,
    kernelX: kernelX + (kernelWide - columns.kernel * cell) / 2,
    outputX: outputX + (outputWide - columns.output * cell) / 2,
  };
}

function tint(value: number, all: Matrix, [from, to]: readonly [Rgb, Rgb]): string {
  const share = shareOf(value, rangeOf(all.flat()) as [number, number]);
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return hex([mix(0), mix(1), mix(2)]);
}

/** Font size for what stands in the cells of a matrix. */
function sizeFor(labels: readonly (readonly string[])[], cell: number): number {
  return fittingSize(labels.flat(), cell - 6, 6, 0.36 * cell);
}

/** Numbers as texts. */
export function written(matrix: Matrix): string[][] {
  return matrix.map((row) => row.map((value) => formatNumber(value)));
}

/** A text in the middle of its cell, where that is large enough. */
function inCell(label: string, x: number, y: number, cell: number, size: number, fill = '#000000'): string {
  return cell < LEAST_WITH_NUMBERS ? '' : text(label, x + cell / 2, y + cell / 2, { size, fill });
}

const sizeName = (rows: number, columns: number): string => `${rows} × ${columns}`;

function header(name: string, size: string, x: number, width: number, top: number): string[] {
  const middle = x + width / 2;
  return [text(name, middle, top - 30, { size: 13, bold: true }), text(size, middle, top - 13, { fill: MUTED })];
}

/** The squares of the input with its zeros, and the numbers in them. */
function drawInput({ input, labels, rows, columns, cell, inputX, middle }: Scene): Layers {
  const [high, wide] = [rows.before + rows.input + rows.after, columns.before + columns.input + columns.after];
  const top = middle - (high * cell) / 2;
  const size = sizeFor(labels, cell);
  const [zeros, squares, numbers]: [string[], string[], string[]] = [[], [], []];
  for (let i = 0; i < high; i++) {
    for (let j = 0; j < wide; j++) {
      const value = input[i - rows.before]?.[j - columns.before];
      const [x, y] = [inputX + j * cell, top + i * cell];
      if (value === undefined) zeros.push(rect(x, y, cell, cell, ZERO));
      else squares.push(rect(x, y, cell, cell, { fill: tint(value, input, PALE.input), stroke: '#8fb0c6' }));
      const fill = value === undefined ? MUTED : '#000000';
      const label = labels[i - rows.before]?.[j - columns.before] ?? '0';
      numbers.push(inCell(label, x, y, cell, size, fill));
    }
  }
  const more = high > rows.input || wide > columns.input ? `, with zeros ${sizeName(high, wide)}` : '';
  const name = header('input', sizeName(rows.input, columns.input) + more, inputX, wide * cell, top);
  return { squares: [...zeros, ...squares], numbers: [...numbers, ...name] };
}

function drawKernel({ kernel, rows, columns, cell, kernelX, middle }: Scene): string[] {
  const top = middle - (kernel.length * cell) / 2;
  const size = sizeFor(written(kernel), cell);
  const cells = kernel.flatMap((row, a) =>
    row.map((weight, b) => {
      const [x, y] = [kernelX + b * cell, top + a * cell];
      const fill = tint(weight, kernel, PALE.kernel);
      return rect(x, y, cell, cell, { fill, stroke: '#c79a3c' }) + inCell(formatNumber(weight), x, y, cell, size);
    }),
  );
  const [high, wide] = [reach(rows.kernel, rows.dilation), reach(columns.kernel, columns.dilation)];
  const over = high > rows.kernel || wide > columns.kernel ? `, over ${sizeName(high, wide)}` : '';
  return [
    ...cells,
    ...header('kernel', sizeName(rows.kernel, columns.kernel) + over, kernelX, columns.kernel * cell, top),
  ];
}

/** The pixels under the kernel, and the weights that meet them. */
function drawWindow({ kernel, rows, columns, cell, inputX, middle }: Scene, { i, j }: Slide): Layers {
  const top = middle - ((rows.before + rows.input + rows.after) * cell) / 2;
  const [y0, x0] = [top + i * rows.stride * cell, inputX + j * columns.stride * cell];
  const size = fittingSize(
    kernel.flat().map((weight) => formatNumber(weight)),
    0.5 * cell,
    5,
    0.24 * cell,
  );
  const style = { size, anchor: 'end', fill: '#8a3b00', bold: true } as const;
  const taps = kernel.flatMap((row, a) =>
    row.map((weight, b) => ({ weight, x: x0 + b * columns.dilation * cell, y: y0 + a * rows.dilation * cell })),
  );
  const weights =
    cell < LEAST_WITH_NUMBERS
      ? []
      : taps.map(({ weight, x, y }) => text(formatNumber(weight), x + cell - 4, y + cell - 3 - size / 2, style));
  const [wide, high] = [reach(columns.kernel, columns.dilation) * cell, reach(rows.kernel, rows.dilation) * cell];
  const frame = rect(x0, y0, wide, high, { fill: 'none', stroke: WINDOW, 'stroke-width': 3 });
  return { squares: taps.map(({ x, y }) => rect(x, y, cell, cell, UNDER_KERNEL)), numbers: [...weights, frame] };
}

function drawOutput({ output, rows, columns, cell, outputX, middle }: Scene, slide: Slide): string[] {
  const top = middle - (rows.output * cell) / 2;
  const size = sizeFor(written(output), cell);
  const cells = output.flatMap((row, i) =>
    row.map((value, j) => {
      const [x, y] = [outputX + j * cell, top + i * cell];
      const known = i < slide.i || (i === slide.i && j <= slide.j);
      if (!known) return rect(x, y, cell, cell, { fill: '#ffffff', stroke: '#b9cfc5' });
      const fill = tint(value, output, PALE.output);
      return rect(x, y, cell, cell, { fill, stroke: '#7fb8a0' }) + inCell(formatNumber(value), x, y, cell, size);
    }),
  );
  const [x, y] = [outputX + slide.j * cell, top + slide.i * cell];
  const current = rect(x, y, cell, cell, { fill: 'none', stroke: DONE, 'stroke-width': 3 });
  return [
    ...cells,
    current,
    ...header('output', sizeName(rows.output, columns.output), outputX, columns.output * cell, top),
  ];
}

/** The picture of one position. */
export function drawFrame(scene: Scene, slide: Slide): string {
  const { title, subtitle, width, middle, below, kernelX, outputX, columns, cell, lines } = scene;
  const input = drawInput(scene);
  const window = drawWindow(scene, slide);
  const sign = (content: string, x: number, across: number): string =>
    text(content, Math.min(x, x + (across * cell - HEADER) / 2) - BETWEEN / 2, middle, { size: 26, fill: MUTED });
  return svgDocument(width, below + (lines + 0.5) * LINE_HEIGHT + 8, title, [
    text(title, width / 2, 22, { size: 15, bold: true }),
    text(subtitle, width / 2, 43, { fill: MUTED }),
    ...[...input.squares, ...window.squares, ...input.numbers, ...window.numbers],
    sign('∗', kernelX, columns.kernel),
    ...drawKernel(scene),
    sign('=', outputX, columns.output),
    ...drawOutput(scene, slide),
    text(`row ${slide.i}, column ${slide.j}`, width / 2, below, { fill: DONE, bold: true }),
    ...sumLines(width - 2 * MARGIN, slide).map((line, k) =>
      text(line, width / 2, below + (k + 1) * LINE_HEIGHT, { size: SUM_SIZE }),
    ),
  ]);
}
