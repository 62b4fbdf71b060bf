/** The error of bad input, in the house form: "Who: expected. Received: x=... How to mend." */
export function valueError(who: string, expected: string, received: string, mend = ''): Error {
  const error = new Error(`${who}: ${expected}. Received: ${received}.${mend && ` ${mend}`}`);
  error.name = 'ValueError';
  return error;
}

/** A value as an error message shows it: `[0, 1]`, `'same'`, `NaN`. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 6).map(show);
    return `[${shown.join(', ')}${value.length > 6 ? ', ...' : ''}]`;
  }
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).join(', ')}}`;
  return typeof value === 'function' ? 'a function' : String(value);
}

/** A shape as Keras prints it: `(1, 28, 28, 3)`, `(5,)`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** The known name with the fewest edits from `name`; case does not count. */
export function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((candidate) => edits(name.toLowerCase(), candidate.toLowerCase()));
  return known[distances.indexOf(Math.min(...distances))] as string;
}

/** Levenshtein distance, one row of the table at a time. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const change = (row[j] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
