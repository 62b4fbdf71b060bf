import { refuse } from '../base/errors';

/** What a `.npy` file says about itself. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly dataOffset: number;
  /** Bytes of a value. */
  readonly step: number;
}

const STEPS: Readonly<Record<string, number>> = { '|u1': 1, '<i4': 4, '<i8': 8 };
/** No array of numbers has a longer one. */
const LONGEST = 2 ** 16;

/**
 * Reads the header of a `.npy` file: `\x93NUMPY`, version, length of a Python dict, the dict.
 *
 * @param start of the file
 * @param isAll whether there is no more of it
 * @returns `undefined` where more of it is needed
 */
export function readNpyHeader(file: string, start: Uint8Array, isAll: boolean): NpyHeader | undefined {
  const buffer = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const lacks = (length: number, expected: string): boolean => {
    if (buffer.length < length && isAll) refuse(file, buffer.length, expected, 'the end');
    return buffer.length < length;
  };
  const magic = buffer.toString('latin1', 0, 6);
  if (magic !== '\x93NUMPY' && (buffer.length >= 6 || isAll)) {
    refuse(file, 0, "'\\x93NUMPY'", `'${JSON.stringify(magic).slice(1, -1)}'`);
  }
  if (lacks(12, 'a NumPy header')) return undefined;
  const version = buffer[6] as number;
  if (version < 1 || version > 3) refuse(file, 6, 'version 1, 2 or 3 of a NumPy header', String(version));
  const textStart = version > 1 ? 12 : 10;
  const length = version > 1 ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8);
  const dataOffset = textStart + length;
  if (length > LONGEST) refuse(file, 8, `a NumPy header of at most ${LONGEST} bytes`, String(length));
  if (lacks(dataOffset, `a NumPy header of ${dataOffset} bytes`)) return undefined;
  const text = buffer.toString('latin1', textStart, dataOffset);
  const dict = readDict(text);
  if (!dict) return refuse(file, textStart, "a dict of 'descr', 'fortran_order' and 'shape'", text.trim());
  const descr = unquoted(dict.get('descr') as string);
  const step = STEPS[descr];
  if (step === undefined) return refuse(file, textStart, `dtype ${Object.keys(STEPS).join(', ')}`, `dtype ${descr}`);
  if (dict.get('fortran_order') !== 'False') refuse(file, textStart, "'fortran_order': False", text.trim());
  const shape = readTuple(dict.get('shape') as string);
  if (!shape) return refuse(file, textStart, 'a shape, a tuple of whole numbers', text.trim());
  return { shape, dataOffset, step };
}

const unquoted = (text: string): string => text.slice(1, -1);

/** The entries of a Python dict of just the three keys of a header, as they are written; `undefined` for anything else. */
function readDict(text: string): Map<string, string> | undefined {
  const inner = /^\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const entries = new Map<string, string>();
  const entry = /\s*(?:'(\w+)'|"(\w+)")\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\))\s*(,\s*|$)/y;
  while (entry.lastIndex < inner.length) {
    const found = entry.exec(inner);
    if (!found) return undefined;
    entries.set((found[1] ?? found[2]) as string, found[3] as string);
  }
  const isWhole = entries.size === 3 && ['descr', 'fortran_order', 'shape'].every((key) => entries.has(key));
  return isWhole && /^['"]/.test(entries.get('descr') as string) ? entries : undefined;
}

/** A Python tuple of whole numbers: `()`, `(5,)`, `(5, 28, 28)`, with an `L` each as Python 2 wrote them. */
function readTuple(text: string): number[] | undefined {
  if (/^\(\s*\)$/.test(text)) return [];
  const dim = '\\s*(?:0|[1-9]\\d{0,14})L?\\s*';
  if (!new RegExp(`^\\((?:${dim},)+(?:${dim})?\\)$`).test(text)) return undefined;
  return (text.match(/\d+/g) ?? []).map(Number);
}
