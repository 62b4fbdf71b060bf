import { isSerializableClass, registeredFunction, registeredObject } from './customObjects';
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
  /** The class that all of them extend. */
  readonly base: abstract new (
    ...args: never
  ) => T;
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
    if (cls) return new cls();
    const registered = registeredObject(identifier, rules.base) ?? (registeredFunction(identifier) as T | undefined);
    if (registered) return registered;
    throw unknownName(who, what, identifier, Object.keys(classes));
  }
  if (isSerialized(identifier)) return deserializeObject(identifier, module) as T;
  if (typeof identifier === 'function')
    return isSerializableClass(identifier) ? (Reflect.construct(identifier, []) as T) : (identifier as T);
  throw new TypeError(
    `${who}: expected a name, a ${what}, a function, or the JSON of a ${what}. Received: ${formatValue(identifier)}.`,
  );
}
