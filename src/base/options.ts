import { type Check, checkValue } from './checks';
import { formatValue, nearest } from './errors';

/** Whether a value is an options object: a plain `{...}`, not a tensor, an array or an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (prototype as { constructor?: { name?: string } }).constructor?.name === 'Object';
}

/** Refuses keys that are not among the known ones, naming the nearest. */
export function checkKeys(who: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const mend = near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean '${near}'?`;
    throw new TypeError(
      `${who}: unknown argument '${key}'. Received: ${key}=${formatValue(Reflect.get(given, key))}. ${mend}`,
    );
  }
}

/** The names a constructor takes: those that may be positional, in order, and all others with their defaults. */
export interface Signature<O extends object> {
  /** Name in messages: `Conv2D`. */
  readonly who: string;
  /** Arguments that may be given by position, in order; those without a default are required. */
  readonly positional: readonly (keyof O & string)[];
  /** Defaults; with `positional`, the keys are all that is accepted. */
  readonly defaults: Partial<O>;
  /** Keys accepted besides (a base class's), without defaults. */
  readonly inherited?: readonly string[];
  /** What values must be. */
  readonly checks?: { readonly [K in keyof O & string]?: Check };
}

/** A signature with any options. */
export interface AnySignature {
  readonly who: string;
  readonly positional: readonly string[];
  readonly defaults: object;
}

/** The names of all arguments of a signature, positional ones first, inherited ones left out. */
export function argumentNames(signature: AnySignature): string[] {
  return [...new Set<string>([...signature.positional, ...Object.keys(signature.defaults)])];
}

/**
 * One options object from what a caller wrote: `Conv2D(10, 3, { strides: 2 })`, `Conv2D(10, { kernelSize: 3 })` and
 * `Conv2D({ filters: 10, kernelSize: 3 })` give the same. `undefined` means "not given".
 *
 * @throws TypeError for unknown, repeated, missing or surplus arguments, ValueError for what a check refuses.
 */
export function resolveOptions<O extends object>(signature: Signature<O>, args: readonly unknown[]): O {
  const { who, positional, defaults, inherited = [], checks = {} } = signature;
  const last = args.at(-1);
  const options = isPlainObject(last) ? last : {};
  const values = isPlainObject(last) ? args.slice(0, -1) : args;
  if (values.length > positional.length) {
    throw new TypeError(
      `${who}: at most ${positional.length} positional argument(s)${positional.length ? ` (${positional.join(', ')})` : ''} ` +
        `and one options object. Received: ${values.map(formatValue).join(', ')}.`,
    );
  }
  checkKeys(who, options, [...argumentNames(signature), ...inherited]);
  const resolved: Record<string, unknown> = { ...defaults };
  values.forEach((value, i) => {
    const name = positional[i] as string;
    if (options[name] !== undefined) throw new TypeError(`${who}: argument '${name}' is given twice. Give it once.`);
    if (value !== undefined) resolved[name] = value;
  });
  for (const [key, value] of Object.entries(options)) if (value !== undefined) resolved[key] = value;
  for (const name of positional) {
    if (!(name in resolved))
      throw new TypeError(`${who}: missing required argument '${name}'. Give it, as in ${who}({ ${name}: ... }).`);
  }
  for (const [name, check] of Object.entries(checks) as [string, Check][]) {
    if (resolved[name] !== undefined) checkValue(who, name, resolved[name], check);
  }
  return resolved as O;
}

const SNAKE_EXCEPTIONS: Readonly<Record<string, string>> = { beta1: 'beta_1', beta2: 'beta_2' };
const CAMEL_EXCEPTIONS = Object.fromEntries(Object.entries(SNAKE_EXCEPTIONS).map(([camel, snake]) => [snake, camel]));

/** The Keras name of one of our option keys: `kernelSize` -> `kernel_size`. */
export function toSnakeCase(name: string): string {
  return SNAKE_EXCEPTIONS[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Our name of a Keras config key: `kernel_size` -> `kernelSize`. */
export function toCamelCase(name: string): string {
  return CAMEL_EXCEPTIONS[name] ?? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The Keras name of a class as an object name: `Conv2D` -> `conv2d`, `MaxPooling2D` -> `max_pooling2d`. */
export function snakeCaseClass(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
