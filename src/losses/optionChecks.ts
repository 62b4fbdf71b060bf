/** What the options of losses and metrics must be: each means the same wherever it is taken. */
import { atLeast, between, type Check, finite, flag, orList, orNull, whole, wholeFrom } from '../base/checks';

const CHECKS = {
  alpha: orList(finite),
  applyClassBalancing: flag,
  axis: orNull(whole),
  classId: orNull(whole),
  fromLogits: flag,
  fromSortedIds: flag,
  gamma: atLeast(0),
  ignoreClass: orNull(whole),
  k: wholeFrom(1),
  labelSmoothing: between(0, 1),
  multiLabel: flag,
  topK: orNull(wholeFrom(1)),
} as const satisfies Record<string, Check>;

/** The checks of those options that are among the given ones. */
export function checksOf<O extends object>(options: O): { [K in keyof O & string]?: Check } {
  return Object.fromEntries(Object.entries(CHECKS).filter(([name]) => name in options)) as never;
}
