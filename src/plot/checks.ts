import { formatValue, unknownName, ValueError } from '../base/errors';

/** Checks of options. `undefined` means "not given" and passes. */

export function checkPositive(who: string, name: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return;
  throw new ValueError(`${who}: ${name} must be a positive integer. Received: ${name}=${formatValue(value)}.`);
}

export function checkFlag(who: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new ValueError(`${who}: ${name} must be true or false. Received: ${name}=${formatValue(value)}.`);
}

export function checkText(who: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'string') return;
  throw new ValueError(`${who}: ${name} must be a string. Received: ${name}=${formatValue(value)}.`);
}

/** A list of texts or numbers, one for each of `count` things. */
export function checkLabels(who: string, name: string, value: unknown, count: number, what: string): void {
  if (value === undefined) return;
  const good = Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number');
  if (good && value.length === count) return;
  const received = good ? `${value.length} of them` : `${name}=${formatValue(value)}`;
  throw new ValueError(
    `${who}: ${name} must be a list of ${count} strings, one for each ${what}. Received: ${received}.`,
  );
}

export function checkOneOf(who: string, name: string, value: unknown, known: readonly unknown[]): void {
  if (value === undefined || known.includes(value)) return;
  if (typeof value === 'string') throw unknownName(who, name, value, known.map(String));
  const names = known.map(formatValue).join(', ');
  throw new ValueError(`${who}: ${name} must be one of ${names}. Received: ${name}=${formatValue(value)}.`);
}

/** Two numbers, the smaller first. */
export function isRange(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
}

export function checkRange(who: string, name: string, value: unknown): void {
  if (value === undefined || isRange(value)) return;
  throw new ValueError(`${who}: ${name} must be [least, greatest]. Received: ${name}=${formatValue(value)}.`);
}
