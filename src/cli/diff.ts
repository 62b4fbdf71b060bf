/** `keras-ts diff A B`: where two files of models differ. */
import { diffFiles, type WeightDifference } from '../saving/diff';

/** Prints how two files differ, as text or as JSON; gives 0 where nothing does, else 1. */
export async function diff(a: string, b: string, asJson: boolean): Promise<number> {
  const found = await diffFiles(a, b);
  const code = found.config.length + found.weights.length > 0 ? 1 : 0;
  if (asJson) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return code;
  }
  const lines = [
    ...found.config.map(({ path, a: one, b: other }) => `config ${path}: ${text(one)} -> ${text(other)}`),
    ...found.weights.map(line),
  ];
  const end = code === 0 ? `${found.equal} arrays, all equal` : `${found.equal} arrays are equal`;
  process.stdout.write(`${[...lines, end].join('\n')}\n`);
  return code;
}

const text = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));

function line({ path, a, b, largest, changed }: WeightDifference): string {
  if (largest === null) return `weight ${path}: ${a ?? 'not there'} -> ${b ?? 'not there'}`;
  return `weight ${path}: ${changed} numbers differ, by ${largest.toPrecision(4)} at most`;
}
