/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** What was measured again and again: its median and its extremes. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** @returns `undefined` where nothing was measured. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** A number with three digits that count: `0.0123`, `4.56`, `1234`. */
export function threeDigits(value: number): string {
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 4));
}

/** `4.56 (4.41–5.02)`. */
export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const { median: middle, least, most } = spread;
  const [text, from, to] = [middle, least, most].map(threeDigits) as [string, string, string];
  return from === to ? text : `${text} (${from}–${to})`;
}
