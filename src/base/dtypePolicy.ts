import { DTYPES, type DType } from './dtypes';
import { formatValue, ValueError } from './errors';
import type { Config } from './registry';

/** Policies that compute in one type and keep weights in another. */
const MIXED = { mixed_float16: 'float32', mixed_bfloat16: 'float32' } as const;
const STORAGE: Readonly<Record<string, DType>> = { ...DTYPES, ...MIXED };

/** Names of Keras's dtype policies. */
export type PolicyName = keyof typeof DTYPES | keyof typeof MIXED;
/** A dtype policy: its name, or Keras's JSON of one. */
export type DTypePolicy = PolicyName | { class_name: string; config: { name: string } };

/** A policy as it is kept: what Keras calls it, and the type that values have here. */
export interface Policy {
  readonly name: string;
  readonly dtype: DType;
}

const told = new Set<string>();

/**
 * Reads a policy. Floats of other widths are computed in float32, whole numbers in int32; the name is kept and written
 * back. For float types a notice tells so, once a name.
 *
 * @throws ValueError for what is no policy of Keras's.
 */
export function policyOf(who: string, given: DTypePolicy | null | undefined): Policy {
  const name: unknown = typeof given === 'object' && given !== null ? given.config?.name : (given ?? 'float32');
  const dtype = typeof name === 'string' && Object.hasOwn(STORAGE, name) ? STORAGE[name] : undefined;
  if (typeof name !== 'string' || dtype === undefined) {
    const known = Object.keys(STORAGE).join(', ');
    throw new ValueError(`${who}: dtype must be one of ${known}. Received: ${formatValue(given)}.`);
  }
  if (dtype === 'float32' && name !== 'float32' && !told.has(name)) {
    told.add(name);
    const precision =
      name === 'float64' ? 'about 7 digits, not 16' : 'at least that of Keras, not its speed and memory';
    console.warn(
      `keras-ts: ${who}: dtype '${name}' is kept and written back, and computed in float32: expect ${precision}.`,
    );
  }
  return { name, dtype };
}

/** Keras's JSON of a policy. */
export function policyConfig({ name }: Policy): Config {
  return { module: 'keras', class_name: 'DTypePolicy', config: { name }, registered_name: null };
}
