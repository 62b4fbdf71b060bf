/**
 * What an object holds: the layers, variables, seed generators and metrics in its fields, also in lists, records, Maps
 * and Sets there, however deep. Weights, freezing, disposal, metrics and files all ask here.
 */
import { isPlainObject } from './options';
import { isProvided } from './registry';

/** The key under which classes whose objects are held say what kind they are. */
export const HELD = Symbol('held');

export type HeldKind = 'layer' | 'variable' | 'seed generator' | 'metric';

/** An object that others hold. */
export interface Held {
  readonly [HELD]: HeldKind;
}

/** What is held, and the fields, keys and indices that lead to it. */
export interface Child {
  readonly path: readonly (string | number)[];
  readonly value: Held;
}

/** Something that was looked through, and how to tell that nothing in it has changed. */
interface Look {
  isUnchanged(): boolean;
}

/** Whether a value is held as it stands. */
function isHeld(value: unknown): value is Held {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && HELD in value;
}

/** Whether a value is a variable: a weight, say, where the tensor `.value` of it may be meant. */
export function isVariable(value: unknown): boolean {
  return isHeld(value) && value[HELD] === 'variable';
}

/** Longer lists that begin with a number or a text are data. */
const LONGEST_LIST = 100;

/** Whether a value may hold something, or be held. */
function isOpen(value: unknown): value is object {
  if (typeof value === 'function') return HELD in value;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    const isData = typeof value[0] === 'number' || typeof value[0] === 'string';
    return !isData || value.length <= LONGEST_LIST;
  }
  return value instanceof Map || value instanceof Set || HELD in value || isPlainObject(value);
}

/** What one object holds, found when it is asked for and again after something has changed. */
export class Holdings {
  readonly #owner: object;
  readonly #more: () => readonly unknown[] | undefined;
  #looks: Look[] = [];
  #children: readonly Child[] | undefined;

  /** @param more a list of what the owner holds out of sight, in private fields; found under the name `layers`. */
  constructor(owner: object, more: () => readonly unknown[] | undefined = () => undefined) {
    this.#owner = owner;
    this.#more = more;
  }

  /** Has everything looked through again. */
  forget(): void {
    this.#children = undefined;
  }

  /** All that the object holds, each once, in the order of its fields: the very same list until something changes. */
  get children(): readonly Child[] {
    if (this.#children && this.#looks.every((look) => look.isUnchanged())) return this.#children;
    this.#looks = [];
    const found = new Map<Held, Child>();
    const seen = new Set<object>([this.#owner]);
    const walk = (value: unknown, path: Child['path']): void => {
      if (!isOpen(value) || seen.has(value)) return;
      seen.add(value);
      if (isHeld(value)) found.set(value, { path, value });
      else this.#lookInto(value, (key, item) => walk(item, [...path, key]));
    };
    this.#lookAtMore((key, item) => walk(item, ['layers', key]));
    this.#lookAtFields((key, item) => walk(item, [key]));
    this.#children = [...found.values()];
    return this.#children;
  }

  #lookAtMore(visit: (key: number, item: unknown) => void): void {
    const list = this.#more();
    const items = [...(list ?? [])];
    this.#looks.push({
      isUnchanged: () => {
        const now = this.#more();
        return now === list && isSameList(now ?? [], items);
      },
    });
    items.forEach((item, i) => {
      visit(i, item);
    });
  }

  #lookAtFields(visit: (key: string, item: unknown) => void): void {
    // Objects of the library get no fields but in their constructor and in `build`, which is followed by `forget`.
    this.#looks.push(new FieldsLook(this.#owner, !isProvided(this.#owner.constructor as never)));
    for (const [key, item] of Object.entries(this.#owner)) visit(key, item);
  }

  #lookInto(container: object, visit: (key: string | number, item: unknown) => void): void {
    if (Array.isArray(container)) {
      const items = [...container];
      this.#looks.push({ isUnchanged: () => isSameList(container, items) });
      for (const [i, item] of items.entries()) visit(i, item);
    } else if (container instanceof Map || container instanceof Set) {
      const entries = [...container.entries()];
      this.#looks.push({ isUnchanged: () => isSameMap(container, entries) });
      const isMap = container instanceof Map;
      for (const [i, [key, item]] of entries.entries()) visit(isMap ? String(key) : i, item);
    } else {
      this.#looks.push(new FieldsLook(container, true));
      for (const [key, item] of Object.entries(container)) visit(key, item);
    }
  }
}

/** The fields of an object. */
class FieldsLook implements Look {
  readonly #object: Record<string, unknown>;
  readonly #keys: readonly string[];
  readonly #values: readonly unknown[];

  /** @param mayGrow whether fields may come that are not there now. */
  constructor(
    object: object,
    readonly mayGrow: boolean,
  ) {
    this.#object = object as Record<string, unknown>;
    // What the library's own objects have as a number, a text or a boolean never becomes a layer.
    this.#keys = Object.keys(object).filter((key) => mayGrow || !isPlain(this.#object[key]));
    this.#values = this.#keys.map((key) => this.#object[key]);
  }

  isUnchanged(): boolean {
    const [object, keys, values] = [this.#object, this.#keys, this.#values];
    if (this.mayGrow && Object.keys(object).length !== keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (object[keys[i] as string] !== values[i]) return false;
    return true;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isSameList(list: readonly unknown[], items: readonly unknown[]): boolean {
  return list.length === items.length && list.every((item, i) => item === items[i]);
}

function isSameMap(map: Map<unknown, unknown> | Set<unknown>, entries: readonly [unknown, unknown][]): boolean {
  if (map.size !== entries.length) return false;
  let i = 0;
  for (const [key, item] of map.entries()) {
    const entry = entries[i++];
    if (!entry || entry[0] !== key || entry[1] !== item) return false;
  }
  return true;
}
