/** What arguments must be: the checks that signatures hold, and the one form of their messages. */
import { formatValue, ValueError } from './errors';

/** What an argument must be, in words that follow `must be`, and whether a value is that. */
export interface Check {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** Refuses a value that is not what the check asks for. */
export function checkValue(who: string, name: string, value: unknown, check: Check): void {
  if (check.accepts(value)) return;
  throw new ValueError(`${who}: ${name} must be ${check.expected}. Received: ${name}=${formatValue(value)}.`);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isWhole = (value: unknown): value is number => Number.isInteger(value);

/** A number, neither NaN nor infinite. */
export const finite: Check = { expected: 'a finite number', accepts: isNumber };

/** A number from `low` to `high`, both included. */
export function between(low: number, high: number): Check {
  const accepts = (value: unknown): boolean => isNumber(value) && value >= low && value <= high;
  return { expected: `a number from ${low} to ${high}`, accepts };
}

/** A number that is not below `low`. */
export function atLeast(low: number): Check {
  return { expected: `a number of at least ${low}`, accepts: (value) => isNumber(value) && value >= low };
}

/** A number above `low`. */
export function above(low: number): Check {
  return { expected: `a number above ${low}`, accepts: (value) => isNumber(value) && value > low };
}

/** A whole number, such as an axis. */
export const whole: Check = { expected: 'a whole number', accepts: isWhole };

/** A whole number that is not below `low`. */
export function wholeFrom(low: number): Check {
  return {
    expected: low === 1 ? 'a positive integer' : `a whole number of at least ${low}`,
    accepts: (value) => isWhole(value) && value >= low,
  };
}

/** What `check` asks for, or `null`. */
export function orNull(check: Check): Check {
  return { expected: `${check.expected} or null`, accepts: (value) => value === null || check.accepts(value) };
}

/** What `check` asks for, or a list of it that is not empty. */
export function orList(check: Check): Check {
  const accepts = (value: unknown): boolean => check.accepts(value) || listOf(check).accepts(value);
  return { expected: `${check.expected} or a list of them`, accepts };
}

/** A list of what `check` asks for. */
export function listOf(check: Check, { empty = false } = {}): Check {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && (empty || value.length > 0) && value.every(check.accepts);
  return { expected: `a list, each entry ${check.expected}`, accepts };
}

/** True or false, and nothing that counts as one of them. */
export const strictFlag: Check = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

/** True or false; files of Keras may say 1 and 0. */
export const flag: Check = {
  expected: strictFlag.expected,
  accepts: (value) => strictFlag.accepts(value) || value === 0 || value === 1,
};

/** The name of an object in Keras: it is part of paths, whose separator it must not hold. */
export const objectName: Check = {
  expected: "a string without '/'",
  accepts: (value) => typeof value === 'string' && !value.includes('/'),
};

/** A string. */
export const text: Check = { expected: 'a string', accepts: (value) => typeof value === 'string' };
