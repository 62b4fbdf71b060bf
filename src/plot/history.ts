import { formatValue, ValueError } from '../base/errors';
import { checkKeys, isPlainObject } from '../base/options';
import { type Chart, type ChartLine, drawCharts } from './chart';
import { checkOneOf, checkText } from './checks';
import { LINE_COLORS } from './colors';
import { finiteRange, listOf } from './data';
import { Figure } from './figure';

/** Numbers by name, epoch after epoch; of a metric with a vector as result lists of them. */
type RecordLike = Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
/** What `fit` returns, or its record. */
export type HistoryLike = { readonly history: RecordLike; readonly epoch?: readonly number[] } | RecordLike;

/** Options of `history`. */
export interface HistoryOptions {
  title?: string;
  /** Which to draw, without `val_`: `['loss', 'accuracy']`. Default all. */
  metrics?: readonly string[];
}

const WHO = 'history';
const VALIDATION = 'val_';

/** What is recorded, and for which epochs, counted from 1. */
function recordOf(given: HistoryLike): { record: Record<string, unknown>; epochs: readonly number[] | undefined } {
  const inner = (given as { history?: unknown } | null | undefined)?.history;
  const record = isPlainObject(inner) ? inner : given;
  if (!isPlainObject(record) || Object.keys(record).length === 0) {
    const expected = 'expected what fit returns, or a record of lists by name, with an epoch at least';
    throw new ValueError(`${WHO}: ${expected}. Received: ${formatValue(record)}.`);
  }
  const epochs = (given as { epoch?: readonly number[] }).epoch;
  return { record, epochs: record === inner && epochs ? epochs.map((epoch) => epoch + 1) : undefined };
}

/** The line of a metric; of one with a vector as result a line for each entry. */
function linesOf(record: Record<string, unknown>, key: string, epochs: readonly number[] | undefined): ChartLine[] {
  const isValidation = key.startsWith(VALIDATION);
  const given: unknown = record[key];
  const isVector = Array.isArray(given) && given.length > 0 && given.every(Array.isArray);
  const columns = isVector ? columnsOf(key, given as unknown[][]) : [given];
  return columns.map((column, entry) => {
    const values = listOf(WHO, key, column);
    finiteRange(WHO, key, values);
    const count = epochs?.length === values.length ? epochs : values.map((_, i) => i + 1);
    const name = isValidation ? 'validation' : 'training';
    const place = (isVector ? 2 * entry : 0) + Number(isValidation);
    return {
      name: isVector ? `${name} [${entry}]` : name,
      points: values.map((value, i) => [count[i] as number, value]),
      color: LINE_COLORS[place % LINE_COLORS.length] as string,
      dashed: isValidation,
    };
  });
}

/** Entries of vectors over the epochs. */
function columnsOf(key: string, rows: readonly (readonly unknown[])[]): unknown[][] {
  const length = rows[0]?.length ?? 0;
  if (length === 0 || rows.some((row) => row.length !== length)) {
    const expected = 'the vectors of a metric must be of one length, one entry at least';
    throw new ValueError(`${WHO}: ${expected}. Received: ${key}=${formatValue(rows)}.`);
  }
  return Array.from({ length }, (_, entry) => rows.map((row) => row[entry]));
}

/**
 * Draws training curves: one chart for each metric, training and validation together, each entry of a vector.
 *
 * Numbers that are not finite leave gaps.
 *
 * @param given what `fit` returned, or `{ loss: [...], val_loss: [...] }`.
 * @throws ValueError where nothing is recorded; for metrics that were not
 * @throws TypeError for unknown options
 * @example
 * const record = { loss: [0.9, 0.5, 0.4], val_loss: [0.8, 0.6, 0.5], accuracy: [0.6, 0.8, 0.9], val_accuracy: [0.6, 0.7, 0.8] };
 * const figure = history(record, { title: 'Training' });
 * console.log(figure.svg().includes('validation')); // true
 * @see https://keras.io/guides/training_with_built_in_methods/
 */
export function history(given: HistoryLike, options: HistoryOptions = {}): Figure {
  checkKeys(WHO, options, ['title', 'metrics']);
  checkText(WHO, 'title', options.title);
  const { record, epochs } = recordOf(given);
  const keys = Object.keys(record);
  const known = [...new Set(keys.map((key) => (key.startsWith(VALIDATION) ? key.slice(VALIDATION.length) : key)))];
  const wanted = options.metrics ?? known;
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new ValueError(`${WHO}: metrics must be a list of names. Received: metrics=${formatValue(wanted)}.`);
  }
  for (const metric of wanted) checkOneOf(WHO, 'metric', metric, known);
  const charts = wanted.map(
    (metric: string): Chart => ({
      title: metric,
      xLabel: 'epoch',
      yLabel: metric,
      wholeX: true,
      lines: [metric, VALIDATION + metric]
        .filter((key) => keys.includes(key))
        .flatMap((key) => linesOf(record, key, epochs)),
    }),
  );
  return new Figure(WHO, drawCharts(WHO, charts, options.title, 2));
}
