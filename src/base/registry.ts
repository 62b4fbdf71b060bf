import { classNameOf } from './callable';
import {
  type CustomObjects,
  customObjectScope,
  findCustom,
  isSerializableClass,
  registeredNameOf,
} from './customObjects';
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
  compile_config?: Record<string, unknown>;
  /** The same number wherever the same object stands in a file. */
  shared_object_id?: number;
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

/** A model, which is compiled as well. */
export interface Compilable {
  /** What `compileFromConfig` needs to compile the same again; an empty record before it is compiled. */
  getCompileConfig(): Record<string, unknown>;
  compileFromConfig(config: Record<string, unknown>): void;
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

const modules = new Map<string, Map<string, AnyClass>>();
/** The objects written so far, where those that stand in several places are to be told from equal ones. */
let written: Map<object, SerializedObject> | undefined;
let sharedCount = 0;
/** The objects read so far that stand in several places, by their numbers. */
let read: Map<number, unknown> | undefined;

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

/** Runs `body`, which writes or reads one file: an object that stands in several places of it is one object again. */
export function sharingObjects<T>(body: () => T): T {
  const [outerWritten, outerRead] = [written, read];
  [written, read] = [new Map(), new Map()];
  if (!outerWritten) sharedCount = 0;
  try {
    return body();
  } finally {
    [written, read] = [outerWritten, outerRead];
  }
}

function noteWritten(object: object, json: SerializedObject): void {
  const before = written?.get(object);
  if (!before) {
    written?.set(object, json);
    return;
  }
  before.shared_object_id ??= ++sharedCount;
  json.shared_object_id = before.shared_object_id;
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
  const compileConfig = (object as Partial<Compilable>).getCompileConfig?.();
  const json: SerializedObject = {
    module: known ? module : null,
    class_name: className,
    config,
    // Keras names its functional models twice, because they are not of its public modules.
    registered_name: known && className !== 'Functional' ? null : (registered ?? className),
    ...(buildConfig && { build_config: buildConfig }),
    ...(compileConfig && { compile_config: compileConfig }),
  };
  noteWritten(object, json);
  return json;
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
export function deserializeObject(json: unknown, expectedModule: string, customObjects: CustomObjects = {}): unknown {
  if (!isSerialized(json)) {
    throw new ValueError(
      `deserialize: expected an object { module, class_name, config, registered_name }. Received: ${formatValue(json)}.`,
    );
  }
  return customObjectScope(customObjects, () => revive(json, expectedModule));
}

function revive(json: SerializedObject, expectedModule: string): unknown {
  const { shared_object_id: id, build_config: buildConfig, compile_config: compileConfig } = json;
  if (id !== undefined && read?.has(id)) return read.get(id);
  const cls = findClass(json, expectedModule);
  const object: unknown = cls.fromConfig ? cls.fromConfig(json.config) : constructFromConfig(cls, json.config);
  if (buildConfig) (object as Partial<Buildable>).buildFromConfig?.(buildConfig);
  if (compileConfig && Object.keys(compileConfig).length > 0) {
    (object as Partial<Compilable>).compileFromConfig?.(compileConfig);
  }
  if (id !== undefined) read?.set(id, object);
  return object;
}

function findClass(json: SerializedObject, expectedModule: string): AnyClass {
  const { class_name: name, registered_name: registered, module } = json;
  const own = (registered ? findCustom(registered) : undefined) ?? findCustom(name);
  if (own) return checkIsClass(name, own as AnyClass);
  const found =
    modules.get(module ?? expectedModule)?.get(name) ?? modules.get(expectedModule)?.get(name) ?? findAnywhere(name);
  if (found) return found;
  const reason = REFUSED[name as keyof typeof REFUSED];
  if (Object.hasOwn(REFUSED, name)) {
    throw new ValueError(
      `deserialize: '${name}' is not read from files: ${reason}. Received: class_name='${name}'. ` +
        'Write a layer class that does the same, and give it in customObjects or register it.',
    );
  }
  const known = [...(modules.get(expectedModule)?.keys() ?? [])];
  throw unknownName('deserialize', `class of ${expectedModule}`, name, known);
}

/** Classes of Keras that stand for code or files, whoever wrote them. */
const REFUSED = {
  __lambda__: 'it holds the code of a Python function',
  Lambda: 'it holds the code of a Python function',
  TFSMLayer: 'it names a folder to load code from',
  TorchModuleWrapper: 'it holds a pickled Python object',
  JaxLayer: 'it holds the code of a Python function',
  FlaxLayer: 'it holds the code of a Python function',
} as const;

/** Refuses what is given by name but makes no object from a config: a file must not have any function called. */
function checkIsClass(name: string, cls: AnyClass): AnyClass {
  if (typeof cls.fromConfig === 'function' || isSerializableClass(cls)) return cls;
  throw new ValueError(
    `deserialize: '${name}' must be a class with getConfig() or a static fromConfig(config). Received: ${formatValue(cls)}.`,
  );
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
