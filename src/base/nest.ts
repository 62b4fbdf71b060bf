import { isPlainObject } from './options';

/** A value, a list of them, or a record of them by name: how several inputs and outputs are given. */
export type Nested<T> = T | readonly Nested<T>[] | { readonly [key: string]: Nested<T> };

/** The leaves in order: lists by index, records by sorted key, as Keras's `tree.flatten` has them. */
export function flatten<T>(structure: Nested<T>): T[] {
  if (Array.isArray(structure)) return structure.flatMap((item: Nested<T>) => flatten(item));
  if (isPlainObject(structure)) {
    return Object.keys(structure)
      .sort()
      .flatMap((key) => flatten(structure[key] as Nested<T>));
  }
  return [structure as T];
}

/** The same structure, its keys in the same order, with `f` applied to each leaf; `index` counts as `flatten` does. */
export function mapStructure<T, U>(structure: Nested<T>, f: (leaf: T, index: number) => U): Nested<U> {
  let index = 0;
  const walk = (node: Nested<T>): Nested<U> => {
    if (Array.isArray(node)) return node.map(walk);
    if (!isPlainObject(node)) return f(node as T, index++);
    const keys = Object.keys(node);
    const mapped = Object.fromEntries([...keys].sort().map((key) => [key, walk(node[key] as Nested<T>)]));
    return Object.fromEntries(keys.map((key) => [key, mapped[key] as Nested<U>]));
  };
  return walk(structure);
}

/** A structure like `structure` with the given leaves. */
export function packLike<T, U>(structure: Nested<T>, leaves: readonly U[]): Nested<U> {
  return mapStructure(structure, (_, i) => leaves[i] as U);
}
