/** Whether a config makes the same object again. Classes of a user may not say so, and what they leave out is lost in files. */
import { classNameOf } from './callable';
import { formatValue, ValueError } from './errors';
import { isPlainObject } from './options';

/** What a class must offer to be made again. */
interface Rebuildable {
  readonly name: string;
  readonly className?: string;
  fromConfig?(config: Record<string, unknown>): object;
}

const snapshots: (() => () => void)[] = [];

/**
 * Lets objects be made on trial: `snapshot` notes what making them changes for the whole process, such as counters of
 * names, and gives the function that puts it back.
 */
export function whenTried(snapshot: () => () => void): void {
  snapshots.push(snapshot);
}

function withoutTrace<T>(body: () => T): T {
  const undo = snapshots.map((snapshot) => snapshot());
  try {
    return body();
  } finally {
    for (const each of undo) each();
  }
}

/** Names in the parameters of a constructor that the source shows, of the class itself and those it extends. */
function parametersOf(cls: unknown, isKnown: (cls: never) => boolean): string[] {
  const names: string[] = [];
  let each: unknown = cls;
  while (typeof each === 'function' && each !== Function.prototype && !isKnown(each as never)) {
    const list = /\bconstructor\s*\(([\s\S]*?)\)\s*\{/.exec(Function.prototype.toString.call(each))?.[1] ?? '';
    names.push(...(list.match(/[A-Za-z_$][\w$]*/g) ?? []));
    each = Object.getPrototypeOf(each);
  }
  return [...new Set(names)];
}

/**
 * Whether what was made again has what the object has, as far as a config can tell: plain values are compared, others by
 * their kind. Records may have more keys.
 */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (isPlainObject(a) && isPlainObject(b)) return Object.keys(a).every((key) => isSame(a[key], b[key]));
  const isPlain = (value: unknown): boolean => Array.isArray(value) || isPlainObject(value);
  if (isPlain(a) || isPlain(b) || typeof a !== typeof b) return (a ?? null) === (b ?? null);
  if (typeof a === 'object' && a !== null && b !== null) return a.constructor === (b as object).constructor;
  if (typeof a === 'function') return Object.getPrototypeOf(a) === Object.getPrototypeOf(b);
  return Object.is(a ?? null, b ?? null);
}

/**
 * Refuses an object of a class of a user that its config does not make again, as Keras does: arguments of the constructor
 * that are fields of the object are compared. Where the source shows no such names (minified code), nothing is.
 *
 * @param isKnown whether a class is the library's own, and right
 * @param fromConfig makes an object from a config where its class has no way of its own
 * @throws ValueError that names what differs.
 */
export function checkRebuilds(
  object: object,
  config: Record<string, unknown>,
  isKnown: (cls: never) => boolean,
  fromConfig: (cls: unknown, config: Record<string, unknown>) => unknown,
): void {
  const cls = object.constructor as unknown as Rebuildable;
  const names = parametersOf(cls, isKnown).filter((name) => Object.hasOwn(object, name));
  if (names.length === 0) return;
  const again = withoutTrace(() => {
    const made = remake(cls, config, fromConfig);
    (made as { dispose?: () => void } | undefined)?.dispose?.();
    return made;
  });
  if (again === undefined) return;
  const lost = names.find((name) => !isSame(Reflect.get(object, name), Reflect.get(again, name)));
  if (lost === undefined) return;
  throw new ValueError(
    `${classNameOf(cls)}: the config does not make the same object again: '${lost}' is ` +
      `${formatValue(Reflect.get(object, lost))} here, and ${formatValue(Reflect.get(again, lost))} in what is made from it. ` +
      'Override getConfig() so that it has every argument of the constructor, and the static fromConfig(config) where the ' +
      'constructor does not take them in one options object.',
  );
}

/** The object that a config makes; nothing where only the caller knows how, such as with classes that are not registered. */
function remake(
  cls: Rebuildable,
  config: Record<string, unknown>,
  fromConfig: (cls: unknown, config: Record<string, unknown>) => unknown,
): object | undefined {
  try {
    return (cls.fromConfig ? cls.fromConfig(config) : fromConfig(cls, config)) as object;
  } catch (error) {
    if (error instanceof ValueError && error.message.startsWith('deserialize')) return undefined;
    throw new ValueError(
      `${classNameOf(cls)}: the config does not make the same object again: ${(error as Error).message} ` +
        'Override getConfig() so that it has every argument of the constructor, and the static fromConfig(config).',
    );
  }
}
