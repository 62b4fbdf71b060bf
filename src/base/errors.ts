/**
 * The house form of an error: who, what was expected, what was received, how to mend.
 * `Conv2D: strides must be a positive integer or a pair of them. Received: strides=[0, 1].`
 */

/** A value of the right type that cannot be used, as Python's `ValueError`. Wrong types raise the built-in `TypeError`. */
export class ValueError extends Error {
  override readonly name: string = 'ValueError';
}

/** One axis of a shape: a size, or `null` where it is not known until there is data (Keras's `None`). */
export type Dim = number | null;
/** Sizes of the axes of a tensor, the batch axis first. */
export type Shape = readonly Dim[];

/** A shape as Keras prints it: `(None, 28, 28, 1)`, `(3,)`, `()`. */
export function formatShape(shape: Shape): string {
  const dims = shape.map((dim) => (dim === null ? 'None' : String(dim)));
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
}

/** A value for the `Received:` part of a message: short, on one line, never throwing. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(formatValue).join(', ');
    return value.length > 8 ? `[${shown}, ... ${value.length} in all]` : `[${shown}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const { shape, dtype, path } = value as { shape?: unknown; dtype?: unknown; path?: unknown };
  if (Array.isArray(shape) && typeof path === 'string')
    return `Variable '${path}' of shape ${formatShape(shape as Dim[])}`;
  if (Array.isArray(shape)) return `a tensor of shape ${formatShape(shape as Dim[])} and dtype ${String(dtype)}`;
  if (Object.getPrototypeOf(value) !== null && value.constructor?.name !== 'Object') {
    return `an object of class ${value.constructor?.name}`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${formatValue(item)}`);
  return `{${entries.slice(0, 6).join(', ')}${entries.length > 6 ? ', ...' : ''}}`;
}

/** Refuses the content of a file: names it, the byte, what should be there and what is. */
export function refuse(file: string, offset: number, expected: string, received: string): never {
  throw new ValueError(`${file}: expected ${expected} at byte ${offset}. Received: ${received}.`);
}

/** Number of single-character edits between two words. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The known name nearest to a misspelt one, letters' case and underscores aside; `undefined` when nothing is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replace(/[_\s-]/g, '');
  const target = plain(given);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(target, plain(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return bestDistance <= Math.max(2, Math.floor(given.length * 0.4)) ? best : undefined;
}

/** The error for a name that is not one of the known ones: names the nearest of them, or lists them. */
export function unknownName(who: string, what: string, given: string, known: Iterable<string>): ValueError {
  const names = [...known];
  const near = nearest(given, names);
  const mend = near === undefined ? `Known: ${names.join(', ')}.` : `Did you mean '${near}'?`;
  return new ValueError(`${who}: unknown ${what}. Received: '${given}'. ${mend}`);
}
