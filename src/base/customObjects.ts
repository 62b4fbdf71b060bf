/** Classes and functions of a user, by the names that files have for them. */
import { classNameOf } from './callable';
import { snakeCaseClass } from './options';

// biome-ignore lint/suspicious/noExplicitAny: classes and functions of every kind meet here
type AnyConstructor = abstract new (...args: any) => object;
// biome-ignore lint/suspicious/noExplicitAny: classes and functions of every kind meet here
type AnyFunction = (...args: any) => unknown;
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

/** The function of a name, also by the name that Keras would have for it: `myLoss` is `my_loss` there. */
export function findCustomFunction(name: string): AnyFunction | undefined {
  const found = findCustom(name);
  if (found) return found as AnyFunction;
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
