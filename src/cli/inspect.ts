/** `keras-ts inspect FILE`: what is in a file of Keras. */
import { formatShape } from '../base/errors';
import { loadModel } from '../saving';
import { type FileReport, inspectFile, type WeightReport } from '../saving/inspect';

/** Prints what is in a file, as text or as JSON; gives the exit code. */
export async function inspect(file: string, asJson: boolean): Promise<number> {
  const report = await inspectFile(file);
  if (asJson) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return 0;
  }
  const { format, kerasVersion, dateSaved, optimizer, weights } = report;
  const about = [kerasVersion && `Keras ${kerasVersion}`, dateSaved && `saved ${dateSaved}`].filter(Boolean);
  process.stdout.write(`${file}: ${[format, ...about].join(', ')}\n`);
  process.stdout.write(await modelText(file, report));
  process.stdout.write(`Optimizer: ${optimizer ?? 'none'}\n\n${table(weights)}`);
  return 0;
}

/** The summary of the model, or why there is none. */
async function modelText(file: string, { model }: FileReport): Promise<string> {
  if (!model) return 'Weights only\n';
  try {
    let text = '';
    const made = await loadModel(file, { compile: false });
    made.summary({
      printFn: (summary) => {
        text = summary;
      },
    });
    return text;
  } catch (error) {
    return `Model: ${model.className} '${model.name}', which cannot be made here: ${(error as Error).message}\n`;
  }
}

function table(weights: readonly WeightReport[]): string {
  const number = (value: number | null): string => (value === null ? '-' : value.toPrecision(4));
  const rows = weights.map(({ path, dtype, shape, min, mean, max, notFinite }) => [
    ...[path, dtype, formatShape(shape), number(min), number(mean), number(max)],
    notFinite > 0 ? `${notFinite} not finite` : '',
  ]);
  const all = [['Weight', 'Type', 'Shape', 'Min', 'Mean', 'Max', ''], ...rows];
  const widths = (all[0] as string[]).map((_, i) => Math.max(...all.map((row) => (row[i] as string).length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] as number))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
