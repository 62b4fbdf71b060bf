/** How a classifier did on test data: counts[true class][predicted class]. */
export type Confusion = readonly (readonly number[])[];

/** Counts of predicted classes for each true class. */
export function confusionOf(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i] as number] as number[];
    row[predicted[i] as number] = (row[predicted[i] as number] ?? 0) + 1;
  }
  return counts;
}

/** Share of right answers for each true class. */
export function accuracyPerClass(confusion: Confusion): number[] {
  return confusion.map((row, label) => (row[label] as number) / Math.max(1, sum(row)));
}

/** The pairs of classes that are most often taken for each other, most frequent first. */
export function mostConfused(confusion: Confusion, most = 5): { label: number; taken: number; count: number }[] {
  return confusion
    .flatMap((row, label) => row.map((count, taken) => ({ label, taken, count })))
    .filter(({ label, taken, count }) => label !== taken && count > 0)
    .sort((a, b) => b.count - a.count || a.label - b.label || a.taken - b.taken)
    .slice(0, most);
}

/** Share of right answers in all. */
export function accuracyOf(confusion: Confusion): number {
  return sum(confusion.map((row, label) => row[label] as number)) / Math.max(1, sum(confusion.map(sum)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What the run was and what came of it, for people. */
export interface Run {
  title: string;
  settings: Readonly<Record<string, string | number>>;
  summary: string;
  history: Readonly<Record<string, readonly number[]>>;
  confusion: Confusion;
  loss: number;
}

/** The report as Markdown. */
export function reportMarkdown({ title, settings, summary, history, confusion, loss }: Run): string {
  const names = Object.keys(history);
  const epochs = history[names[0] ?? '']?.length ?? 0;
  const row = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`;
  const table = (header: readonly unknown[], rows: readonly (readonly unknown[])[]): string =>
    [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
  const classes = confusion.map((_, label) => label);
  return (
    [
      `# ${title}`,
      `Test accuracy **${accuracyOf(confusion).toFixed(4)}**, test loss ${loss.toFixed(4)}, on ${sum(confusion.map(sum))} digits that training never saw.`,
      '## Settings',
      table(['setting', 'value'], Object.entries(settings)),
      '## Network',
      `\`\`\`\n${summary.trimEnd()}\n\`\`\``,
      '## Training',
      '![Curves](history.png)',
      table(
        ['epoch', ...names],
        Array.from({ length: epochs }, (_, epoch) => [
          epoch + 1,
          ...names.map((name) => history[name]?.[epoch]?.toFixed(4)),
        ]),
      ),
      '## Accuracy per class',
      table(
        ['digit', 'accuracy'],
        accuracyPerClass(confusion).map((value, label) => [label, value.toFixed(4)]),
      ),
      '## Confusion: rows are true digits, columns predicted ones',
      '![Confusion matrix](confusion.png)',
      table(
        ['', ...classes],
        confusion.map((counts, label) => [`**${label}**`, ...counts]),
      ),
    ].join('\n\n') + '\n'
  );
}
