import { formatValue, ValueError } from '../base/errors';
import { checkKeys, isPlainObject } from '../base/options';
import { type Chart, drawCharts } from './chart';
import { checkFlag, checkRange, checkText } from './checks';
import { LINE_COLORS } from './colors';
import { finiteRange, listOf, type Numbers } from './data';
import { Figure } from './figure';

/** Options of `curves`. */
export interface CurvesOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** Where the points are; default 0, 1, 2 ... */
  x?: Numbers;
  /** Logarithmic axes. Default false. */
  logX?: boolean;
  logY?: boolean;
  /** Ends of the vertical axis. Default: round numbers around the values. */
  yRange?: readonly [number, number];
}

const WHO = 'curves';
const KEYS = ['title', 'xLabel', 'yLabel', 'x', 'logX', 'logY', 'yRange'] as const;

function checkOptions(options: CurvesOptions): void {
  checkKeys(WHO, options, KEYS);
  for (const name of ['title', 'xLabel', 'yLabel'] as const) checkText(WHO, name, options[name]);
  for (const name of ['logX', 'logY'] as const) checkFlag(WHO, name, options[name]);
  checkRange(WHO, 'yRange', options.yRange);
}

/**
 * Draws lines by name, such as accuracy against the number of samples.
 *
 * Each line is (n,), one number for each of `x`. NaN and infinities leave gaps.
 *
 * @throws ValueError for no lines, more than seven, lines of other lengths than `x`, numbers below 0 on a logarithmic axis
 * @throws TypeError for unknown options
 * @example
 * const x = [10, 50, 250];
 * const figure = curves({ transfer: [0.7, 0.8, 0.9], scratch: [0.4, 0.7, 0.9] }, { x, xLabel: 'samples', logX: true });
 * console.log(figure.svg().includes('scratch')); // true
 */
export function curves(lines: Readonly<Record<string, Numbers>>, options: CurvesOptions = {}): Figure {
  checkOptions(options);
  if (!isPlainObject(lines) || Object.keys(lines).length === 0) {
    throw new ValueError(`${WHO}: lines must be a record of lists, by name. Received: lines=${formatValue(lines)}.`);
  }
  const names = Object.keys(lines);
  if (names.length > LINE_COLORS.length) {
    const most = LINE_COLORS.length;
    throw new ValueError(
      `${WHO}: at most ${most} lines can be told apart. Received: ${names.length}. Draw two figures.`,
    );
  }
  const values = names.map((name) => listOf(WHO, name, lines[name]));
  const x = options.x === undefined ? (values[0] ?? []).map((_, i) => i) : listOf(WHO, 'x', options.x);
  checkPoints(names, values, x, options);
  const chart: Chart = {
    xLabel: options.xLabel ?? '',
    yLabel: options.yLabel ?? (names.length === 1 ? (names[0] as string) : ''),
    logX: options.logX,
    logY: options.logY,
    yRange: options.yRange,
    wholeX: options.x === undefined,
    lines: names.map((name, i) => ({
      name,
      points: x.map((at, k) => [at, (values[i] as readonly number[])[k] as number] as const),
      color: LINE_COLORS[i] as string,
    })),
  };
  return new Figure(WHO, drawCharts(WHO, [chart], options.title));
}

function checkPoints(
  names: readonly string[],
  values: readonly (readonly number[])[],
  x: readonly number[],
  { logX, logY }: CurvesOptions,
): void {
  if (!x.every(Number.isFinite))
    throw new ValueError(`${WHO}: x must hold finite numbers. Received: x=${formatValue(x)}.`);
  const odd = names.findIndex((_, i) => values[i]?.length !== x.length);
  if (odd >= 0) {
    const received = `${values[odd]?.length} numbers in '${names[odd]}', ${x.length} in x`;
    throw new ValueError(`${WHO}: each line must have one number for each x. Received: ${received}.`);
  }
  const all = finiteRange(WHO, 'lines', values.flat());
  for (const [name, isLog, least] of [
    ['logX', logX, Math.min(...x)],
    ['logY', logY, all[0]],
  ] as const) {
    if (!isLog || least > 0) continue;
    throw new ValueError(`${WHO}: ${name} needs numbers above 0. Received: ${least}.`);
  }
}
