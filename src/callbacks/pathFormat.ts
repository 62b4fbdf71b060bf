import { formatValue, unknownName, ValueError } from '../base/errors';
import { exponential, fixed, pythonFloat } from './format';

const SPEC = /^(?:(.)?([<>^]))?([+ -])?(0)?(\d+)?(?:\.(\d+))?([dfFeEgs%])?$/;

/**
 * `pattern.format(**values)` of Python, for numbers: `'{epoch:02d}-{val_loss:.2f}.keras'`.
 *
 * @throws ValueError for a name that has no value, naming the nearest, and for a form that Python does not have
 */
export function formatPath(who: string, pattern: string, values: Readonly<Record<string, unknown>>): string {
  return pattern.replace(/\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}/g, (whole, name: string | undefined, spec = '') => {
    if (name === undefined) return whole.charAt(0);
    if (!Object.hasOwn(values, name)) throw unknownName(who, 'quantity in the path', name, Object.keys(values));
    return formatNumber(who, values[name], String(spec));
  });
}

function formatNumber(who: string, value: unknown, spec: string): string {
  const parts = SPEC.exec(spec);
  if (!parts || typeof value !== 'number') {
    throw new ValueError(
      `${who}: a path takes single numbers, in forms such as {epoch:02d} and {val_loss:.2f}. ` +
        `Received: ${formatValue(value)} in the form '${spec}'.`,
    );
  }
  const [, fill, align, sign = '-', zero, width = '0', precision, type] = parts;
  const digits = precision === undefined ? undefined : Number(precision);
  const size = digitsOf(who, Math.abs(value), type, digits, spec);
  const front = value < 0 || Object.is(value, -0) ? '-' : sign === '-' ? '' : sign;
  const missing = Math.max(0, Number(width) - front.length - size.length);
  if (zero !== undefined && align === undefined) return front + '0'.repeat(missing) + size;
  const left = align === '<' ? 0 : align === '^' ? Math.floor(missing / 2) : missing;
  return (fill ?? ' ').repeat(left) + front + size + (fill ?? ' ').repeat(missing - left);
}

function digitsOf(
  who: string,
  size: number,
  type: string | undefined,
  digits: number | undefined,
  spec: string,
): string {
  switch (type) {
    case 'f':
    case 'F':
      return fixed(size, digits ?? 6);
    case 'e':
      return exponential(size, digits ?? 6);
    case 'E':
      return exponential(size, digits ?? 6).toUpperCase();
    case '%':
      return `${fixed(size * 100, digits ?? 6)}%`;
    case 'g':
      return general(size, digits ?? 6);
    case 'd':
      if (Number.isInteger(size)) return String(size);
      throw new ValueError(`${who}: the form '${spec}' is for whole numbers. Received: ${size}. Write .2f, say.`);
    default:
      if (digits !== undefined) return general(size, digits);
      return Number.isInteger(size) ? String(size) : pythonFloat(size);
  }
}

/** `'%.4g' % x`: so many digits, without zeros at the end. */
function general(x: number, digits: number): string {
  const count = Math.max(1, digits);
  const exponent = x === 0 ? 0 : Number(x.toExponential(count - 1).split('e')[1]);
  if (exponent >= -4 && exponent < count) {
    const text = fixed(x, count - 1 - exponent);
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  }
  return exponential(x, count - 1).replace(/\.?0+e/, 'e');
}
