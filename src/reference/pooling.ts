import { type Axis, inputAt } from './axis';
import { windowsOf } from './conv2d';
import { show, valueError } from './errors';
import { checkOptions, type Padding2d, type PerAxis, positivePair } from './options';
import {
  at2,
  at4,
  build2,
  build4,
  IMAGES,
  MATRIX,
  type Rank2,
  type Rank4,
  type Shape2,
  type Shape4,
  shapeOf,
} from './shapes';

export interface Pool2dOptions {
  /** Rows and columns of a window. Default 2. */
  poolSize?: PerAxis;
  /** Default poolSize: windows side by side. */
  strides?: PerAxis;
  /** Default 'valid'. Padded cells are never seen. */
  padding?: Padding2d;
}

/**
 * The largest value in every window, as Keras's MaxPooling2D.
 *
 * y[n][i][j][c] = max of x[n][row][column][c] over the pixels (row, column) of window (i, j).
 *
 * x (batch, height, width, channels) -> y (batch, new height, new width, channels); or both without batch and channels.
 * Throws a ValueError for bad options or windows larger than the padded image.
 *
 * @example
 * maxPool2d([[1, 3, 2, 1], [4, 2, 6, 4]], { poolSize: 2 }); // [[4, 6]]
 */
export function maxPool2d(x: Rank2, options?: Pool2dOptions): number[][];
export function maxPool2d(x: Rank4, options?: Pool2dOptions): number[][][][];
export function maxPool2d(x: Rank2 | Rank4, options: Pool2dOptions = {}): number[][] | number[][][][] {
  return pool2d('maxPool2d', x, options, (window) => Math.max(...window));
}

/**
 * The mean of every window, as Keras's AveragePooling2D: padded cells do not count.
 *
 * y[n][i][j][c] = mean of x[n][row][column][c] over the pixels (row, column) of window (i, j) inside the image.
 *
 * x (batch, height, width, channels) -> y (batch, new height, new width, channels); or both without batch and channels.
 * Throws a ValueError for bad options or windows larger than the padded image.
 *
 * @example
 * averagePool2d([[1, 3, 2, 1], [4, 2, 6, 4]], { poolSize: 2 }); // [[2.5, 3.25]]
 */
export function averagePool2d(x: Rank2, options?: Pool2dOptions): number[][];
export function averagePool2d(x: Rank4, options?: Pool2dOptions): number[][][][];
export function averagePool2d(x: Rank2 | Rank4, options: Pool2dOptions = {}): number[][] | number[][][][] {
  return pool2d('averagePool2d', x, options, (window) => window.reduce((sum, value) => sum + value, 0) / window.length);
}

type Summary = (window: readonly number[]) => number;

function pool2d(who: string, x: Rank2 | Rank4, options: Pool2dOptions, summary: Summary): number[][] | number[][][][] {
  checkOptions(who, options, ['poolSize', 'strides', 'padding']);
  if (isMatrix(x)) {
    const [H, W] = shapeOf<Shape2>(who, 'x', x, MATRIX);
    const { rows, columns } = poolWindows(who, [H, W], options);
    return build2([rows.output, columns.output], (i, j) =>
      summary(seen(rows, columns, i, j, (row, column) => at2(x, row, column))),
    );
  }
  const [N, H, W, C] = shapeOf<Shape4>(who, 'x', x, IMAGES);
  const { rows, columns } = poolWindows(who, [H, W], options);
  return build4([N, rows.output, columns.output, C], (n, i, j, c) =>
    summary(seen(rows, columns, i, j, (row, column) => at4(x, n, row, column, c))),
  );
}

function isMatrix(x: Rank2 | Rank4): x is Rank2 {
  return Array.isArray(x) && Array.isArray(x[0]) && !Array.isArray(x[0][0]);
}

function poolWindows(who: string, size: Shape2, options: Pool2dOptions): { rows: Axis; columns: Axis } {
  const poolSize = positivePair(who, 'poolSize', options.poolSize ?? 2);
  const padding = options.padding ?? 'valid';
  const windows = windowsOf(who, size, poolSize, { strides: options.strides ?? poolSize, padding });
  for (const { before, after, kernel } of [windows.rows, windows.columns]) {
    if (before < kernel && after < kernel) continue;
    const received = `padding=${show(padding)}, poolSize=${show(poolSize)}`;
    throw valueError(who, 'padding must be smaller than poolSize, or a window would see no pixel', received);
  }
  return windows;
}

/** The pixels inside the image that window (i, j) sees. */
function seen(rows: Axis, columns: Axis, i: number, j: number, at: (row: number, column: number) => number): number[] {
  const window: number[] = [];
  for (let a = 0; a < rows.kernel; a++) {
    for (let b = 0; b < columns.kernel; b++) {
      const row = inputAt(rows, i, a);
      const column = inputAt(columns, j, b);
      const inside = row >= 0 && row < rows.input && column >= 0 && column < columns.input;
      if (inside) window.push(at(row, column));
    }
  }
  return window;
}
