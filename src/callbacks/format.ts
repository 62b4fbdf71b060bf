/**
 * `'%.2f' % x` of Python: ties go to the even digit, where `toFixed` takes the larger.
 *
 * @example
 * fixed(1.125, 2); // '1.12'
 */
export function fixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const nearest = x.toFixed(digits);
  const exact = x.toFixed(digits + 30);
  const isTie = /^50*$/.test(exact.slice(-30));
  if (!isTie) return nearest;
  const truncated = exact.slice(0, -30).replace(/\.$/, '');
  return Number(truncated.at(-1)) % 2 === 0 ? truncated : nearest;
}

/** `'%.4e' % x` of Python: an exponent of at least two digits. */
export function exponential(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  return padExponent(x.toExponential(digits));
}

/** `repr(x)` of a Python float: `1.0`, `1e-05`, `nan`. */
export function pythonFloat(x: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return padExponent(x.toExponential());
  return Number.isInteger(x) ? `${Object.is(x, -0) ? '-0' : x}.0` : String(x);
}

/** `str(x)` of a NumPy number: as few digits as tell it from other 32-bit floats, where it is one. */
export function numpyFloat(x: number): string {
  if (Math.fround(x) !== x) return pythonFloat(x);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return pythonFloat(short);
  }
  return pythonFloat(Number(x.toPrecision(9)));
}

function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function nonFinite(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  return x > 0 ? 'inf' : '-inf';
}
