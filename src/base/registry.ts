import { classNameOf } from './callable';
import { formatValue, unknownName, ValueError } from './errors';
import { isPlainObject, toCamelCase, toSnakeCase } from './options';
import { checkRebuilds } from './rebuilding';

/** Keras's envelope of an object in JSON. */
export interface SerializedObject {
  module: string | null;
  class_name: string;
  config: Record<string, unknown>;
  registered_name: string | null;
  build_config?: Record<string, unknown>;
}

/** A Keras config: snake_case keys, JSON values. */
export type Config = Record<string, unknown>;

/** An object that can be written as JSON and made again from it. */
export interface Serializable {
  getConfig(): Config;
}

/** An object that is made in two steps: constructed, then built for input shapes. */
export interface Buildable {
  /** What `buildFromConfig` needs to build the same again; nothing before it is built. */
  getBuildConfig(): Record<string, unknown> | undefined;
  buildFromConfig(config: Record<string, unknown>): void;
}

/** A class whose instances can be written as JSON. */
export interface SerializableClass<T = unknown> {
  /** Keras's class name, also after minification. */
  readonly className: string;
  /** The Keras module the class lives in, such as `keras.layers`. */
  readonly module: string;
  /** Makes an instance from what `getConfig` returned. */
  fromConfig(config: Config): T;
}

/** Classes of every kind. */
type AnyClass = (abstract new (...args: never) => object) & Partial<SerializableClass> & { name: string };

/** A function of a program, such as an activation or a loss. */
type AnyFunction = (...args: never[]) => unknown;

const modules = new Map<string, Map<string, AnyClass>>();
/** The `customObjects` of the `deserialize` that is running, also for what is nested in it. */
let givenClasses: Readonly<Record<string, AnyClass>> = {};
const custom = new Map<string, { cls: AnyClass; registeredName: string }>();
const customFunctions = new Map<string, AnyFunction>();

/** Makes the classes of a Keras module known; called by that module's `index.ts`. Later names win over earlier ones. */
export function provide(module: string, classes: Readonly<Record<string, AnyClass>>): void {
  const table = modules.get(module) ?? new Map<string, AnyClass>();
  for (const [name, cls] of Object.entries(classes)) table.set(name, cls);
  modules.set(module, table);
}

/** Whether a class is one that the library itself provides. */
export function isProvided(cls: AnyClass): boolean {
  const { module, className } = cls;
  return module !== undefined && modules.get(module)?.get(className ?? '')?.prototype === cls.prototype;
}

/** Whether a class is the library's: one that is provided, or the base of those, which says its module. */
function isProvidedOrBase(cls: AnyClass): boolean {
  return isProvided(cls) || (Object.hasOwn(cls, 'module') && cls.module?.startsWith('keras') === true);
}

/**
 * Makes a class or a function of your own known to `deserialize`, as Keras's decorator does, and to the strings that
 * stand for activations, losses, metrics and so on: `'package>name'`, or `'name'` alone.
 *
 * @param object a class with `getConfig` and, unless its constructor takes the camelCase config, a static `fromConfig`;
 *   or a function.
 * @param options `package` (default `'Custom'`) and `name` (default the object's name); files say `package>name`.
 */
export function registerKerasSerializable(
  object: AnyClass | AnyFunction,
  options: { package?: string; name?: string } = {},
): void {
  const registeredName = `${options.package ?? 'Custom'}>${options.name ?? classNameOf(object as never)}`;
  if (isSerializableClass(object)) custom.set(registeredName, { cls: object, registeredName });
  else customFunctions.set(registeredName, object as AnyFunction);
}

/** Whether a function is a class of serializable objects, and not such an object or a plain function. */
export function isSerializableClass(value: object): value is AnyClass {
  const prototype = Object.hasOwn(value, 'prototype')
    ? (Reflect.get(value, 'prototype') as object | undefined)
    : undefined;
  return typeof prototype === 'object' && prototype !== null && 'getConfig' in prototype;
}

/** What was registered last under a name, with its package or without. */
function lastNamed<T>(table: ReadonlyMap<string, T>, name: string): T | undefined {
  const found = [...table.keys()].filter((full) => full === name || full.slice(full.indexOf('>') + 1) === name);
  return table.get(found.at(-1) ?? '');
}

/** An object of the class that a program has registered under a name, if it extends `base`. */
export function registeredObject<T extends object>(
  name: string,
  base: abstract new (...args: never) => T,
): T | undefined {
  const cls = lastNamed(custom, name)?.cls;
  return cls?.prototype instanceof base ? (Reflect.construct(cls as never, []) as T) : undefined;
}

/** The function that a program has registered under a name. */
export function registeredFunction(name: string): AnyFunction | undefined {
  return lastNamed(customFunctions, name);
}

/** The name, with its package, that a function was registered under. */
export function registeredNameOfFunction(fn: object): string | undefined {
  return [...customFunctions].find(([, each]) => each === fn)?.[0];
}

/** The name a class was registered under, or `null` for a class of the library. */
function registeredNameOf(cls: AnyClass): string | null {
  for (const entry of custom.values()) if (entry.cls.prototype === cls.prototype) return entry.registeredName;
  return null;
}

/** The envelope of an object: `{ module, class_name, config, registered_name }`. */
export function serializeObject(object: Serializable): SerializedObject {
  const cls = object.constructor as AnyClass;
  const className = (object as { className?: string }).className ?? classNameOf(cls as never);
  const registered = registeredNameOf(cls);
  const module = (cls as Partial<SerializableClass>).module ?? null;
  const known = module !== null && modules.get(module)?.get(className)?.prototype === cls.prototype;
  const buildConfig = (object as Partial<Buildable>).getBuildConfig?.();
  const config = object.getConfig();
  if (!known) checkRebuilds(object, config, isProvidedOrBase, constructFromConfig);
  return {
    module: known ? module : null,
    class_name: className,
    config,
    // Keras names its functional models twice, because they are not of its public modules.
    registered_name: known && className !== 'Functional' ? null : (registered ?? className),
    ...(buildConfig && { build_config: buildConfig }),
  };
}

/** A value as it stands in a Keras config: objects become envelopes, arrays and options are walked. */
export function serializeValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(serializeValue);
  if (isSerializable(value)) return serializeObject(value);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [toSnakeCase(k), serializeValue(v)]));
  return value;
}

function isSerializable(value: unknown): value is Serializable {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'getConfig' in value;
}

/** Whether a value is the envelope of an object. */
export function isSerialized(value: unknown): value is SerializedObject {
  return isPlainObject(value) && typeof value['class_name'] === 'string' && isPlainObject(value['config']);
}

/**
 * The object an envelope describes.
 *
 * @param customObjects classes by name that win over the library's.
 * @throws ValueError for what is not an envelope, or for an unknown class, naming the nearest one.
 */
export function deserializeObject(
  json: unknown,
  expectedModule: string,
  customObjects: Readonly<Record<string, AnyClass>> = {},
): unknown {
  if (!isSerialized(json)) {
    throw new ValueError(
      `deserialize: expected an object { module, class_name, config, registered_name }. Received: ${formatValue(json)}.`,
    );
  }
  const outer = givenClasses;
  givenClasses = { ...outer, ...customObjects };
  try {
    const cls = findClass(json, expectedModule);
    const object: unknown = cls.fromConfig ? cls.fromConfig(json.config) : constructFromConfig(cls, json.config);
    if (json.build_config) (object as Partial<Buildable>).buildFromConfig?.(json.build_config);
    return object;
  } finally {
    givenClasses = outer;
  }
}

function findClass(json: SerializedObject, expectedModule: string): AnyClass {
  const { class_name: name, registered_name: registered, module } = json;
  const given = givenClasses[registered ?? ''] ?? givenClasses[name];
  if (given) return given;
  const own = registered ? custom.get(registered) : undefined;
  if (own) return own.cls;
  const found =
    modules.get(module ?? expectedModule)?.get(name) ?? modules.get(expectedModule)?.get(name) ?? findAnywhere(name);
  if (found) return found;
  const known = [...(modules.get(expectedModule)?.keys() ?? [])];
  throw unknownName('deserialize', `class of ${expectedModule}`, name, known);
}

/** Keras's own files name internal modules (`keras.src.models.sequential`); class names are unique across ours. */
function findAnywhere(name: string): AnyClass | undefined {
  for (const table of modules.values()) if (table.has(name)) return table.get(name);
  return undefined;
}

/** The default `fromConfig`: the constructor takes the config with camelCase keys. */
export function constructFromConfig<T>(cls: unknown, config: Config): T {
  const options = Object.fromEntries(Object.entries(config).map(([key, value]) => [toCamelCase(key), value]));
  return Reflect.construct(cls as new () => object, [options]) as T;
}
