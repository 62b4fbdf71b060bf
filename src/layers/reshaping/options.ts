import { formatValue, ValueError } from '../../base/errors';
import type { DataFormat } from '../../ops/window';

export type { DataFormat };

/** `null` is the default, `'channels_last'`. */
export function checkDataFormat(who: string, dataFormat: string | null | undefined): DataFormat {
  const format = dataFormat ?? 'channels_last';
  if (format === 'channels_last' || format === 'channels_first') return format;
  throw new ValueError(
    `${who}: dataFormat must be 'channels_last' or 'channels_first'. Received: dataFormat=${formatValue(dataFormat)}.`,
  );
}

/** Amounts at the two ends of height and of width. */
export type Margins = readonly [readonly [number, number], readonly [number, number]];
/** One number for all four sides, one for each axis, or a pair of ends for each axis. */
export type MarginsArgument =
  | number
  | readonly [number | readonly [number, number], number | readonly [number, number]];

/** The normal form of `padding` and `cropping`. */
export function checkMargins(who: string, name: string, given: MarginsArgument): Margins {
  const whole = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
  const ends = (axis: unknown): [number, number] => {
    const [from, to] = Array.isArray(axis) && axis.length === 2 ? axis : [axis, axis];
    if (whole(from) && whole(to)) return [from, to];
    throw new ValueError(
      `${who}: ${name} must be a whole number of at least 0, a pair of them, or a pair of pairs. ` +
        `Received: ${name}=${formatValue(given)}.`,
    );
  };
  if (Array.isArray(given) && given.length === 2) return [ends(given[0]), ends(given[1])];
  return [ends(Array.isArray(given) ? undefined : given), ends(given)];
}

/** One item for each axis of a batch of images: `rows` and `columns` where they are, `other` for batch and channels. */
export function alongSpace<T>([rows, columns]: readonly [T, T], other: T, dataFormat: DataFormat): readonly T[] {
  return dataFormat === 'channels_last' ? [other, rows, columns, other] : [other, other, rows, columns];
}
