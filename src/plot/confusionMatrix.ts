import { formatValue, ValueError } from '../base/errors';
import { checkKeys, isPlainObject } from '../base/options';
import { drawMatrix } from './axes';
import { checkLabels, checkOneOf, checkText } from './checks';
import { COLORMAP_NAMES, type Colormap, colorScale } from './colors';
import { blockOf, matrixOf, type Numbers, rowsOf, wrongShape } from './data';
import { Figure } from './figure';
import { paint, type Range } from './panel';

/** Options of `confusionMatrix`. */
export interface ConfusionMatrixOptions {
  title?: string;
  /** Names of the classes. Default: their numbers. */
  labels?: readonly (string | number)[];
  /**
   * Writes shares instead of counts, and takes them for the colours: of the `'true'` class (as `true` does), of the
   * predicted class (`'pred'`) or of `'all'`. Default false.
   */
  normalize?: boolean | Whole;
  /** Default 'Blues'. */
  colormap?: Colormap;
}

/** What shares are shares of, as in scikit-learn. */
type Whole = 'true' | 'pred' | 'all';

const WHO = 'confusionMatrix';
const KEYS = ['title', 'labels', 'normalize', 'colormap'] as const;
const MOST_CLASSES = 1000;
const MOST_LABELLED = 30;

function checkCounts(counts: readonly (readonly number[])[]): void {
  const [rows, columns] = [counts.length, counts[0]?.length ?? 0];
  if (rows !== columns) {
    const received = `${rows} rows and ${columns} columns`;
    throw new ValueError(`${WHO}: counts must be square, a row for each true class. Received: ${received}.`);
  }
  const wrong = counts.flat().find((count) => !(Number.isInteger(count) && count >= 0));
  if (wrong === undefined) return;
  throw new ValueError(`${WHO}: counts must hold whole numbers of at least 0. Received: ${formatValue(wrong)}.`);
}

/** Counts of each pair of a true class and a predicted one. */
function countsOf(yTrue: readonly number[], yPred: readonly number[], classes: number | undefined): number[][] {
  if (yTrue.length !== yPred.length) {
    const received = `${yTrue.length} and ${yPred.length}`;
    throw new ValueError(`${WHO}: yTrue and yPred must be as long as each other. Received: ${received} numbers.`);
  }
  const most = classes ?? MOST_CLASSES;
  for (const [name, list] of Object.entries({ yTrue, yPred })) {
    const wrong = list.find((label) => !(Number.isInteger(label) && label >= 0 && label < most));
    if (wrong === undefined) continue;
    const expected = `${name} must hold class numbers from 0 to ${most - 1}`;
    throw new ValueError(`${WHO}: ${expected}. Received: ${wrong}. For probabilities, give their argMax.`);
  }
  const size = classes ?? 1 + [...yTrue, ...yPred].reduce((a, b) => Math.max(a, b), 0);
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  yTrue.forEach((label, i) => {
    const row = counts[label] as number[];
    const predicted = yPred[i] as number;
    row[predicted] = (row[predicted] as number) + 1;
  });
  return counts;
}

/** Class numbers, (n,) or (n, 1); or of rows of probabilities, or with a single 1, the places of the greatest. */
function classesOf(name: string, given: unknown): readonly number[] {
  const block = blockOf(WHO, name, given);
  if (block.shape.length === 1 || (block.shape.length === 2 && block.shape[1] === 1)) return block.data;
  if (block.shape.length !== 2) throw wrongShape(WHO, name, '(n,) or (n, classes)', block.shape);
  return rowsOf(block.data, block.shape[1] as number).map((row) => {
    if (row.every(Number.isFinite)) return row.indexOf(Math.max(...row));
    throw new ValueError(`${WHO}: ${name} must hold finite numbers. Received: ${formatValue(row)}.`);
  });
}

/** Counts divided by those of their row, their column, or all. */
function sharesOf(counts: readonly (readonly number[])[], whole: Whole): number[][] {
  const columns = counts.map((_, j) => sum(counts.map((row) => row[j] as number)));
  const all = sum(counts.map(sum));
  return counts.map((row) =>
    row.map((count, j) => count / Math.max(1, { true: sum(row), pred: columns[j] as number, all }[whole])),
  );
}

const LABELS: Readonly<Record<Whole, string>> = {
  true: 'share of the true class',
  pred: 'share of the predicted class',
  all: 'share of all',
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * Draws how often each true class (rows) was taken for each class (columns).
 *
 * The colour is the share of the true class, so that rare classes are seen as well.
 *
 * @param counts a square matrix, or the true class numbers (n,), followed by the predicted ones (n,); both may also be
 *   given as probabilities or one-hot, (n, classes).
 * @throws ValueError for what is not square, counts below 0, labels that are no class numbers
 * @throws TypeError for unknown options
 * @example
 * const figure = confusionMatrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 1], { labels: ['cat', 'dog'] });
 * console.log(figure.svg().includes('4 of 5 right')); // true
 */
export function confusionMatrix(counts: Numbers, options?: ConfusionMatrixOptions): Figure;
export function confusionMatrix(yTrue: Numbers, yPred: Numbers, options?: ConfusionMatrixOptions): Figure;
export function confusionMatrix(
  first: Numbers,
  second: Numbers | ConfusionMatrixOptions = {},
  third: ConfusionMatrixOptions = {},
): Figure {
  const hasCounts = isPlainObject(second) && !('value' in second);
  const options = hasCounts ? (second as ConfusionMatrixOptions) : third;
  checkKeys(WHO, options, KEYS);
  checkText(WHO, 'title', options.title);
  checkOneOf(WHO, 'normalize', options.normalize, [true, false, 'true', 'pred', 'all']);
  checkOneOf(WHO, 'colormap', options.colormap, COLORMAP_NAMES);
  const classes = Array.isArray(options.labels) ? options.labels.length : undefined;
  const counts = hasCounts
    ? matrixOf(WHO, 'counts', first)
    : countsOf(classesOf('yTrue', first), classesOf('yPred', second), classes);
  checkCounts(counts);
  checkLabels(WHO, 'labels', options.labels, counts.length, 'class');
  const { title, labels, normalize = false, colormap = 'Blues' } = options;
  const whole = typeof normalize === 'string' ? normalize : 'true';
  const shares = sharesOf(counts, whole);
  // Of all classes together even the largest share is small.
  const range: Range = [0, whole === 'all' ? Math.max(...shares.flat()) || 1 : 1];
  const scale = colorScale(WHO, colormap);
  const write = (count: number, share: number): string => (normalize ? share.toFixed(2) : String(count));
  const texts = counts.map((row, i) => row.map((count, j) => write(count, shares[i]?.[j] as number)));
  const [right, all] = [sum(counts.map((row, i) => row[i] as number)), sum(counts.map(sum))];
  const svg = drawMatrix({
    who: WHO,
    panel: { colors: paint(shares, range, scale), labels: counts.length <= MOST_LABELLED ? texts : undefined },
    title: title ?? 'Confusion matrix',
    subtitle: `${right} of ${all} right, accuracy ${(right / Math.max(1, all)).toFixed(4)}`,
    xLabel: 'predicted class',
    yLabel: 'true class',
    rowNames: labels,
    columnNames: labels,
    bar: { scale, range, label: LABELS[whole] },
  });
  return new Figure(WHO, svg);
}
