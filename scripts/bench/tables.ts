/** What was measured, as Markdown. */
import type { ContenderName } from './options';
import { formatSpread, median, spreadOf } from './statistics';
import { WORKS, type WorkName } from './works';

export const MEASURES = {
  fit: 'fit, milliseconds per step',
  evaluate: 'evaluate, milliseconds per step',
  predict: 'predict, milliseconds per step',
  firstBatch: 'process start to first trained batch, seconds',
  memory: 'peak memory, megabytes',
} as const;
export type MeasureName = keyof typeof MEASURES;

/** Values of one contender at one work, of all rounds; smaller is better in all of them. */
export type Samples = Record<MeasureName, number[]>;
/** All that was measured. */
export type Measured = Partial<Record<WorkName, Partial<Record<ContenderName, Samples>>>>;

const OURS = 'keras-ts';
export const NAMES: Readonly<Record<ContenderName, string>> = {
  'keras-ts': 'keras-ts',
  keras: 'Keras',
  'tf.layers': 'tf.layers',
  torch: 'PyTorch',
};

export function table(header: readonly unknown[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/**
 * How many times better ours is than another: the median of the ratios turn by turn, because what slows a machine down
 * slows down both; where one of them failed, the ratio of medians. `undefined` where one is missing.
 */
export function ratio(
  measured: Measured,
  measure: MeasureName,
  work: WorkName,
  other: ContenderName,
): number | undefined {
  const [ours, theirs] = [OURS, other].map((name) => measured[work]?.[name as ContenderName]?.[measure] ?? []) as [
    number[],
    number[],
  ];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  if (ours.length !== theirs.length) return median(theirs) / median(ours);
  return median(theirs.map((value, turn) => value / (ours[turn] as number)));
}

const times = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(2)}x`);

/** One measure: a row for each work, medians with their extremes, and ratios. */
export function measureTable(measured: Measured, measure: MeasureName, contenders: readonly ContenderName[]): string {
  const others = contenders.includes(OURS) ? contenders.filter((name) => name !== OURS) : [];
  const rows = (Object.keys(measured) as WorkName[]).map((work) => [
    work,
    ...contenders.map((name) => formatSpread(spreadOf(measured[work]?.[name]?.[measure] ?? []))),
    ...others.map((other) => `**${times(ratio(measured, measure, work, other))}**`),
  ]);
  return table(
    ['', ...contenders.map((name) => NAMES[name]), ...others.map((other) => `against ${NAMES[other]}`)],
    rows,
  );
}

/** A ratio that the library is to reach. */
export interface Goal {
  measure: MeasureName;
  other: ContenderName;
  least: Partial<Record<WorkName, number>>;
}

const EVERYWHERE = (least: number): Goal['least'] => ({ A: least, B: least, C: least, D: least });

const GOALS: readonly Goal[] = [
  { measure: 'fit', other: 'keras', least: { A: 1.5, B: 1.25, C: 1.15, D: 1.15 } },
  { measure: 'fit', other: 'torch', least: { A: 1.2, B: 1.2 } },
  { measure: 'fit', other: 'tf.layers', least: { A: 4, B: 3 } },
  { measure: 'evaluate', other: 'keras', least: { A: 2, B: 1.2 } },
  { measure: 'predict', other: 'keras', least: { A: 2, B: 1.2 } },
  { measure: 'firstBatch', other: 'keras', least: EVERYWHERE(2) },
  { measure: 'memory', other: 'keras', least: EVERYWHERE(1) },
];

/** A row for each goal that was measured: what was to be reached and what was. */
export function goalTable(measured: Measured): string {
  const rows = GOALS.flatMap(({ measure, other, least }) =>
    (Object.entries(least) as [WorkName, number][]).flatMap(([work, goal]) => {
      const reached = ratio(measured, measure, work, other);
      if (reached === undefined) return [];
      const verdict = reached >= goal ? 'yes' : '**no**';
      return [[`${measure} ${work} against ${NAMES[other]}`, times(goal), times(reached), verdict]];
    }),
  );
  return table(['goal', 'at least', 'is', 'reached'], rows);
}

/** The whole of it. `facts` are lines on how it was measured. */
export function benchMarkdown(
  measured: Measured,
  contenders: readonly ContenderName[],
  facts: readonly string[],
): string {
  const works = (Object.keys(measured) as WorkName[]).map((work) => `- ${work}: ${WORKS[work].title}`);
  const measures = (Object.keys(MEASURES) as MeasureName[]).flatMap((measure) => [
    `## ${MEASURES[measure].charAt(0).toUpperCase()}${MEASURES[measure].slice(1)}`,
    measureTable(measured, measure, contenders),
  ]);
  const intro =
    'Medians, with the least and the largest value. The contenders take turns, each while the others wait; ratios are medians of theirs / ours turn by turn: ' +
    'above 1.00x keras-ts is faster, or takes less memory.';
  return [
    '# Benchmark',
    works.join('\n'),
    facts.map((fact) => `- ${fact}`).join('\n'),
    intro,
    ...measures,
    '## Goals',
    goalTable(measured),
  ].join('\n\n');
}
