/** The outputs of a model, one after the other, and what users give for each: labels, losses, weights, metrics. */
import { formatValue, unknownName, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { isPlainObject } from '../../base/options';
import { isSerialized } from '../../base/registry';

/** One output of a model. */
export interface Output {
  /** Keys and indices that lead to it. */
  readonly path: readonly (string | number)[];
  /** The name of the layer that makes it, if known. */
  readonly name: string | null;
}

/** Whether a value is a list or a record of values, and not one of them such as the JSON of an object. */
export function isNested(value: unknown): value is readonly unknown[] | Record<string, unknown> {
  return Array.isArray(value) || (isPlainObject(value) && !isSerialized(value));
}

/**
 * The outputs in Keras's order: lists by index, records by sorted key.
 *
 * @param structure anything nested as the outputs are
 * @param names of the layers that make them, in that order
 */
export function outputsOf(structure: Nested<unknown>, names?: readonly string[] | null): Output[] {
  const paths: (string | number)[][] = [];
  const walk = (node: unknown, path: (string | number)[]): void => {
    if (Array.isArray(node)) for (const [i, item] of node.entries()) walk(item, [...path, i]);
    else if (isPlainObject(node)) for (const key of Object.keys(node).sort()) walk(node[key], [...path, key]);
    else paths.push(path);
  };
  walk(structure, []);
  return paths.map((path, i) => ({ path, name: (names?.length === paths.length ? names[i] : null) ?? null }));
}

/** The name an output goes by in records: its key, or where outputs are a list, its layer's name. */
function keyOf({ path, name }: Output): string | null {
  const first = path[0];
  return typeof first === 'string' ? first : name;
}

/** Whether each output has a key of its own and no structure below it. */
export function isFlat(outputs: readonly Output[]): boolean {
  return outputs.every(({ path }) => path.length <= 1);
}

function unknownKey(who: string, what: string, key: string, outputs: readonly Output[]): ValueError {
  const known = outputs.flatMap((output) => keyOf(output) ?? []);
  return unknownName(who, `output in ${what}`, key, known);
}

/**
 * What an argument says about each output: one value for all, a list in their order, a record by name, or the outputs'
 * own nesting. `undefined` where it says nothing.
 *
 * @param who name in messages: `compile`
 * @param what name of the argument
 * @param isValue whether a nested value is a value by itself, such as a list of metrics
 * @throws ValueError if it does not fit, or names no output
 */
export function perOutput(
  who: string,
  what: string,
  argument: unknown,
  outputs: readonly Output[],
  isValue: (value: unknown) => boolean = () => false,
): unknown[] {
  if (!isNested(argument)) return outputs.map(() => argument);
  if (Array.isArray(argument)) {
    const isPlain = argument.every((item) => !isNested(item) || isValue(item));
    if (isPlain && argument.length === outputs.length) return argument;
    if (isFlat(outputs)) throw countError(who, what, argument.length, outputs);
  }
  if (isPlainObject(argument) && outputs.every(({ path }) => typeof path[0] !== 'string')) {
    return byName(who, what, argument, outputs);
  }
  checkBranches(who, what, argument, outputs);
  return outputs.map(({ path }) => follow(argument, path));
}

function byName(who: string, what: string, argument: Record<string, unknown>, outputs: readonly Output[]): unknown[] {
  for (const key of Object.keys(argument)) {
    if (!outputs.some(({ name }) => name === key)) throw unknownKey(who, what, key, outputs);
  }
  return outputs.map(({ name }) => (name === null ? undefined : argument[name]));
}

/** Refuses keys at the first level that lead to no output. */
function checkBranches(who: string, what: string, argument: unknown, outputs: readonly Output[]): void {
  const branches = new Set(outputs.map(({ path }) => path[0]));
  if (Array.isArray(argument)) {
    if (argument.length > branches.size || typeof outputs[0]?.path[0] !== 'number') {
      throw countError(who, what, argument.length, outputs);
    }
    return;
  }
  for (const key of Object.keys(argument as object)) if (!branches.has(key)) throw unknownKey(who, what, key, outputs);
}

/** What lies at the end of a path; a value met on the way stands for all below it. */
function follow(argument: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((node, key) => (isNested(node) ? Reflect.get(node, key) : node), argument);
}

function countError(who: string, what: string, count: number, outputs: readonly Output[]): ValueError {
  const names = outputs.map((output) => keyOf(output) ?? '?').join(', ');
  return new ValueError(
    `${who}: ${what} must have one entry for each output. Received: ${count} for the ${outputs.length} outputs ` +
      `${names}. Write null where there is nothing, or name the outputs in a record.`,
  );
}

/**
 * Labels or weights for each output: one by one in order, by name, or only for the outputs that have a loss.
 *
 * @param has for each output, whether labels are needed
 * @throws ValueError if they do not fit
 */
export function dataPerOutput<T>(
  what: string,
  data: Nested<T>,
  outputs: readonly Output[],
  has: readonly boolean[] = outputs.map(() => true),
): (T | undefined)[] {
  if (isPlainObject(data) && isFlat(outputs)) {
    for (const key of Object.keys(data)) {
      if (!outputs.some((output) => keyOf(output) === key)) throw unknownKey('fit', what, key, outputs);
    }
    return outputs.map((output) => (data as Record<string, T>)[keyOf(output) as string]);
  }
  const flat = flatten(data);
  if (flat.length === outputs.length) return flat;
  if (flat.length === has.filter(Boolean).length) {
    let next = 0;
    return has.map((needed) => (needed ? flat[next++] : undefined));
  }
  throw new ValueError(
    `${what} and the model's outputs have different structures. ` +
      `Received: ${flat.length} for ${outputs.length} outputs ${formatValue(outputs.map((output) => keyOf(output)))}.`,
  );
}
