/** Classes and functions of a user, by the names that files have for them. */
import { classNameOf } from './callable';
import { snakeCaseClass } from './options';

type AnyConstructor = abstract new (...args: never) => object;
type AnyFunction = (...args: never) => unknown;
/** A class, or a function such as a loss or an activation. */
export type CustomObject = (AnyConstructor & { name: string }) | AnyFunction;
/** Classes and functions by name; they win over the library's. */
export type CustomObjects = Readonly<Record<string, CustomObject>>;

const registered = new Map<string, CustomObject>();
/** The objects of the scopes that are open, the innermost last. */
const scopes: CustomObjects[] = [];

/**
 * Makes a class or a function of your own known to `deserialize` and `loadModel`, as Keras's decorator does.
 *
 * @param object a class with `getConfig` and, unless its constructor takes the camelCase config, a static `fromConfig`; or
 *   a function.
 * @param options `package` (default `'Custom'`) and `name` (default the object's name); files say `package>name`.
 * @returns the class or function itself.
 */
export function registerKerasSerializable<T extends CustomObject>(
  object: T,
  options: { package?: string; name?: string } = {},
): T {
  registered.set(`${options.package ?? 'Custom'}>${options.name ?? classNameOf(object as never)}`, object);
  return object;
}

/** Whether two classes or functions are one: a class whose `new` is optional has a wrapper of the same prototype. */
function isSame(a: CustomObject, b: CustomObject): boolean {
  const prototype: unknown = Reflect.get(a, 'prototype');
  return a === b || (prototype !== undefined && prototype === Reflect.get(b, 'prototype'));
}

/** The name a class or function was registered under, or `null`. */
export function registeredNameOf(object: CustomObject): string | null {
  for (const [name, each] of registered) if (isSame(each, object)) return name;
  return null;
}

/** The name that files have for a class or function of your own: `package>name` if it is registered, else its own. */
export function getRegisteredName(object: CustomObject): string {
  return registeredNameOf(object) ?? classNameOf(object as never);
}

/** The class or function of a name, given, in an open scope or registered; `null` if there is none. */
export function getRegisteredObject(name: string, customObjects: CustomObjects = {}): CustomObject | null {
  return ownEntry(customObjects, name) ?? findCustom(name) ?? null;
}

function ownEntry(objects: CustomObjects, name: string): CustomObject | undefined {
  return Object.hasOwn(objects, name) ? objects[name] : undefined;
}

/** The class or function of a name, in an open scope or registered. */
export function findCustom(name: string): CustomObject | undefined {
  for (const scope of [...scopes].reverse()) {
    const found = ownEntry(scope, name);
    if (found) return found;
  }
  return registered.get(name);
}

/** Whether a function is a class of serializable objects, and not such an object or a plain function. */
export function isSerializableClass(value: object): value is AnyConstructor {
  const prototype: unknown = Object.hasOwn(value, 'prototype') ? Reflect.get(value, 'prototype') : undefined;
  return typeof prototype === 'object' && prototype !== null && 'getConfig' in prototype;
}

/** What was registered last under a name without its package, if it passes a test. */
function lastRegistered(name: string, test: (object: CustomObject) => boolean): CustomObject | undefined {
  const found = [...registered].filter(([full, each]) => full.slice(full.indexOf('>') + 1) === name && test(each));
  return found.at(-1)?.[1];
}

/** An object of the class that a program has under a name, with its package or without, if the class extends `base`. */
export function registeredObject<T extends object>(
  name: string,
  base: abstract new (...args: never) => T,
): T | undefined {
  const extendsBase = (object: CustomObject): boolean => Reflect.get(object, 'prototype') instanceof base;
  const exact = findCustom(name);
  const cls = exact && extendsBase(exact) ? exact : lastRegistered(name, extendsBase);
  return cls && (Reflect.construct(cls as never, []) as T);
}

/** The function that a program has registered under a name, with its package or without. */
export function registeredFunction(name: string): AnyFunction | undefined {
  return findCustomFunction(name) ?? (lastRegistered(name, (each) => !isSerializableClass(each)) as AnyFunction);
}

/** The function of a name, also by the name that Keras would have for it: `myLoss` is `my_loss` there. */
export function findCustomFunction(name: string): AnyFunction | undefined {
  const found = findCustom(name);
  if (found) return isSerializableClass(found) ? undefined : (found as AnyFunction);
  for (const scope of [...scopes].reverse()) {
    const key = Object.keys(scope).find((each) => snakeCaseClass(each) === name);
    if (key !== undefined) return scope[key] as AnyFunction;
  }
  return undefined;
}

/**
 * Makes classes and functions known by name while `body` runs, and what it returns a promise of.
 *
 * @example
 * const double = (x) => x.mul(2);
 * console.log(saving.customObjectScope({ double }, () => saving.getRegisteredObject('double') === double)); // true
 */
export function customObjectScope<T>(objects: CustomObjects, body: () => T): T {
  scopes.push(objects);
  const close = (): void => void scopes.splice(scopes.lastIndexOf(objects), 1);
  let result: T;
  try {
    result = body();
  } catch (error) {
    close();
    throw error;
  }
  if (result instanceof Promise) return result.finally(close) as T;
  close();
  return result;
}
