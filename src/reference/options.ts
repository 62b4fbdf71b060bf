import { nearest, show, valueError } from './errors';

/** One number for both axes, or [rows, columns]. */
export type PerAxis = number | readonly [number, number];

/** Zeros around one axis: none, TensorFlow's 'same', this many on each side, or [before, after]. */
export type Padding1d = 'valid' | 'same' | number | readonly [number, number];

/** Zeros around an image: none, TensorFlow's 'same', this many on every side, [rows, columns] or [[top, bottom], [left, right]]. */
export type Padding2d = Padding1d | readonly [readonly [number, number], readonly [number, number]];

/** The padding of one axis in its normal form. */
export type AxisPadding = 'valid' | 'same' | readonly [before: number, after: number];

/** Refuses what is not an options object, and keys it does not know. */
export function checkOptions(who: string, options: unknown, known: readonly string[], name = 'options'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw valueError(who, `${name} must be an object with keys among ${known.join(', ')}`, `${name}=${show(options)}`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (known.includes(key)) continue;
    const mend = `Did you mean '${nearest(key, known)}'?`;
    throw valueError(who, `the keys of ${name} are ${known.join(', ')}`, `${key}=${show(value)}`, mend);
  }
}

const isPositive = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isPairOf = <T>(value: unknown, test: (entry: unknown) => entry is T): value is readonly [T, T] =>
  Array.isArray(value) && value.length === 2 && value.every(test);
const isCounts = (value: unknown): value is readonly [number, number] => isPairOf(value, isCount);

export function positive(who: string, name: string, value: unknown): number {
  if (isPositive(value)) return value;
  throw valueError(who, `${name} must be a positive integer`, `${name}=${show(value)}`);
}

export function positivePair(who: string, name: string, value: unknown): readonly [number, number] {
  if (isPositive(value)) return [value, value];
  if (isPairOf(value, isPositive)) return value;
  throw valueError(who, `${name} must be a positive integer or a pair of them`, `${name}=${show(value)}`);
}

export function countPair(who: string, name: string, value: unknown): readonly [number, number] {
  if (isCount(value)) return [value, value];
  if (isCounts(value)) return value;
  throw valueError(who, `${name} must be an integer >= 0 or a pair of them`, `${name}=${show(value)}`);
}

export function flag(who: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw valueError(who, `${name} must be true or false`, `${name}=${show(value)}`);
}

export function padding1d(who: string, padding: unknown, names = "'valid', 'same'"): AxisPadding {
  if (padding === 'valid' || padding === 'same') return padding;
  if (isCount(padding)) return [padding, padding];
  if (isCounts(padding)) return padding;
  const expected = `padding must be ${names}, an integer >= 0 or [before, after]`;
  throw valueError(who, expected, `padding=${show(padding)}`);
}

export function padding2d(who: string, padding: unknown): readonly [AxisPadding, AxisPadding] {
  if (padding === 'valid' || padding === 'same') return [padding, padding];
  if (isPairOf(padding, isCounts)) return padding;
  if (isCount(padding) || isCounts(padding)) {
    const [rows, columns] = isCount(padding) ? [padding, padding] : padding;
    return [
      [rows, rows],
      [columns, columns],
    ];
  }
  const pairs = '[rows, columns] or [[top, bottom], [left, right]]';
  const expected = `padding must be 'valid', 'same', an integer >= 0, ${pairs}`;
  throw valueError(who, expected, `padding=${show(padding)}`);
}

/** One bias per filter; zeros when there is none. */
export function biasOf(who: string, bias: unknown, filters: number): readonly number[] {
  if (bias === undefined) return new Array<number>(filters).fill(0);
  if (Array.isArray(bias) && bias.length === filters && bias.every((b) => typeof b === 'number')) return bias;
  throw valueError(who, `bias must be an array of ${filters} numbers, one per filter`, `bias=${show(bias)}`);
}

/** What a channel-wise convolution needs of its groups, checked. */
export interface Channels {
  /** Input channels, filters. */
  readonly channels: number;
  readonly filters: number;
  /** Input channels and filters of one group. */
  readonly channelsPerGroup: number;
  readonly filtersPerGroup: number;
}

export function channelsOf(who: string, channels: number, kernel: readonly number[], groupsOption: unknown): Channels {
  const groups = positive(who, 'groups', groupsOption);
  const [kernelChannels, filters] = kernel.slice(-2) as [number, number];
  if (channels % groups !== 0 || filters % groups !== 0) {
    const received = `groups=${groups}, channels=${channels}, filters=${filters}`;
    throw valueError(who, 'groups must divide both the channels and the filters', received);
  }
  const channelsPerGroup = channels / groups;
  if (kernelChannels !== channelsPerGroup) {
    const expected = `kernel must have channels / groups = ${channelsPerGroup} input channels`;
    throw valueError(who, expected, `a kernel of ${kernelChannels}, channels=${channels}, groups=${groups}`);
  }
  return { channels, filters, channelsPerGroup, filtersPerGroup: filters / groups };
}
