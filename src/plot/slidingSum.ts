import { textWidth } from './font';
import { formatNumber } from './numbers';

/** One position of the window. */
export interface Slide {
  readonly i: number;
  readonly j: number;
  readonly value: number;
  /** What is multiplied: an input and a weight each. */
  readonly products: readonly (readonly [input: string, weight: string])[];
}

export const SUM_SIZE = 13;
const MOST_LINES = 4;

/** The sum of the products, in lines of at most this width. */
export function sumLines(width: number, { products, value }: Slide): string[] {
  const factor = (written: string): string => (written.startsWith('-') ? `(${written})` : written);
  const terms = products.map(([x, weight], i) => `${i > 0 ? '+ ' : ''}${factor(x)}·${factor(weight)}`);
  const lines: string[] = [];
  for (const term of [...terms, `= ${formatNumber(value, 5)}`]) {
    const longer = lines.length === 0 ? term : `${lines.at(-1)} ${term}`;
    if (lines.length > 0 && textWidth(longer, SUM_SIZE) <= width) lines[lines.length - 1] = longer;
    else lines.push(term);
  }
  return lines.length <= MOST_LINES ? lines : [`the sum of ${products.length} products = ${formatNumber(value, 5)}`];
}
