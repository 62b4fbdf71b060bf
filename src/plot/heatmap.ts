import { ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { drawMatrix } from './axes';
import { checkFlag, checkLabels, checkOneOf, checkRange, checkText } from './checks';
import { COLORMAP_NAMES, type Colormap, colorScale } from './colors';
import { finiteRange, matrixOf, type Numbers } from './data';
import { Figure } from './figure';
import { formatNumber } from './numbers';
import { paint } from './panel';

/** Options of `heatmap`. */
export interface HeatmapOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** Names of the rows and of the columns. Default: their numbers. */
  rows?: readonly (string | number)[];
  columns?: readonly (string | number)[];
  /** Default 'viridis'. */
  colormap?: Colormap;
  /** Numbers that get the first and the last colour. Default: the extremes; for 'coolwarm' and 'RdBu' around 0. */
  range?: readonly [number, number];
  /** Writes each number in its cell. Default: up to 12 rows and columns. */
  values?: boolean;
  /** A bar that explains the colours. Default true. */
  colorbar?: boolean;
  /** What the numbers are, beside the bar. */
  label?: string;
}

const WHO = 'heatmap';
const KEYS = [
  'title',
  'xLabel',
  'yLabel',
  'rows',
  'columns',
  'colormap',
  'range',
  'values',
  'colorbar',
  'label',
] as const;
const MOST_LABELLED = 12;
const LARGEST = 4096;

function checkOptions(options: HeatmapOptions, rows: number, columns: number): void {
  for (const name of ['title', 'xLabel', 'yLabel', 'label'] as const) checkText(WHO, name, options[name]);
  for (const name of ['values', 'colorbar'] as const) checkFlag(WHO, name, options[name]);
  checkLabels(WHO, 'rows', options.rows, rows, 'row');
  checkLabels(WHO, 'columns', options.columns, columns, 'column');
  checkOneOf(WHO, 'colormap', options.colormap, COLORMAP_NAMES);
  checkRange(WHO, 'range', options.range);
  if (Math.max(rows, columns) <= LARGEST) return;
  throw new ValueError(`${WHO}: at most ${LARGEST} rows and columns can be drawn. Received: ${rows} and ${columns}.`);
}

/**
 * Draws a matrix (rows, columns) in colours, with axes.
 *
 * NaN is drawn orange, infinities in the colours of the ends.
 *
 * @throws ValueError for what is no matrix, or holds no finite number
 * @throws TypeError for unknown options
 * @example
 * const figure = heatmap([[1, 2, 1], [2, 4, 2], [1, 2, 1]], { title: 'Windows that see a pixel' });
 * console.log(figure.svg().includes('>4<')); // true
 */
export function heatmap(matrix: Numbers, options: HeatmapOptions = {}): Figure {
  checkKeys(WHO, options, KEYS);
  const values = matrixOf(WHO, 'matrix', matrix);
  const [rows, columns] = [values.length, values[0]?.length ?? 0];
  checkOptions(options, rows, columns);
  const { title, xLabel, yLabel, colormap = 'viridis', colorbar = true } = options;
  const extremes = finiteRange(WHO, 'matrix', values.flat());
  const range = options.range ?? (colormap === 'coolwarm' || colormap === 'RdBu' ? aroundZero(extremes) : extremes);
  const scale = colorScale(WHO, colormap);
  const labelled = options.values ?? Math.max(rows, columns) <= MOST_LABELLED;
  const labels = labelled ? values.map((row) => row.map((value) => formatNumber(value))) : undefined;
  const bar = colorbar ? { bar: { scale, range, label: options.label ?? '' } } : {};
  const panel = { colors: paint(values, range, scale), labels };
  const names = { rowNames: options.rows, columnNames: options.columns };
  return new Figure(WHO, drawMatrix({ who: WHO, panel, title, xLabel, yLabel, ...names, ...bar }));
}

/** The range that holds another and has 0 in its middle. */
export function aroundZero([least, greatest]: readonly [number, number]): [number, number] {
  const most = Math.max(Math.abs(least), Math.abs(greatest));
  return most === 0 ? [-1, 1] : [-most, most];
}
