import { formatValue, unknownName } from './errors';
import { deserializeObject, isSerialized } from './registry';

/** What one module's `get` knows: whose it is, and the classes behind the names. */
export interface IdentifierRules<T> {
  /** Name in messages: `regularizers.get`. */
  readonly who: string;
  /** What is looked for: `regularizer`. */
  readonly what: string;
  /** Keras's module: `keras.regularizers`. */
  readonly module: string;
  /** Classes by every name Keras takes for them. */
  readonly classes: Readonly<Record<string, new () => T>>;
}

/**
 * The object an identifier stands for: a name, a class or Keras's JSON makes a new one; objects and functions stand
 * for themselves.
 *
 * @throws ValueError for a name nobody has, TypeError for what is none of these
 */
export function resolveIdentifier<T extends object>(rules: IdentifierRules<T>, identifier: unknown): T {
  const { who, what, module, classes } = rules;
  if (typeof identifier === 'string') {
    const cls = Object.hasOwn(classes, identifier) ? classes[identifier] : undefined;
    if (!cls) throw unknownName(who, what, identifier, Object.keys(classes));
    return new cls();
  }
  if (isSerialized(identifier)) return deserializeObject(identifier, module) as T;
  if (typeof identifier === 'function')
    return isClass(identifier) ? (Reflect.construct(identifier, []) as T) : (identifier as T);
  throw new TypeError(
    `${who}: expected a name, a ${what}, a function, or the JSON of a ${what}. Received: ${formatValue(identifier)}.`,
  );
}

/** Whether a function is a class of serializable objects, and not such an object or a plain function. */
function isClass(value: object): boolean {
  const prototype = Object.hasOwn(value, 'prototype')
    ? (Reflect.get(value, 'prototype') as object | undefined)
    : undefined;
  return typeof prototype === 'object' && prototype !== null && 'getConfig' in prototype;
}
