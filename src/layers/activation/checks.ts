import { formatValue, ValueError } from '../../base/errors';

/** A number that is not below 0. */
export function checkNotNegative(who: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new ValueError(`${who}: ${name} must be a number of at least 0. Received: ${name}=${formatValue(value)}.`);
}
