/**
 * Which groups of a weights file belong to which objects: Keras's walk. A model's layers come first, under `layers`, then
 * what is held in fields, sorted by name, private ones last; in a list, record or Map objects are named by class and number.
 * An object is written once, where the walk meets it first; those met before are counted all the same.
 *
 * @see `_walk_saveable` in keras/src/saving/saving_lib.py
 */
import type { Variable } from '../../backend/variable';
import { isPlainObject, snakeCaseClass, toSnakeCase } from '../../base/options';
import { isLayer, type Layer } from '../../layers/layer';
import type { Model } from '../../models';
import { isModel } from '../../models';
import { LossScaleOptimizer, Optimizer } from '../../optimizers';

/** An object with a group of its own in a weights file. */
export interface Saveable {
  /** The group: `layers/dense`; empty for the model itself. */
  readonly path: string;
  /** Name in the file, which Keras does not read. */
  readonly name: string;
  /** Class and name, for messages. */
  readonly label: string;
  readonly kind: 'layer' | 'optimizer';
  readonly object: Layer | Optimizer;
  /** What is in the group, in order. */
  readonly variables: readonly Variable[];
}

/** Whether the walk goes on into a container: files of older Keras leave those in lists out. */
export type HasGroup = (path: string) => boolean;

/** Visits what has a group; where the visitor says that the group is not there, the object may be met again. */
type Visit = (saveable: Saveable) => boolean;

/** All objects of a model that a weights file has a group for, in the order of the walk. */
export function saveablesOf(model: Model): Saveable[] {
  const found: Saveable[] = [];
  walkSaveables(model, (saveable) => {
    found.push(saveable);
    return true;
  });
  return found;
}

/** Walks over a model as its file is walked. */
export function walkSaveables(model: Model, visit: Visit, hasGroup: HasGroup = () => true): void {
  new Walk(visit, hasGroup).saveable(model, '');
}

class Walk {
  readonly #visited = new Set<object>();

  constructor(
    readonly visit: Visit,
    readonly hasGroup: HasGroup,
  ) {}

  saveable(object: Layer | Optimizer, path: string): void {
    if (this.#visited.has(object)) return;
    this.#visited.add(object);
    if (!this.visit(saveableOf(object, path))) this.#visited.delete(object);
    for (const [name, value] of childrenOf(object)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (isSaveable(value)) this.saveable(value, inner);
      else if (isContainer(value)) this.#container(value, inner, new Set());
    }
  }

  #container(container: object, path: string, above: Set<object>): void {
    if (above.has(container)) return;
    above.add(container);
    const counts = new Map<string, number>();
    const numbered = (name: string): string => {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return `${path}/${count === 0 ? name : `${name}_${count}`}`;
    };
    for (const item of itemsOf(container)) {
      if (isSaveable(item)) this.saveable(item, numbered(snakeCaseClass(item.className)));
      else if (isContainer(item)) {
        const inner = numbered('container');
        if (this.hasGroup(inner)) this.#container(item, inner, above);
      }
    }
  }
}

function isSaveable(value: unknown): value is Layer | Optimizer {
  return isLayer(value) || value instanceof Optimizer;
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || value instanceof Map || value instanceof Set || isPlainObject(value);
}

function itemsOf(container: object): unknown[] {
  if (Array.isArray(container)) return container;
  if (container instanceof Map || container instanceof Set) return [...container.values()];
  return Object.values(container);
}

function saveableOf(object: Layer | Optimizer, path: string): Saveable {
  if (object instanceof Optimizer) {
    const { name, variables, className } = object;
    return { path, name, label: `${className} '${name}'`, kind: 'optimizer', object, variables };
  }
  return { path, name: object.name, label: object.label, kind: 'layer', object, variables: object.ownWeights };
}

/** What an object holds, by Keras's names in Keras's order. */
function childrenOf(object: Layer | Optimizer): [name: string, value: unknown][] {
  if (object instanceof LossScaleOptimizer) return [['inner_optimizer', object.innerOptimizer]];
  if (object instanceof Optimizer) return [];
  const fields = Object.entries(object).filter(([, value]) => isSaveable(value) || isContainer(value));
  const named = fields.map(([key, value]): [string, unknown] => [attributeName(key), value]);
  if (!isModel(object)) return named.sort(byName);
  const isGraph = object.kind !== 'subclassed';
  const layers: [string, unknown] = ['layers', object.layers];
  if (object.optimizer) named.push(['optimizer', object.optimizer]);
  if (isGraph) return [layers, ...named.sort(byName)];
  return [...named, layers].sort(byName);
}

/** The name that Keras has for a field: `convBlock` is `conv_block`; a name that begins with a capital stays. */
function attributeName(key: string): string {
  return /^[A-Z]/.test(key) ? key : toSnakeCase(key);
}

/** Python's order of names, those with an underscore in front last. */
function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  const [x, y] = [a, b].map((name) => (name.startsWith('_') ? `~${name}` : name)) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}
