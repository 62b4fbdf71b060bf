/** Where the time of a training step goes, against what the machine reaches with each operation alone. */
import { threeDigits } from './statistics';
import { table } from './tables';
import { WORKS, type WorkName } from './works';

/** An operation run by itself, on tensors of the step's shapes. */
export interface Operation {
  layer: string;
  name: string;
  /** Multiplications and additions, in thousands of millions; 0 for what only moves data. */
  gflop: number;
  milliseconds: number;
}

export interface Profile {
  /** What the machine reaches with large products and convolutions. */
  peaks: Operation[];
  operations: Operation[];
  /** Milliseconds of the compiled training step. */
  step: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const rate = ({ gflop, milliseconds }: Operation): string =>
  gflop === 0 ? '' : threeDigits((1000 * gflop) / milliseconds);

function operationTable(operations: readonly Operation[], step: number): string {
  const rows = operations.map((operation) => [
    operation.layer,
    operation.name,
    operation.gflop === 0 ? '' : threeDigits(operation.gflop),
    threeDigits(operation.milliseconds),
    rate(operation),
    percent(operation.milliseconds / step),
  ]);
  return table(['layer', 'operation', 'GFLOP', 'alone, ms', 'GFLOP/s', 'of the step'], rows);
}

function workMarkdown(work: WorkName, { peaks, operations, step }: Profile): string {
  const computing = operations.filter(({ gflop }) => gflop > 0);
  const gflop = sum(operations.map((operation) => operation.gflop));
  const alone = sum(operations.map(({ milliseconds }) => milliseconds));
  const bound = sum(computing.map(({ milliseconds }) => milliseconds));
  const best = Math.max(...peaks.map((peak) => (1000 * peak.gflop) / peak.milliseconds));
  const lines = [
    `- a training step: ${threeDigits(step)} ms for ${threeDigits(gflop)} GFLOP, so ${threeDigits((1000 * gflop) / step)} GFLOP/s`,
    `- its convolutions and products alone: ${threeDigits(bound)} ms, ${percent(bound / step)} of the step; with the other operations listed ${threeDigits(alone)} ms, ${percent(alone / step)}`,
    `- at the machine's best rate, ${threeDigits(best)} GFLOP/s: ${threeDigits((1000 * gflop) / best)} ms, ${percent((1000 * gflop) / best / step)}`,
  ];
  return [`## ${work}: ${WORKS[work].title}`, lines.join('\n'), operationTable(operations, step)].join('\n\n');
}

/** A section for each work, after the facts and what the machine reaches. */
export function profileMarkdown(profiles: Partial<Record<WorkName, Profile>>, facts: readonly string[]): string {
  const entries = Object.entries(profiles) as [WorkName, Profile][];
  const peaks = (entries[0]?.[1].peaks ?? []).map((peak) => [
    peak.layer,
    peak.name,
    threeDigits(peak.gflop),
    rate(peak),
  ]);
  const intro =
    'Each operation by itself, in a graph of its own, on tensors of the shapes that it has in the step; there operations may be fused and run side by side. ' +
    'Not listed: dropout, loss, metrics, the optimizer, batching.';
  return [
    '# Profile',
    facts.map((fact) => `- ${fact}`).join('\n'),
    intro,
    '## What the machine reaches',
    table(['of', 'operation', 'GFLOP', 'GFLOP/s'], peaks),
    ...entries.map(([work, profile]) => workMarkdown(work, profile)),
  ].join('\n\n');
}
