import { formatValue, ValueError } from '../base/errors';
import { checkKeys, isPlainObject } from '../base/options';
import { type Chart, type ChartLine, drawCharts } from './chart';
import { checkFlag, checkOneOf, checkText } from './checks';
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
  /** Logarithmic vertical axes, for numbers above 0. Default false. */
  logY?: boolean;
}

const WHO = 'history';
const VALIDATION = 'val_';

/** What one training recorded, and for which epochs, counted from 1. */
interface Run {
  /** Empty where there is only one. */
  readonly name: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly epochs: readonly number[] | undefined;
}

/** The runs by name, or the one. */
function runsOf(given: unknown): Run[] {
  const values = isPlainObject(given) && !isPlainObject(given['history']) ? Object.entries(given) : [];
  const isRun = (value: unknown): boolean =>
    isPlainObject(value) || isPlainObject((value as { history?: unknown } | null | undefined)?.history);
  const areRuns = values.length > 0 && values.every(([, value]) => isRun(value));
  if (!areRuns) return [runOf('', given)];
  if (values.length > LINE_COLORS.length) {
    const most = LINE_COLORS.length;
    throw new ValueError(
      `${WHO}: at most ${most} runs can be told apart. Received: ${values.length}. Draw two figures.`,
    );
  }
  return values.map(([name, run]) => runOf(name, run));
}

function runOf(name: string, given: unknown): Run {
  const inner = (given as { history?: unknown } | null | undefined)?.history;
  const record = isPlainObject(inner) ? inner : given;
  if (!isPlainObject(record) || Object.keys(record).length === 0) {
    const expected = 'expected what fit returns, or a record of lists by name, with an epoch at least';
    throw new ValueError(`${WHO}: ${expected}. Received: ${name && `${name}=`}${formatValue(record)}.`);
  }
  const epochs = (given as { epoch?: readonly number[] }).epoch;
  return { name, record, epochs: record === inner && epochs ? epochs.map((epoch) => epoch + 1) : undefined };
}

/**
 * The line of a metric; of one with a vector as result a line for each entry.
 *
 * @param place of the run among all, for its colour; of a single run training and validation have one each
 */
function linesOf({ name: run, record, epochs }: Run, place: number, key: string, logY: boolean): ChartLine[] {
  const isValidation = key.startsWith(VALIDATION);
  const given: unknown = record[key];
  const isVector = Array.isArray(given) && given.length > 0 && given.every(Array.isArray);
  const columns = isVector ? columnsOf(key, given as unknown[][]) : [given];
  return columns.map((column, entry) => {
    const values = listOf(WHO, key, column);
    const [least] = finiteRange(WHO, key, values);
    if (logY && least <= 0) throw new ValueError(`${WHO}: logY needs numbers above 0. Received: ${least} in ${key}.`);
    const count = epochs?.length === values.length ? epochs : values.map((_, i) => i + 1);
    const part = isValidation ? 'validation' : 'training';
    const name = run ? `${run}${isValidation ? ', validation' : ''}` : part;
    const color = run ? place + entry : (isVector ? 2 * entry : 0) + Number(isValidation);
    return {
      name: isVector ? `${name} [${entry}]` : name,
      points: values.map((value, i) => [count[i] as number, value]),
      color: LINE_COLORS[color % LINE_COLORS.length] as string,
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
 * Draws training curves: one chart for each metric, training and validation together, each entry of a vector. Several
 * runs are compared in the same charts, each in its colour.
 *
 * Numbers that are not finite leave gaps.
 *
 * @param given what `fit` returned, or `{ loss: [...], val_loss: [...] }`; or several of them by name,
 *   `{ adam: history, sgd: other }`.
 * @throws ValueError where nothing is recorded; for metrics that were not; for more than seven runs; for numbers that are
 *   not above 0 on logarithmic axes
 * @throws TypeError for unknown options
 * @example
 * const record = { loss: [0.9, 0.5, 0.4], val_loss: [0.8, 0.6, 0.5], accuracy: [0.6, 0.8, 0.9], val_accuracy: [0.6, 0.7, 0.8] };
 * const figure = history(record, { title: 'Training' });
 * console.log(figure.svg().includes('validation')); // true
 * @see https://keras.io/guides/training_with_built_in_methods/
 */
export function history(
  given: HistoryLike | Readonly<Record<string, HistoryLike>>,
  options: HistoryOptions = {},
): Figure {
  checkKeys(WHO, options, ['title', 'metrics', 'logY']);
  checkText(WHO, 'title', options.title);
  checkFlag(WHO, 'logY', options.logY);
  const { logY = false } = options;
  const runs = runsOf(given);
  const keys = [...new Set(runs.flatMap(({ record }) => Object.keys(record)))];
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
      logY,
      lines: runs.flatMap((run, place) =>
        [metric, VALIDATION + metric]
          .filter((key) => Object.hasOwn(run.record, key))
          .flatMap((key) => linesOf(run, place, key, logY)),
      ),
    }),
  );
  return new Figure(WHO, drawCharts(WHO, charts, options.title, 2));
}
